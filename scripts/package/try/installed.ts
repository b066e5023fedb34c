/**
 * A deb, installed by this machine's own dpkg without touching this machine: the whole system is
 * seen through an overlay whose upper layer is thrown away. What the package needs and is not here
 * comes by apt, into that layer too.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram } from '../../setup/files.mjs';
import { asPerson, runIn } from './place.ts';
import type { Place } from './place.ts';

interface InstallOrder {
  readonly file: string;
  /** For the layers. It is seen inside as it is, as are `shared`. */
  readonly folder: string;
  readonly shared: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Undefined where it can be done: tried on the spot, in the folder for temporary files. */
export function whyNotInstalled(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may install a deb; the other packages need no root';
  if (findProgram(['dpkg']) === undefined) return 'there is no dpkg';
  const folder = mkdtempSync(join(tmpdir(), 'trade-overlay-'));
  try {
    makeLayers(folder);
    const { status } = spawnSync('unshare', ['--mount', 'sh', '-c', MOUNT, 'sh', folder], { stdio: 'ignore' });
    // Rights are missing, as in most containers, or the folder is itself in an overlay.
    return status === 0 ? undefined : `no overlay over this system can be mounted in ${tmpdir()}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeLayers(folder: string): void {
  for (const name of ['upper', 'work', 'root']) mkdirSync(join(folder, name), { recursive: true });
}

const MOUNT = `mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"`;

/** The system inside, then a process that keeps it: `$1` layers, the rest folders to be seen. */
const ENTER = `
set -e
${MOUNT}
root=$1/root; shift
for path in /proc /dev /sys "$@"; do mkdir -p "$root$path"; mount --rbind "$path" "$root$path"; done
cd "$root"
mkdir -p .outside
pivot_root . .outside
umount -l /.outside
rmdir /.outside
echo inside
exec sleep infinity
`;

export async function installDeb({ file, folder, shared, env }: InstallOrder): Promise<Place> {
  makeLayers(folder);
  const keeper = spawn('unshare', ['--mount', 'sh', '-c', ENTER, 'sh', folder, ...shared, dirname(file)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const left = new Promise<void>((resolve) => keeper.on('close', () => resolve()));
  process.once('exit', () => keeper.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    keeper.stdout.once('data', () => resolve());
    keeper.once('close', () => reject(new Error('No overlay over this system could be mounted.')));
  });
  const root = { before: ['nsenter', `--mount=/proc/${keeper.pid}/ns/mnt`] };
  const run = (...command: readonly string[]): string => runIn(root, command, rootEnv);
  const rootEnv = { ...env, HOME: '/root', PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive' };
  const end = async (): Promise<void> => {
    keeper.kill('SIGKILL');
    await left;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const field = (name: string): string => run('dpkg-deb', '--field', file, name).trim();
    const lacking = lackingOf(field('Depends'), run);
    if (lacking.length > 0) run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...lacking);
    const files = new Set(listFiles(run));
    run('dpkg', '--install', file);
    const name = field('Package');
    run('dpkg', '--verify', name);
    const paths = run('dpkg', '--listfiles', name).split('\n');
    const entry = paths.find((path) => path.endsWith('.desktop')) ?? '';
    return {
      before: [...root.before, ...asPerson()],
      program: paths.find((path) => dirname(path) === '/opt') ?? '',
      entry: run('cat', entry),
      how: lacking.length > 0 ? `dpkg --install, after apt-get of ${lacking.length}` : 'dpkg --install',
      remove: async () => {
        run('dpkg', '--purge', name);
        const now = new Set(listFiles(run));
        const rest = [...now].filter((line) => !files.has(line));
        const gone = [...files].filter((line) => !now.has(line));
        await end();
        return [...rest, ...gone.map((line) => `gone: ${line}`)];
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Of `a, b | c, d (>= 1)` what is not installed, nor provided by something that is. */
function lackingOf(depends: string, run: (...command: readonly string[]) => string): readonly string[] {
  const provided = new Set(
    run('dpkg-query', '--show', '--showformat', '${db:Status-Status} ${Package}, ${Provides}\n')
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .flatMap((line) => line.slice('installed '.length).split(', '))
      .map((one) => one.split(' ')[0] ?? ''),
  );
  const wanted = depends.split(', ').map((one) => one.split(' | ').map((name) => name.split(' ')[0] ?? ''));
  return wanted.filter((names) => names.every((name) => !provided.has(name))).map(([name = '']) => name);
}

/** Of the system, but for what changes by itself, and dpkg's own records. */
function listFiles(run: (...command: readonly string[]) => string): readonly string[] {
  const passed = ['/var/log', '/var/cache', '/var/lib/dpkg', '/var/lib/apt', '/usr/share/mime'];
  const prune = passed.flatMap((path, index) => [...(index > 0 ? ['-o'] : []), '-path', path]);
  const places = ['/bin', '/boot', '/etc', '/lib', '/opt', '/sbin', '/srv', '/usr', '/var', '/usr/share/mime/packages'];
  // A folder's own date is not looked at: it tells that something was here.
  return run('find', ...places, '-xdev', '(', ...prune, ')', '-prune', '-o', '-printf', '%p %y %m %l\n').split('\n');
}

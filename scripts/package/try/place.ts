/** Where an installed program lies while it is tried. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';

export interface Place {
  /** Words before a command that bring it there, as a person without rights. */
  readonly before: readonly string[];
  /** Folder of the program, as the commands see it. */
  readonly program: string;
  /** The text of its menu entry. */
  readonly entry: string;
  /** How it came there. */
  readonly how: string;
  /** Uninstalls it. Returns what is left of it, which should be nothing. */
  remove(): Promise<readonly string[]>;
}

/** Of an ordinary person; root may not open a window of Chromium's. */
export const NOBODY = 65_534;

/** `env`: all that the command gets. */
export function startIn(
  { before }: Pick<Place, 'before'>,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildProcess {
  const [program = '', ...args] = [...before, ...command];
  return spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What it prints. @throws with the end of its output where it fails */
export function runIn(place: Pick<Place, 'before'>, command: readonly string[], env: NodeJS.ProcessEnv): string {
  const [program = '', ...args] = [...place.before, ...command];
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...{ env, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  });
  if (status === 0) return stdout;
  const words = `${stderr ?? ''}${stdout ?? ''}`.trim().split('\n').slice(-20).join('\n');
  throw new Error(`${command.join(' ')} ended with ${status ?? error?.message}:\n${words}`);
}

/** Nobody's, where we are root. */
export const asPerson = (): readonly string[] =>
  process.getuid?.() === 0 ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'] : [];

/** A folder for temporary files that such a person comes to: root's own may lie where nobody else
 * does. @throws where there is none */
export function openTemporary(): string {
  const folders = [tmpdir(), '/tmp', '/var/tmp'];
  const isOpen = (folder: string): boolean => {
    const [program = '', ...words] = [...asPerson(), 'test', '-x', folder];
    return spawnSync(program, words, { stdio: 'ignore' }).status === 0;
  };
  const found = folders.find(isOpen);
  if (found !== undefined) return found;
  throw new Error(`Nobody but root comes to ${folders.join(', ')}: name another folder in TMPDIR.`);
}

/** Packages for Linux of a program of a few files: what dpkg, rpm, tar and a shell make of them. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeChecksums } from '../../scripts/package/checksums.ts';
import { makeAppImageTools, runtimeOf } from '../../scripts/package/linux/appimage-tools.ts';
import { readOrder } from '../../scripts/package/linux/order.ts';
import { makePortable, portableName } from '../../scripts/package/linux/portable.ts';
import { linuxTools } from '../../scripts/package/linux/tools.ts';
import { commandOf } from '../../scripts/package/try/desktop-entry.ts';
import { findProgram } from '../../scripts/setup/files.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const has = (name: string): boolean => process.platform === 'linux' && findProgram([name]) !== undefined;
const skipped = (name: string): string => (has(name) ? '' : ` SKIP: ${name} is not on the PATH`);

let folder: string;
let program: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'trade linux ')));
  program = join(folder, 'unpacked');
  mkdirSync(join(program, 'resources/bin'), { recursive: true });
  writeFileSync(join(program, 'a program'), '#!/bin/sh\necho "started $*"\n');
  writeFileSync(join(program, 'resources/bin/100% data'), 'x'.repeat(5000));
  symlinkSync('../../a program', join(program, 'resources/bin/link'));
  chmodSync(join(program, 'a program'), 0o755);
  // As an umask of 077 and one of 002 leave them.
  chmodSync(join(program, 'resources/bin/100% data'), 0o600);
  chmodSync(join(program, 'resources'), 0o775);
  for (const [name, text] of [
    ['after-install', 'echo "installed 50%"'],
    ['after-remove', 'echo removed'],
  ]) {
    writeFileSync(join(folder, `${name}.sh`), `#!/bin/bash\n${text}\n`);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As electron-builder calls it. */
function fpm(kind: 'deb' | 'rpm', file: string, more: readonly string[] = []): ReturnType<typeof spawnSync> {
  const words = { '--name': 'trade-tiny', '--maintainer': 'Some One <one@example.org>', '--version': '1.2.3~rc1' };
  const scripts = [
    '--after-install',
    join(folder, 'after-install.sh'),
    '--after-remove',
    join(folder, 'after-remove.sh'),
  ];
  const architecture = kind === 'deb' ? 'amd64' : 'x86_64';
  return spawnSync(
    process.execPath,
    [
      ...[join(ROOT, 'scripts/package/linux/fpm.ts'), '-s', 'dir', '--force', '-t', kind, '-d', 'libc6', '-d', 'bash'],
      ...['--description', 'A tiny program\n of two lines', '--license', 'MIT', '--architecture', architecture],
      ...['--package', file, ...Object.entries(words).flat(), ...scripts, ...more],
      `${program}/=/opt/Tiny program`,
    ],
    { encoding: 'utf8' },
  );
}

describe.skipIf(!has('dpkg-deb'))(`a deb${skipped('dpkg-deb')}`, () => {
  let deb: string;
  const dpkg = (...args: readonly string[]): string => execFileSync('dpkg-deb', args, { encoding: 'utf8' });
  beforeAll(() => {
    deb = join(folder, 'tiny.deb');
    expect(fpm('deb', deb)).toMatchObject({ status: 0, stderr: '' });
  });

  it('tells dpkg who it is, what it needs, and how large it is installed', () => {
    const control = dpkg('--field', deb);
    for (const line of [
      ...['Package: trade-tiny', 'Version: 1.2.3~rc1', 'Architecture: amd64', 'Depends: libc6, bash'],
      ...['Maintainer: Some One <one@example.org>', 'Description: A tiny program', ' of two lines'],
    ]) {
      expect(control.split('\n')).toContain(line);
    }
    // 1 KiB each for script, link and copyright, 5 for the data.
    expect(control).toContain('Installed-Size: 8\n');
  });

  it('belongs to root, can be read by everybody and written to by root alone, whatever the umask was', () => {
    const lines = dpkg('--contents', deb).trim().split('\n');
    expect(lines.filter((line) => !line.includes('root/root'))).toEqual([]);
    expect(lines.filter((line) => /^.{5}w|^.{8}w/.test(line) && !line.startsWith('l'))).toEqual([]);
    expect(lines.find((line) => line.endsWith('100% data'))).toMatch(/^-rw-r--r--/);
    expect(lines.find((line) => line.endsWith('Tiny program/a program'))).toMatch(/^-rwxr-xr-x/);
    expect(lines.find((line) => line.includes('bin/link'))).toContain('link -> ../../a program');
    expect(lines.some((line) => line.endsWith('./usr/share/doc/trade-tiny/copyright'))).toBe(true);
  });

  it('carries its scripts, and a hash of each file by which dpkg finds a damaged one', () => {
    const out = join(folder, 'extracted');
    dpkg('--raw-extract', deb, out);
    expect(readFileSync(join(out, 'DEBIAN/postinst'), 'utf8')).toContain('installed 50%');
    expect(readFileSync(join(out, 'DEBIAN/postrm'), 'utf8')).toContain('removed');
    const check = (): number | null =>
      spawnSync('md5sum', ['--check', '--status', 'DEBIAN/md5sums'], { cwd: out }).status;
    expect(check()).toBe(0);
    writeFileSync(join(out, 'opt/Tiny program/resources/bin/100% data'), 'other');
    expect(check()).toBe(1);
  });

  it('leaves neither half a package nor its folder where it cannot be made', () => {
    const file = join(folder, 'broken.deb');
    // No version of Debian's begins with a letter.
    const { status, stderr } = fpm('deb', file, ['--version', 'none']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('version')]);
    expect(readdirSync(folder).filter((name) => name.startsWith('broken'))).toEqual([]);
  });
});

describe.skipIf(!has('rpmbuild'))(`an rpm${skipped('rpmbuild')}`, () => {
  it('has its files by their names, percent signs too, and scripts that know an update', () => {
    const file = join(folder, 'tiny.rpm');
    expect(fpm('rpm', file)).toMatchObject({ status: 0 });
    const ask = (...args: readonly string[]): string =>
      execFileSync('rpm', ['-qp', ...args, file], { encoding: 'utf8' });
    expect(ask('--list').trim().split('\n')).toEqual(
      expect.arrayContaining(['/opt/Tiny program/a program', '/opt/Tiny program/resources/bin/100% data']),
    );
    expect(ask('--requires')).toContain('bash');
    const scripts = ask('--scripts');
    expect(scripts).toContain('installed 50%"');
    expect(scripts).toMatch(/postuninstall[^]*-ge 1[^]*removed/);
    expect(readdirSync(folder).filter((name) => name.startsWith('rpm-'))).toEqual([]);
  });
});

describe('what fpm would be asked', () => {
  const words = ['--package', 'p', '--name', 'n', '--version', '1', '--architecture', 'a', '--maintainer', 'm'];

  it('is refused where this cannot do it, and not passed over', () => {
    const rest = [...words, '--description', 'd'];
    expect(() => readOrder(['-s', 'dir', '-t', 'pacman', ...rest])).toThrow('"pacman"');
    expect(() => readOrder(['-s', 'dir', '-t', 'deb', '--deb-systemd', 'x', ...rest])).toThrow('--deb-systemd');
    expect(() => readOrder(['-s', 'dir', '-t', 'deb', ...words])).toThrow('--description is missing');
    expect(() => readOrder(['-s', 'dir', '-t', 'deb', ...rest, 'nowhere'])).toThrow('FROM=/TO');
  });

  it('keeps equals signs in the names of files', () => {
    const { content } = readOrder(['-s', 'dir', '-t', 'deb', ...words, '--description', 'd', '/a=b/c=/opt/d=e']);
    expect(content).toEqual([{ from: '/a=b/c', to: '/opt/d=e' }]);
  });
});

describe.skipIf(!has('tar') || !has('zstd'))(`the archive for people without root${skipped('zstd')}`, () => {
  it('starts from wherever it lies, by the menu too, and takes itself out of the menu again', async () => {
    const file = join(folder, 'tiny-1.tar.zst');
    const icon = join(folder, 'icon.png');
    writeFileSync(icon, 'a picture');
    const archive = { mimeType: 'application/x-tiny', ext: 'tiny', description: 'Tiny files' };
    const words = { executable: 'a program', product: 'Tiny', summary: 'A tiny program' };
    await makePortable({ program, file, name: portableName(file), icon, archive, ...words });
    const odd = join(folder, 'a "home" of $USER, 100% `mine`');
    const home = join(folder, 'home');
    for (const path of [odd, home]) mkdirSync(path);
    execFileSync('tar', ['--zstd', '-xf', file, '-C', odd]);
    const menu = (verb: string): ReturnType<typeof spawnSync> =>
      spawnSync(join(odd, 'tiny-1/menu'), [verb], { env: { PATH: process.env['PATH'], HOME: home }, encoding: 'utf8' });
    expect(menu('add')).toMatchObject({ status: 0, stderr: '' });
    const entry = join(home, '.local/share/applications/a program.desktop');
    const [started = '', ...args] = commandOf(readFileSync(entry, 'utf8'), ['/some where/x.tiny']);
    expect(execFileSync(started, args, { encoding: 'utf8' })).toBe('started /some where/x.tiny\n');
    expect(readFileSync(join(home, '.local/share/mime/packages/a program.xml'), 'utf8')).toContain('*.tiny');
    expect(menu('remove').status).toBe(0);
    expect(
      readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('a program')),
    ).toEqual([]);
    expect(menu('other').status).toBe(2);
  });
});

describe('the tools for an AppImage', () => {
  /** A head with a table of one section at byte 64, then `words`. */
  function elf(words: string, magic = 'AI\u0002'): Buffer {
    const head = Buffer.alloc(128);
    head.write('\u007fELF\u0002', 'latin1');
    head.write(magic, 8, 'latin1');
    head.writeBigUInt64LE(64n + BigInt(words.length), 40);
    head.writeUInt16LE(64, 58);
    head.writeUInt16LE(1, 60);
    return Buffer.concat([head.subarray(0, 64), Buffer.from(words), head.subarray(64)]);
  }
  const save = (name: string, bytes: Buffer): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  it('take the runtime out of any AppImage, whole and without the image', () => {
    const runtime = elf('zstd');
    expect(runtimeOf(save('runtime', runtime))).toEqual(runtime);
    expect(runtimeOf(save('image', Buffer.concat([runtime, Buffer.from('hsqs an image')])))).toEqual(runtime);
    expect(() => runtimeOf(save('program', elf('zstd', 'xx\u0002')))).toThrow('is no AppImage of type 2');
    expect(() => runtimeOf(save('text', Buffer.from('#!/bin/sh\n')))).toThrow('is no AppImage of type 2');
  });

  it.skipIf(process.platform === 'win32')('pack as that runtime can read, whatever electron-builder asks for', () => {
    const echo = join(folder, "echo's");
    writeFileSync(echo, '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
    for (const [words, packing] of [
      ['an lzma reader', '-comp xz'],
      ['zstd', '-comp zstd'],
      ['inflate', '-comp gzip'],
    ] as const) {
      const tools = join(folder, 'tools');
      makeAppImageTools({ folder: tools, runtime: save('one', elf(words)), mksquashfs: echo });
      const printed = execFileSync(join(tools, 'mksquashfs'), ['a folder', 'out', '-quiet', '-comp', 'zstd'], {
        encoding: 'utf8',
      });
      expect(printed).toMatch(new RegExp(`^a folder out -quiet ${packing} `));
    }
  });

  it.skipIf(process.platform !== 'linux')('are left to whoever has chosen others', () => {
    const env = { PATH: process.env['PATH'], CUSTOM_FPM_PATH: '/x', APPIMAGE_TOOLS_PATH: '/y', APPIMAGE_RUNTIME: '/z' };
    expect(linuxTools({ folder: join(folder, 'none'), env })).toEqual({});
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});

it.skipIf(!has('sha256sum'))('checksums are read by sha256sum, from wherever they lie together', async () => {
  const files = ['b.deb', 'a file.zst'].map((name) => join(folder, name));
  for (const file of files) writeFileSync(file, file);
  const list = await writeChecksums(folder, files);
  const check = (): number | null => spawnSync('sha256sum', ['--check', '--quiet', list], { cwd: folder }).status;
  expect(check()).toBe(0);
  writeFileSync(join(folder, 'b.deb'), 'damaged');
  expect(check()).toBe(1);
});

/** How packages are tried: a trial that misses what a package leaves behind, or that starts it
 * otherwise than a desktop does, would call anything good. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commandOf, valueOf } from '../../scripts/package/try/desktop-entry.ts';
import { installDeb, whyNotInstalled } from '../../scripts/package/try/installed.ts';
import { openTemporary, runIn } from '../../scripts/package/try/place.ts';

const FPM = resolve(import.meta.dirname, '../../scripts/package/linux/fpm.ts');
const reason = process.platform === 'linux' ? whyNotInstalled() : 'this is not Linux';

describe.skipIf(reason !== undefined)(`a deb that is tried${reason === undefined ? '' : ` SKIP: ${reason}`}`, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trade try ')));
  const env = { PATH: process.env['PATH'] };
  beforeAll(() => {
    mkdirSync(join(folder, 'program'));
    writeFileSync(join(folder, 'program/tiny'), '#!/bin/sh\nid -u\necho "$@"\n', { mode: 0o755 });
    writeFileSync(join(folder, 'entry'), '[Desktop Entry]\nExec="/opt/Tiny program/tiny" --menu %U\n');
    writeFileSync(join(folder, 'litter.sh'), '#!/bin/sh\ntouch /etc/trade-litter\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function install(more: readonly string[]): ReturnType<typeof installDeb> {
    const file = join(folder, 'tiny.deb');
    const words = ['--name', 'trade-tiny', '--version', '1', '--maintainer', 'a <b@example.org>', '--description', 'd'];
    const pairs = [`${folder}/program/=/opt/Tiny program`, `${folder}/entry=/usr/share/applications/tiny.desktop`];
    const order = ['-s', 'dir', '-t', 'deb', '--package', file, '--architecture', 'all', ...words, ...more, ...pairs];
    expect(spawnSync(process.execPath, [FPM, ...order])).toMatchObject({ status: 0 });
    return installDeb({ file, folder: join(folder, 'layers'), shared: [folder], env });
  }

  it('starts from its menu entry as somebody without rights, and this system never sees it', async () => {
    const place = await install([]);
    const printed = runIn(place, commandOf(place.entry, ['/a b/c.trade']), env);
    expect(printed).toBe('65534\n--menu /a b/c.trade\n');
    expect(existsSync(place.program)).toBe(false);
    expect(await place.remove()).toEqual([]);
    expect(existsSync(join(folder, 'layers'))).toBe(false);
  });

  it('is caught when it leaves a file behind', async () => {
    const place = await install(['--after-remove', join(folder, 'litter.sh')]);
    const left = (await place.remove()).map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(left).toEqual(['/etc/trade-litter f']);
    expect(existsSync('/etc/trade-litter')).toBe(false);
  });
});

// Else a trial on a fresh clone, whose TMPDIR is root's alone, called each package broken.
it('packages are tried where a person without rights comes to', () => {
  const folder = mkdtempSync(join(openTemporary(), 'trade roots '));
  vi.stubEnv('TMPDIR', folder);
  try {
    chmodSync(folder, 0o755);
    expect(openTemporary()).toBe(folder);
    chmodSync(folder, 0o000);
    expect(openTemporary()).not.toBe(folder);
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

describe('a menu entry', () => {
  const entry = '[Desktop Entry]\nName=Tiny\nExec="/opt/a \\\\"b\\\\" \\\\$c/d" --x=1 100%% %U\n';

  it('gives the command that a desktop would run, with files in their place or none', () => {
    const program = '/opt/a "b" $c/d';
    expect(commandOf(entry, ['/1 2', '/3'])).toEqual([program, '--x=1', '100%', '/1 2', '/3']);
    expect(commandOf(entry, [])).toEqual([program, '--x=1', '100%']);
  });

  it('without the key is an error that names it', () => {
    expect(() => valueOf(entry, 'Icon')).toThrow('no Icon');
  });
});

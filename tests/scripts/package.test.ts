/** The parts of the packaging script that need no package: icons, what a built file needs, and what
 * is made where. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closureOf, packagesNamedBy, reachedFrom } from '../../scripts/package/closure.ts';
import { drawIcons } from '../../scripts/package/icons.ts';
import type { Icons } from '../../scripts/package/icons.ts';
import { targetsOf } from '../../scripts/package/targets.ts';

const ROOT = resolve(import.meta.dirname, '../..');
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'trade package parts '))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('icons', () => {
  let icons: Icons;
  beforeAll(async () => void (icons = await drawIcons(join(ROOT, 'resources/icons/icon.svg'), join(folder, 'icons'))));

  it('are PNGs of their sizes for Linux, drawn at that size and not empty', async () => {
    const names = readdirSync(icons.linux);
    expect(names).toContain('512x512.png');
    for (const name of names) {
      const image = sharp(join(icons.linux, name));
      const { width, height } = await image.metadata();
      expect(`${width}x${height}.png`).toBe(name);
      const [red] = (await image.stats()).channels;
      expect(red?.stdev).toBeGreaterThan(10);
    }
  });

  it('are one container for Windows, whose directory leads to each image', async () => {
    const file = readFileSync(icons.win);
    expect([file.readUInt16LE(0), file.readUInt16LE(2)]).toEqual([0, 1]);
    const edges: number[] = [];
    let end = 0;
    for (let index = 0; index < file.readUInt16LE(4); index += 1) {
      const at = 6 + 16 * index;
      const [bytes, offset] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)];
      const { width } = await sharp(file.subarray(offset, offset + bytes)).metadata();
      expect((file[at] ?? 0) || 256).toBe(width);
      edges.push(width);
      end = offset + bytes;
    }
    // Below 256 the installer's maker refuses it.
    expect(Math.max(...edges)).toBe(256);
    expect(end).toBe(file.length);
  });

  it('are one container for macOS, whose lengths add up', async () => {
    const file = readFileSync(icons.mac);
    expect([file.toString('latin1', 0, 4), file.readUInt32BE(4)]).toEqual(['icns', file.length]);
    const sizes = new Map<string, number>();
    for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
      const image = file.subarray(at + 8, at + file.readUInt32BE(at + 4));
      sizes.set(file.toString('latin1', at, at + 4), (await sharp(image).metadata()).width);
    }
    // Apple's table of types: ic07 to ic09 are 128 to 512, ic10 is 512 at twice the density.
    expect(['ic07', 'ic08', 'ic09', 'ic10'].map((type) => sizes.get(type))).toEqual([128, 256, 512, 1024]);
  });
});

describe('what a built program needs', () => {
  const write = (path: string, content: string | object): void => {
    const file = join(folder, 'checkout', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  };
  const root = (): string => join(folder, 'checkout');

  beforeAll(() => {
    const locked = {
      '': { dependencies: { a: '1', '@s/b': '1', page: '1' }, optionalDependencies: { native: '1', elsewhere: '1' } },
      'node_modules/a': { dependencies: { c: '1' }, optionalDependencies: { 'for-mac': '1' } },
      'node_modules/a/node_modules/c': { dependencies: { d: '1' } },
      'node_modules/c': {},
      'node_modules/d': { dependencies: { c: '2', a: '1' } },
      'node_modules/for-mac': {},
      'node_modules/@s/b': { peerDependencies: { e: '1', f: '1' }, peerDependenciesMeta: { f: { optional: true } } },
      'node_modules/e': {},
      'node_modules/f': {},
      'node_modules/native': {},
      'node_modules/page': {},
      'node_modules/tool': { dev: true },
    };
    write('package-lock.json', { packages: locked });
    for (const path of Object.keys(locked))
      if (path !== '' && !path.endsWith('for-mac')) write(`${path}/package.json`, {});
    write('out/index.js', `import "a"; import('./chunk-1.js'); require("./gone.js");`);
    write('out/chunk-1.js', 'import{x}from"@s/b/deep";import"./index.js";');
    write('out/other.js', `createRequire(import.meta.url)('native'); const text = "a page of tool";`);
  });

  it('are the chunks that its entry reaches, in rings too', () => {
    expect(reachedFrom(join(root(), 'out'), 'index.js')).toEqual(['chunk-1.js', 'index.js']);
  });

  it('are the dependencies that its files name, by import or by require, and none that they only speak of', () => {
    const named = (...files: readonly string[]) =>
      packagesNamedBy(
        root(),
        files.map((file) => join(root(), 'out', file)),
      );
    expect(named('index.js')).toEqual(['a']);
    expect(named('chunk-1.js')).toEqual(['@s/b']);
    expect(named('other.js')).toEqual(['native']);
  });

  it('are what these need in turn, the nested copy where there is one, and nothing for another system', () => {
    expect(closureOf(root(), ['a', 'elsewhere'])).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/c',
      'node_modules/c',
      'node_modules/d',
    ]);
    expect(closureOf(root(), ['@s/b'])).toEqual(['node_modules/@s/b', 'node_modules/e']);
  });

  it('is named where it is not installed', () => {
    rmSync(join(root(), 'node_modules/d'), { recursive: true });
    expect(() => closureOf(root(), ['a'])).toThrow('lacks d, which node_modules/a/node_modules/c needs: run "npm ci"');
  });
});

describe('what is made where', () => {
  it('is every package of the system that it runs on', () => {
    expect(targetsOf([], 'linux')).toEqual(['AppImage', 'deb', 'tar.zst']);
    expect(targetsOf([], 'darwin')).toEqual(['dmg']);
    expect(targetsOf([], 'win32')).toEqual(['nsis']);
    expect(targetsOf(['deb', 'dir'], 'linux')).toEqual(['dir', 'deb']);
  });

  it('is refused in words for another system, whose binaries are not here', () => {
    expect(targetsOf(['dmg'], 'linux')).toContain('dmg is made on macOS alone');
    expect(targetsOf(['snap'], 'linux')).toContain('there is no package "snap"');
    expect(targetsOf(['tar.zst'], 'darwin')).toContain('tar.zst is made on Linux alone');
    expect(targetsOf([], 'freebsd')).toContain('none for freebsd');
  });
});

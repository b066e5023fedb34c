/** What has to outlast a power cut is flushed, in an order that leaves nothing torn under its name.
 * The power cuts of `tests/faults` try the same with whole workspaces. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  copyWhole,
  flushFile,
  flushFolder,
  flushTree,
  flushTreeNow,
  makeFolder,
  move,
  writeWhole,
} from '../../src/store/disk.ts';
import { failNext, recordDisk } from '../support/recorded-disk.ts';
import { temporaryFolder } from '../support/workspace.ts';

const IS_WINDOWS = process.platform === 'win32';
/** Windows flushes no folders. */
const flushes = (...names: readonly string[]): readonly string[] =>
  IS_WINDOWS ? [] : names.map((name) => `flush ${name}`);

function folder(...files: readonly string[]): string {
  const root = temporaryFolder('disk');
  mkdirSync(root);
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), file);
  }
  return root;
}

/** A file at the top, more than are flushed at once below it, an empty folder, and a link. */
function tree(): string {
  const many = Array.from({ length: 19 }, (_, number) => `tree/in/deep/${number}`);
  const root = folder('outside', 'tree/top', 'tree/in/one', ...many);
  mkdirSync(join(root, 'tree/empty'));
  symlinkSync(join(root, 'outside'), join(root, 'tree/link'));
  return root;
}

describe('a flush', () => {
  test('of a file and of a folder reaches the disk, and leaves nothing open, not even where it fails', () => {
    const root = folder('a');
    const disk = recordDisk(root);
    flushFile(join(root, 'a'));
    flushFolder(root);
    expect(disk.only('flush')).toEqual(['flush a', ...flushes('.')]);
    expect(disk.stillOpen()).toBe(0);
    failNext('fsyncSync', 'EIO');
    // Nobody is told that bytes are safe which are not.
    expect(() => flushFile(join(root, 'a'))).toThrow('EIO');
    expect(disk.stillOpen()).toBe(0);
  });

  test('of a tree has each of its files once, then its folders, the innermost first; no link is followed', async () => {
    for (const flush of [flushTree, flushTreeNow]) {
      const root = tree();
      const disk = recordDisk(root);
      await flush(join(root, 'tree'));
      const flushed = disk.only('flush');
      const many = Array.from({ length: 19 }, (_, number) => `flush tree/in/deep/${number}`);
      const files = [...many, 'flush tree/in/one', 'flush tree/top'];
      expect(flushed.slice(0, files.length).toSorted()).toEqual(files.toSorted());
      const folders = flushed.slice(files.length);
      // A name lasts only from the flush of the folder above: the top comes last.
      expect(folders.toSorted()).toEqual(flushes('tree', 'tree/empty', 'tree/in', 'tree/in/deep').toSorted());
      expect(folders.at(-1)).toBe(flushes('tree').at(0));
      expect(folders.indexOf('flush tree/in/deep')).toBeLessThanOrEqual(folders.indexOf('flush tree/in'));
      expect(disk.stillOpen()).toBe(0);
    }
  });

  test('of a tree that is one file has that; of one that is not there nothing is opened, and it is said', async () => {
    for (const flush of [flushTree, flushTreeNow]) {
      const root = folder('a');
      const disk = recordDisk(root);
      await flush(join(root, 'a'));
      expect(disk.only('flush')).toEqual(['flush a']);
      await expect((async () => flush(join(root, 'none')))()).rejects.toThrow('ENOENT');
      expect(disk.only('open')).toHaveLength(1);
    }
  });
});

describe('a name', () => {
  test('of a new folder, and of each that was made above it, is flushed; of one that was there none', () => {
    const root = folder();
    const disk = recordDisk(root);
    makeFolder(join(root, 'a/bb/c'));
    expect(disk.only('flush')).toEqual(flushes('a/bb', 'a', '.'));
    makeFolder(join(root, 'a/bb/c'));
    makeFolder(join(root, 'a/bb/d'));
    expect(disk.only('flush')).toEqual(flushes('a/bb', 'a', '.', 'a/bb'));
  });

  test('that moves is flushed where it comes to, then where it has left', () => {
    const root = folder('from/a', 'to/b');
    const disk = recordDisk(root);
    move(join(root, 'from/a'), join(root, 'to/a'));
    // The other way round a power cut in between leaves it under neither.
    expect(disk.only('rename', 'flush')).toEqual(['rename from/a to/a', ...flushes('to', 'from')]);
    move(join(root, 'to/a'), join(root, 'to/c'));
    expect(disk.only('rename', 'flush').slice(-2)).toEqual(['rename to/a to/c', ...flushes('to')].slice(-2));
    expect(disk.only('flush')).toHaveLength(IS_WINDOWS ? 0 : 3);
  });

  test('is given to a text or a copy only when its bytes are on the disk', () => {
    const root = folder('old', 'far/source');
    const disk = recordDisk(root);
    writeWhole(join(root, 'old'), 'new');
    expect(disk.only('write', 'flush', 'rename')).toEqual([
      ...['write old.partial', 'flush old.partial', 'rename old.partial old'],
      ...flushes('.'),
    ]);
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('new');
    const before = disk.calls.length;
    copyWhole(join(root, 'far/source'), join(root, 'old'), join(root, 'beside'));
    expect(disk.calls.slice(before).filter((call) => !call.startsWith('open'))).toEqual([
      ...['copy far/source beside', 'flush beside', 'rename beside old'],
      ...flushes('.'),
    ]);
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('far/source');
    copyWhole(join(root, 'far/source'), join(root, 'another'));
    expect(disk.only('copy').at(-1)).toBe('copy far/source another.partial');
    expect(readFileSync(join(root, 'another'), 'utf8')).toBe('far/source');
    expect(disk.stillOpen()).toBe(0);
  });
});

describe('on Windows', () => {
  const { platform } = process;
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
    vi.resetModules();
  });

  test('files are opened for writing, since nothing else is flushed there, and folders not at all', async () => {
    const root = folder('in/a');
    vi.resetModules();
    Object.defineProperty(process, 'platform', { value: 'win32' });
    const windows = await import('../../src/store/disk.ts');
    const disk = recordDisk(root);
    windows.flushFile(join(root, 'in/a'));
    windows.flushFolder(root);
    await windows.flushTree(root);
    expect(disk.only('open', 'flush')).toEqual(['open r+ in/a', 'flush in/a', 'open r+ in/a', 'flush in/a']);
  });
});

/** One writer at a time, and none that outlives its process. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { acquireLock, isLocked } from '../../src/store/lock.ts';
import { wishFor } from '../../src/store/upkeep/recovery.ts';
import { openReadable, openWorkspace } from '../../src/store/workspace.ts';
import { startWriter } from '../support/store-processes.ts';
import { recordDisk } from '../support/recorded-disk.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

test('a second writer in the same process is refused, and let in after the first has closed', () => {
  const first = temporaryWorkspace();
  expect(() => openWorkspace(first.directory)).toThrow(
    expect.objectContaining({ code: 'workspace.busy', place: { file: first.directory } }),
  );
  // The refusal did the first no harm.
  expect(isLocked(first.directory)).toBe(true);
  expect(first.store.runs().total).toBe(0);
  first.close();
  expect(isLocked(first.directory)).toBe(false);
  openWorkspace(first.directory).close();
});

test('a second process is refused by name of the first, still reads, and is let in once that is killed', async () => {
  const directory = temporaryFolder();
  const writer = await startWriter(directory);
  await writer.acknowledged(1);
  expect(() => openWorkspace(directory)).toThrow(
    `The workspace "${directory}" is in use by another TRADE workbench (process ${writer.pid}); ` +
      'close it or choose another --workspace.',
  );
  const reader = openReadable(directory);
  expect(reader.store.runs().total).toBe(1);
  reader.close();
  await writer.kill();
  expect(existsSync(join(directory, 'lock.json'))).toBe(true);
  openWorkspace(directory).close();
  expect(existsSync(join(directory, 'lock.json'))).toBe(false);
});

test('a note that a dead session left half-written locks nobody out', () => {
  const { directory, close } = temporaryWorkspace();
  close();
  writeFileSync(join(directory, 'lock.json'), '{"pi');
  openWorkspace(directory).close();
});

test('every session has a fence of its own, greater than all before it', () => {
  const directory = temporaryFolder();
  const fences = Array.from({ length: 4 }, () => {
    const { store, close } = openWorkspace(directory);
    close();
    return store.fence;
  });
  expect(fences).toEqual([...fences].sort());
  expect(new Set(fences).size).toBe(4);
  expect(fences[0]).toMatch(/^s000001-[0-9a-f]{6}$/);
});

test('a wish for a copy is written only by whoever has the lock: a session that is open would not know of it', () => {
  const { directory } = temporaryWorkspace();
  expect(() => wishFor(directory, { salvage: true })).toThrow(expect.objectContaining({ code: 'workspace.busy' }));
  expect(existsSync(join(directory, 'recovery.json'))).toBe(false);
});

test('after a wish the lock is free, and a session that died is looked at as one still', () => {
  const directory = temporaryFolder();
  openWorkspace(directory).close();
  writeFileSync(join(directory, 'lock.json'), '{"pid":1}\n');
  wishFor(directory, { salvage: true });
  expect(isLocked(directory)).toBe(false);
  expect(existsSync(join(directory, 'lock.json'))).toBe(true);
});

describe('a session that ended without saying so', () => {
  const emptyFolder = (): string => {
    const folder = temporaryFolder();
    mkdirSync(folder);
    return folder;
  };

  test('is one whose note is there, whatever a power cut has left of it: the next start looks for damage', () => {
    const folder = emptyFolder();
    const begin = (isClean: boolean): boolean => {
      const { previousDied, release } = acquireLock(folder);
      release(isClean);
      return previousDied;
    };
    expect([begin(true), begin(false), begin(true), begin(true)]).toEqual([false, false, true, false]);
    for (const note of ['', '\0\0\0\0', '{"pi', '{"pid":12}\n']) {
      writeFileSync(join(folder, 'lock.json'), note);
      expect([note, begin(true), begin(true)]).toEqual([note, true, false]);
    }
  });

  test('is known after a power cut too: its note and the name of it are on disk before the work begins', () => {
    const folder = emptyFolder();
    const disk = recordDisk(folder);
    acquireLock(folder).release(true);
    expect(disk.only('write', 'flush')).toEqual(['write lock.json', 'flush lock.json', 'flush .']);
  });

  test('is not one that nobody refers to any more: what a collector closes lets a second writer in', async () => {
    const folder = emptyFolder();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void; // what the flag exposes
    acquireLock(folder);
    for (let round = 0; round < 3; round += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isLocked(folder)).toBe(true);
  });
});

test('who holds the lock is told by its note, and by nothing that only looks like one', () => {
  const { directory } = temporaryWorkspace();
  const told = () => acquireLock(directory);
  expect(told).toThrow(`in use by another TRADE workbench (process ${process.pid}); close it`);
  for (const note of [undefined, '', 'null', '{"pid":"me"}', '{"pid":', 'not {"pid":7}']) {
    if (note === undefined) rmSync(join(directory, 'lock.json'));
    else writeFileSync(join(directory, 'lock.json'), note);
    expect(told).toThrow(
      `The workspace "${directory}" is in use by another TRADE workbench; close it or choose another --workspace.`,
    );
  }
});

describe('a lock', () => {
  test('that cannot be taken for another reason than a second writer says that one', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'lock.sqlite');
    expect(isLocked(folder)).toBe(false);
    expect(() => acquireLock(folder)).toThrow(expect.objectContaining({ code: 'workspace.readonly', place: { file } }));
    mkdirSync(folder);
    expect(isLocked(folder)).toBe(false);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, 'notes of somebody '.repeat(100));
    expect(() => acquireLock(folder)).toThrow(expect.objectContaining({ code: 'workspace.corrupt', place: { file } }));
  });

  test('is let go of by whoever has it, also where somebody removed its note', () => {
    const folder = temporaryFolder();
    mkdirSync(folder);
    const { release } = acquireLock(folder);
    rmSync(join(folder, 'lock.json'));
    release(true);
    expect(isLocked(folder)).toBe(false);
  });

  test('whose note cannot be written is let go of again', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'lock.json');
    mkdirSync(file, { recursive: true });
    expect(() => acquireLock(folder)).toThrow(expect.objectContaining({ code: 'workspace.readonly', place: { file } }));
    expect(isLocked(folder)).toBe(false);
  });
});

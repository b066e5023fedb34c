/** One writer at a time, and none that outlives its process. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isLocked } from '../../src/store/lock.ts';
import { wishFor } from '../../src/store/upkeep/recovery.ts';
import { openReadable, openWorkspace } from '../../src/store/workspace.ts';
import { startWriter } from '../support/store-processes.ts';
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

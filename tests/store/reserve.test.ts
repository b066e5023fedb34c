/** Room that is kept for a full disk: given up once, for an opening or for what makes room, and for
 * nothing else. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorkbenchError } from '../../src/core/errors.ts';
import { hasRoomForReserve, keepReserve, makingRoom, reserveOf, withReserve } from '../../src/store/upkeep/reserve.ts';
import { storeInMemory, temporaryFolder } from '../support/workspace.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const sizesOf = (root: string): readonly number[] => reserveOf(root).map((name) => statSync(join(root, name)).size);

function folder(): string {
  const root = temporaryFolder();
  mkdirSync(root);
  return root;
}

/** Fails as a full disk does as long as there are more parts than `enough`. */
function fullDisk<T>(root: string, result: T, enough = 1): () => T {
  return () => {
    if (reserveOf(root).length > enough) throw new WorkbenchError('disk.full', 'full');
    return result;
  };
}

test.each([
  ['a large disk', GIB, 8 * MIB],
  ['a small one', 32 * MIB, 2 * MIB],
  ['the smallest that leaves any', 8 * MIB, MIB / 2],
])('of %s two parts are kept, once', (_what, free, bytes) => {
  const root = folder();
  keepReserve(root, () => free);
  expect(sizesOf(root)).toEqual([bytes, bytes]);
  keepReserve(root, () => GIB);
  expect(sizesOf(root)).toEqual([bytes, bytes]);
  expect(readdirSync(root)).toEqual(['reserve-1', 'reserve-2']);
});

test('of a nearly full disk nothing is kept, and where writing fails nothing is left', () => {
  const root = folder();
  expect(hasRoomForReserve(root, () => 8 * MIB - 1)).toBe(false);
  keepReserve(root, () => 8 * MIB - 1);
  expect(readdirSync(root)).toEqual([]);
  const missing = join(root, 'missing');
  expect(() => keepReserve(missing, () => GIB)).not.toThrow();
  expect(existsSync(missing)).toBe(false);
});

test('where the disk has filled up in between, one part is all, until there is room again', () => {
  const root = folder();
  let asked = 0;
  keepReserve(root, () => (asked++ < 2 ? GIB : 0));
  expect(reserveOf(root)).toEqual(['reserve-1']);
  keepReserve(root, () => GIB);
  expect(reserveOf(root)).toEqual(['reserve-1', 'reserve-2']);
});

test('something else of that name is left alone, and counts for nothing', () => {
  const root = folder();
  mkdirSync(join(root, 'reserve-1'));
  keepReserve(root, () => GIB);
  expect(reserveOf(root)).toEqual(['reserve-2']);
});

test('a part is given up where the disk is full, and the work goes on; without one the error is what it was', () => {
  const root = folder();
  keepReserve(root, () => GIB);
  expect(withReserve(root, fullDisk(root, 'opened', 1))).toBe('opened');
  expect(reserveOf(root)).toEqual(['reserve-2']);
  expect(withReserve(root, fullDisk(root, 'room made', 0))).toBe('room made');
  expect(reserveOf(root)).toEqual([]);
  const full = new WorkbenchError('disk.full', 'full');
  const attempt = () => {
    throw full;
  };
  expect(() => withReserve(root, attempt)).toThrow(full);
});

test('no other failure uses it up', () => {
  const root = folder();
  keepReserve(root, () => GIB);
  for (const error of [new WorkbenchError('workspace.busy', 'busy'), new Error('disk.full')]) {
    const attempt = () => {
      throw error;
    };
    expect(() => withReserve(root, attempt)).toThrow(error);
  }
  expect(reserveOf(root)).toHaveLength(2);
});

test('what makes room may use it, and a search may not', () => {
  const root = folder();
  const store = storeInMemory();
  const full = {
    ...store,
    trashRuns: fullDisk(root, undefined),
    deletePart: fullDisk(root, { files: [], isGone: true }),
    keepFrontOnly: fullDisk(root, []),
    dropWeights: fullDisk(root, []),
    interruptTrial: fullDisk(root, undefined),
  };
  const roomy = makingRoom(full, root);
  const ways = [
    () => roomy.trashRuns(['run_1']),
    () => roomy.deletePart('run_1'),
    () => roomy.keepFrontOnly('run_1', []),
    () => roomy.dropWeights([]),
  ];
  for (const way of ways) {
    keepReserve(root, () => GIB);
    expect(way).not.toThrow();
    expect(reserveOf(root)).toHaveLength(1);
  }
  keepReserve(root, () => GIB);
  expect(() => roomy.interruptTrial('run_1-0000', 1)).toThrow('full');
  expect(reserveOf(root)).toHaveLength(2);
});

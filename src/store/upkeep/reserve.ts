/**
 * Room that a workspace keeps for itself. On a full disk it is given up, so that a session opens
 * all the same and a person can remove what takes the room; as soon as there is room it is kept
 * again.
 */
import { randomBytes } from 'node:crypto';
import { fsyncSync, renameSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../../core/errors.ts';
import { factsOf, withFile } from '../disk.ts';
import { PARTIAL, RESERVE_FILES } from '../ownership.ts';
import type { WritableStore } from '../store.ts';

/** Of each part: twice what SQLite's log grows to before it is carried over (1,000 pages of 4
 * KiB). */
const MOST_BYTES = 8 << 20;
/** For a small disk: an opening, and the removal of a run, take some hundred kilobytes. */
const LEAST_BYTES = 512 << 10;
/** Of the room that is left, a part takes no more. */
const SHARE = 1 / 16;
const CHUNK_BYTES = 1 << 20;

/** Free bytes of the disk that holds `root`. */
export type FreeBytes = (root: string) => number;

const freeBytes: FreeBytes = (root) => {
  const { bavail, bsize } = statfsSync(root);
  return bavail * bsize;
};

/** Parts that are kept, by their names. */
export function reserveOf(root: string): readonly string[] {
  return RESERVE_FILES.filter((name) => factsOf(join(root, name))?.isFile() === true);
}

export function hasRoomForReserve(root: string, free: FreeBytes = freeBytes): boolean {
  return free(root) * SHARE >= LEAST_BYTES;
}

/** What is missing of it, where there is room. Never throws. */
export function keepReserve(root: string, free: FreeBytes = freeBytes): void {
  for (const name of RESERVE_FILES) {
    const file = join(root, name);
    const partial = `${file}${PARTIAL}`;
    if (factsOf(file) !== undefined) continue;
    try {
      if (!hasRoomForReserve(root, free)) return;
      fill(partial, Math.min(MOST_BYTES, Math.floor(free(root) * SHARE)));
      renameSync(partial, file);
    } catch {
      // The disk may have filled up meanwhile: the next opening tries again.
      rmSync(partial, { force: true });
      return;
    }
  }
}

/** Random bytes: a file system that compresses would keep no room for zeros. */
function fill(file: string, bytes: number): void {
  withFile(file, 'w', (descriptor) => {
    for (let left = bytes; left > 0;) left -= writeSync(descriptor, randomBytes(Math.min(left, CHUNK_BYTES)));
    fsyncSync(descriptor);
  });
}

/** One part; whether there was any. */
function giveUpPart(root: string): boolean {
  const [name] = reserveOf(root);
  if (name === undefined) return false;
  rmSync(join(root, name));
  return true;
}

/** `work`, and once more without a part of the reserve where the disk was full. */
export function withReserve<T>(root: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WorkbenchError && error.code === 'disk.full' && giveUpPart(root))) throw error;
    return work();
  }
}

/** What makes room writes rows first: it may use the reserve, and nothing else may. */
export function makingRoom(store: WritableStore, root: string): WritableStore {
  const { trashRuns, deletePart, keepFrontOnly, dropWeights } = store;
  return {
    ...store,
    trashRuns: (ids) => withReserve(root, () => trashRuns(ids)),
    deletePart: (id) => withReserve(root, () => deletePart(id)),
    keepFrontOnly: (id, dropped) => withReserve(root, () => keepFrontOnly(id, dropped)),
    dropWeights: (ids) => withReserve(root, () => dropWeights(ids)),
  };
}

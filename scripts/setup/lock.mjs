/** One set-up at a time in a checkout: a lock file that its owner touches, so that a dead owner's
 * lock is taken over. */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TIMES = Object.freeze({ touchMs: 1000, staleMs: 15000, pollMs: 250 });

/**
 * Does the work while no other process does; waits for the other one first.
 * @template T
 * @param {string} path of the lock file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: () => void, signal?: AbortSignal, times?: Record<keyof typeof TIMES, number>
 * }} options
 * @returns {Promise<T>}
 */
export async function withLock(path, work, { onWait, signal, times = TIMES } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = false; !tryToTake(path); waited = true) {
    if (!waited) onWait?.();
    dropStale(path, times.staleMs);
    await sleep(times.pollMs, undefined, { signal });
  }
  const touching = setInterval(() => touch(path), times.touchMs);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    rmSync(path, { force: true });
  }
}

function tryToTake(path) {
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the lock away before deleting it: of two that find it stale only one can move it. */
function dropStale(path, staleMs) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || Date.now() - found.mtimeMs < staleMs) return;
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The folder was deleted under us; the work itself will say so.
  }
}

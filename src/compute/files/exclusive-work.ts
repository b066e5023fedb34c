/** Work that one process does and others wait for: a claim is a small file beside the work's own,
 * with the owner's pid. */
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';

/** No work under a claim takes so long; a process with a dead owner's pid must not hold it for
 * ever. */
const STALE_MILLISECONDS = 15 * 60_000;

/** Does the work for `path` unless another living process is at it (undefined). */
export async function exclusively<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
  const claim = `${path}.claim`;
  if (!take(claim) && !(isStale(claim) && retake(claim))) return undefined;
  try {
    return await work();
  } finally {
    rmSync(claim, { force: true });
  }
}

function take(claim: string): boolean {
  try {
    const file = openSync(claim, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    // Sound: only read, and undefined for an error without a code.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two that retake one at the same time both do the work: wasteful, not wrong, since its file is
 * renamed into place. */
function retake(claim: string): boolean {
  rmSync(claim, { force: true });
  return take(claim);
}

function isStale(claim: string): boolean {
  const written = statSync(claim, { throwIfNoEntry: false });
  if (written === undefined) return true;
  const age = Date.now() - written.mtimeMs;
  const owner = Number(readIfThere(claim));
  // An empty file has just been made, and its owner is about to sign it.
  if (!Number.isSafeInteger(owner) || owner < 1) return age > 1000;
  return age > STALE_MILLISECONDS || owner === process.pid || !isAlive(owner);
}

function readIfThere(claim: string): string {
  try {
    return readFileSync(claim, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Sound: only read; a process of another user answers EPERM.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

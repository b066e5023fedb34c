/**
 * Files for people are put together in a folder beside their place, and moved into it whole. The
 * folder's name tells whose it is: what a killed export left there goes with the next one, and
 * nothing else does.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

/** Of this machine: on a shared disk the numbers of its processes say nothing of another's. */
const here = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const NAME = new RegExp(`^\\.trade-export-${here}-([1-9]\\d{0,9})-[0-9a-f]{12}$`);

/** A fresh folder beside `file`, on its disk; the caller removes it. Throws the file system's
 * error. */
export function makeBeside(file: string): string {
  const folder = dirname(file);
  sweepBeside(folder);
  const beside = join(folder, `.trade-export-${here}-${process.pid}-${randomBytes(6).toString('hex')}`);
  mkdirSync(beside, { mode: 0o700 });
  return beside;
}

/** Those of processes that are gone; of ours that run, and of anybody else's, none. */
function sweepBeside(folder: string): void {
  for (const entry of entriesOf(folder)) {
    const [, pid] = entry.isDirectory() ? (NAME.exec(entry.name) ?? []) : [];
    if (pid !== undefined && !isAlive(Number(pid))) removeQuietly(join(folder, entry.name));
  }
}

/** In a folder of everybody's, one of somebody else is theirs to remove. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Left for whoever may.
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // A folder that can be written to and not listed: then nothing is swept.
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else's is one, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

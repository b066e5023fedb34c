/**
 * One writer at a time. Node has no file locks, SQLite does: the session holds `BEGIN EXCLUSIVE` on
 * `lock.sqlite`, and the operating system lets it go when the process dies, however it dies.
 * `lock.json` says who holds it, for messages; one that is still there when the lock is free was
 * left by a session that died.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { WorkbenchError } from '../core/errors.ts';
import { flushFile, flushFolder } from './disk.ts';
import { toWorkbenchError } from './errors.ts';
import { LOCK_FILE, LOCK_NOTE } from './ownership.ts';

/** A connection that nobody refers to any more is closed by the garbage collector, and would let
 * the lock go. */
const held = new Set<Database.Database>();

/** Long enough for a process that is just ending. */
const PATIENCE_MS = 500;

export interface Lock {
  /** The session before this one ended without saying so. */
  readonly previousDied: boolean;
  /** `clean`: the session's work is whole, so that the next one need not look for damage. */
  release(clean: boolean): void;
}

function lockFile(directory: string): string {
  return join(directory, LOCK_FILE);
}

function noteFile(directory: string): string {
  return join(directory, LOCK_NOTE);
}

/** Process that holds the lock, for messages; `undefined` where its note does not say. */
function holder(directory: string): number | undefined {
  try {
    const [, pid] = /^\{"pid":(\d+)\}/.exec(readFileSync(noteFile(directory), 'utf8')) ?? [];
    return pid === undefined ? undefined : Number(pid);
  } catch {
    return undefined;
  }
}

/** What is locked, in words, and what to do where somebody else has it. */
export interface LockedThing {
  readonly what: string;
  readonly remedy: string;
}

const WORKSPACE: LockedThing = { what: 'workspace', remedy: 'close it or choose another --workspace' };

function busy(directory: string, { what, remedy }: LockedThing): WorkbenchError {
  const pid = holder(directory);
  const who = pid === undefined ? '' : ` (process ${pid})`;
  return new WorkbenchError(
    'workspace.busy',
    `The ${what} "${directory}" is in use by another TRADE workbench${who}; ${remedy}.`,
    { file: directory },
  );
}

/** Opens the lock's database with its exclusive transaction begun, or says that another has it. */
function tryLock(directory: string, patienceMs: number): Database.Database | undefined {
  const file = lockFile(directory);
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { timeout: patienceMs });
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    const said = toWorkbenchError(error, file);
    if (said instanceof WorkbenchError && said.code === 'workspace.busy') return undefined;
    throw said;
  }
}

/** Throws `workspace.busy` where another process (or another workspace object of this one) holds
 * it. */
export function acquireLock(directory: string, thing = WORKSPACE): Lock {
  const db = tryLock(directory, PATIENCE_MS);
  if (!db) throw busy(directory, thing);
  const note = noteFile(directory);
  try {
    // A power cut may have left half of it, or nothing in it: it is one still.
    const previousDied = existsSync(note);
    writeFileSync(note, `${JSON.stringify({ pid: process.pid })}\n`);
    // After a power cut, too, the next start looks for damage.
    flushFile(note);
    flushFolder(directory);
    held.add(db);
    return {
      previousDied,
      release: (clean) => {
        if (clean) rmSync(note, { force: true });
        held.delete(db);
        db.close();
      },
    };
  } catch (error) {
    db.close();
    throw toWorkbenchError(error, note);
  }
}

/** Whether a session is open, here or in another process. */
export function isLocked(directory: string): boolean {
  if (!existsSync(lockFile(directory))) return false;
  const db = tryLock(directory, 0);
  db?.close();
  return db === undefined;
}

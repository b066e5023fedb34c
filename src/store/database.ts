/**
 * Opens the database of a workspace and asserts its pragmas. Never read a database file by other
 * means than SQLite while it is open: closing any descriptor of a file drops all locks that this
 * process holds on it (POSIX).
 */
import Database from 'better-sqlite3';
import { WorkbenchError } from '../core/errors.ts';
import { corrupt, inWordsOf, isUnwritable } from './errors.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { APPLICATION_ID } from './ownership.ts';

const BUSY_TIMEOUT_MS = 5000;
export const SCHEMA_VERSION = MIGRATIONS.length;

export type Connection = Database.Database;

/** `normal`: safe against a killed process; `full`: against a power cut too (the call waits for the
 * disk). */
export type Durability = 'normal' | 'full';

export function pragma(db: Connection, name: string): unknown {
  return db.pragma(name, { simple: true });
}

/** 0 for a database without any schema. */
export function schemaVersion(db: Connection): number {
  return Number(pragma(db, 'user_version'));
}

/** Throws where the file is no workspace of ours; reads only, so that a foreign database stays as
 * it was. */
function assertOurs(db: Connection, file: string): void {
  const objects = Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (objects > 0 && pragma(db, 'application_id') !== APPLICATION_ID) {
    throw corrupt(file, 'it is the database of another program');
  }
}

function setPragma(db: Connection, file: string, name: string, value: string | number, expected: unknown): void {
  db.pragma(`${name} = ${value}`);
  const found = pragma(db, name);
  if (found !== expected) {
    throw new WorkbenchError(
      'workspace.readonly',
      `"${file}": SQLite answers ${name} = ${String(found)} where ${String(expected)} is needed (a network drive?); ` +
        'choose a --workspace on a local disk.',
      { file },
    );
  }
}

/**
 * For reading and writing; the file is made when absent. The caller holds the workspace's lock.
 * `accept` may refuse the database by throwing, before anything is written to it.
 */
export function openDatabase(file: string, accept: (db: Connection) => void = () => {}): Connection {
  return inWordsOf(file, () => {
    const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      assertOurs(db, file);
      const version = schemaVersion(db);
      if (version > SCHEMA_VERSION) throw newer(file, version);
      accept(db);
      setPragma(db, file, 'journal_mode', 'WAL', 'wal');
      setPragma(db, file, 'foreign_keys', 'ON', 1);
      setPragma(db, file, 'busy_timeout', BUSY_TIMEOUT_MS, BUSY_TIMEOUT_MS);
      setPragma(db, file, 'synchronous', 'NORMAL', 1);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** For reading only, beside a writer; the file must be there. A newer schema is read as far as it
 * can be. */
export function openDatabaseReadonly(file: string): Connection {
  return inWordsOf(file, () => {
    const db = new Database(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      assertOurs(db, file);
      return db;
    } catch (error) {
      db.close();
      throw isUnwritable(error) ? unreadable(file, error) : error;
    }
  });
}

/** SQLite keeps the state of its log in files beside the database, also for those who only read. */
function unreadable(file: string, cause: unknown): WorkbenchError {
  return new WorkbenchError(
    'workspace.readonly',
    `"${file}" cannot be read in a folder that you cannot write to; copy the workspace to one that you ` +
      'can, or choose ' +
      'another --workspace.',
    { file },
    { cause },
  );
}

export function newer(file: string, version: number): WorkbenchError {
  return new WorkbenchError(
    'workspace.newer',
    `"${file}" was written by a newer version of the workbench (schema ${version}, this one knows ` +
      `${SCHEMA_VERSION}): ` +
      'it can be read, not written. Update the workbench or choose another --workspace.',
    { file },
  );
}

/** Connections that write nothing while another one has the database to itself. */
const resting = new WeakSet<Connection>();

/** Refuses every write of this connection until `work` is done: it would wait for the other's lock,
 * and all else with it. */
export async function whileResting<T>(db: Connection, work: () => Promise<T>): Promise<T> {
  if (resting.has(db)) throw compacting(db.name);
  resting.add(db);
  try {
    return await work();
  } finally {
    resting.delete(db);
  }
}

function compacting(file: string): WorkbenchError {
  return new WorkbenchError(
    'workspace.busy',
    `"${file}" is being made smaller and takes nothing meanwhile; try again in a moment.`,
    { file },
  );
}

/** It is closed when `work` is done. */
export function closing<T>(db: Connection, work: (db: Connection) => T): T {
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** Gives free pages back to the disk. Beside a session of ours that rests; takes seconds in a large
 * workspace. */
export function compactDatabase(file: string): void {
  inWordsOf(file, () => {
    closing(new Database(file, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true }), (db) => {
      assertOurs(db, file);
      db.exec('VACUUM');
      // The log holds the whole new database until it is carried over.
      db.pragma('wal_checkpoint(TRUNCATE)');
    });
  });
}

type Column = string | number | null;

/** Sets columns of the row that has an id, and tells whether there is one. */
export function updater(db: Connection, table: 'run' | 'trial', columns: string) {
  const update = db.prepare<Column[]>(`UPDATE ${table} SET ${columns} WHERE id = ?`);
  return (id: string, ...values: readonly Column[]): boolean => update.run(...values, id).changes === 1;
}

/** What another session than this one left running is interrupted; gives ids. */
export function sweeper(db: Connection, table: 'run' | 'trial', session: string) {
  const sweep = db
    .prepare<[string, string], string>(
      `UPDATE ${table} SET state = 'interrupted', session = NULL, reason = ?
       WHERE state = 'running' AND session IS NOT ? RETURNING id`,
    )
    .pluck();
  return (reason: string): readonly string[] => sweep.all(reason, session);
}

/**
 * One transaction: all of `work` or nothing. Pragmas cannot change inside one, so they change
 * around it; inside another's it is a part of it, and as durable.
 */
export function transact<T>(db: Connection, durability: Durability, work: () => T): T {
  if (resting.has(db)) throw compacting(db.name);
  return inWordsOf(db.name, () => {
    if (durability === 'normal' || db.inTransaction) return db.transaction(work).immediate();
    db.pragma('synchronous = FULL');
    try {
      return db.transaction(work).immediate();
    } finally {
      db.pragma('synchronous = NORMAL');
    }
  });
}

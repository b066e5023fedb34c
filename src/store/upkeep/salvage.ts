/**
 * Saves the rows of a damaged database that can still be read into a fresh one. SQLite refuses a
 * query that meets a damaged page; asked for less and less, it gives all rows but those on that
 * page.
 */
import { fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { closing, openDatabase, SCHEMA_VERSION, type Connection } from '../database.ts';
import { withFile } from '../disk.ts';
import { inWordsOf } from '../errors.ts';
import { MIGRATIONS } from '../migrations/index.ts';

export interface Salvage {
  readonly rows: number;
  /** Places that could not be read: of tables, rows or the rows of one trial. */
  readonly unreadable: number;
}

/** `WITHOUT ROWID` tables are read by what they belong to: each is one short search. */
const BY_PARENT: readonly { readonly table: string; readonly column: string; readonly keys: string }[] = [
  { table: 'meta', column: 'key', keys: `VALUES ('session'), ('arriving'), ('arrived'), ('leaving')` },
  { table: 'run_tag', column: 'run_id', keys: 'SELECT id FROM run' },
  { table: 'epoch', column: 'trial_id', keys: 'SELECT id FROM trial' },
  { table: 'trial_note', column: 'trial_id', keys: 'SELECT id FROM trial' },
];

/** In the order in which rows may refer to those before. */
const BY_ROWID = [
  ...(['run', 'trial', 'event', 'prediction', 'latency', 'checkpoint', 'supernet', 'saved_view', 'run_queue'] as const),
];

/** Counters of trials are made again by the rows that they count. */
const SALVAGED_TABLES = [...BY_ROWID, ...BY_PARENT.map(({ table }) => table), 'trial_count'];

/** More than any table of ours has, where its last row cannot be read. */
const ROWID_LIMIT = 2 ** 40;
const ROWS_AT_ONCE = 200;

/** Where a page high up in a table's tree is gone, everything below it fails: after so many
 * refusals the rest is given up. */
const REFUSALS = 10_000;

/**
 * `source` is a copy that may be changed, `target` a file that is not there yet. What refers to
 * rows that are lost is lost with them. Where not even the tables can be found nothing is saved,
 * and each of them counts as unreadable.
 */
export function salvage(source: string, target: string): Salvage {
  mendHeader(source);
  return inWordsOf(source, () =>
    closing(new Database(source, { fileMustExist: true }), (from) => readInto(from, target)),
  );
}

function readInto(from: Connection, target: string): Salvage {
  const version = Number(from.pragma('user_version', { simple: true }));
  return closing(openDatabase(target), (to) => {
    // It is a fresh file: what a kill leaves of it is thrown away.
    to.pragma('synchronous = OFF');
    to.pragma('foreign_keys = OFF');
    for (const migration of MIGRATIONS) {
      if (version >= 1 && migration.version > version) break;
      migration.up(to);
      to.pragma(`user_version = ${migration.version}`);
    }
    let rows = 0;
    let unreadable = 0;
    const lost = (): void => void (unreadable += 1);
    to.transaction(() => {
      for (const table of BY_ROWID) rows += copyByRowid(from, to, table, lost);
      for (const { table, column, keys } of BY_PARENT) rows += copyByParent(from, to, table, column, keys, lost);
      dropOrphans(to);
      to.exec(SESSION_AFTER_ALL);
    })();
    to.pragma('wal_checkpoint(TRUNCATE)');
    to.pragma('journal_mode = DELETE');
    return { rows, unreadable };
  });
}

/** Sessions are counted: where the counter is lost it goes on after the last one that left its
 * mark. */
const SESSION_AFTER_ALL = `
  INSERT INTO meta (key, value)
  SELECT 'session', coalesce(max(CAST(substr(session, 2, 6) AS INTEGER)), 0) + 1
  FROM (SELECT session FROM run UNION ALL SELECT session FROM trial) WHERE true
  ON CONFLICT (key) DO NOTHING`;

type Row = Readonly<Record<string, unknown>>;

function columnsOf(db: Connection, table: string): readonly string[] {
  return db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
}

/** Columns that both have; a table that one of them lacks has none. Where the pages are damaged
 * that name the tables, all is lost. */
function commonColumns(from: Connection, to: Connection, table: string, lost: () => void): readonly string[] {
  try {
    const there = new Set(columnsOf(from, table));
    return columnsOf(to, table).filter((column) => there.has(column));
  } catch {
    lost();
    return [];
  }
}

function inserter(to: Connection, table: string, columns: readonly string[], lost: () => void): (row: Row) => number {
  const places = columns.map(() => '?').join(', ');
  const insert = to.prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
  return (row) => {
    try {
      if (insert.run(...columns.map((column) => row[column])).changes === 1) return 1;
    } catch {
      // Of a type that the table does not take: told below.
    }
    // Read from a damaged page, it is none that the table can hold.
    lost();
    return 0;
  };
}

function copyByRowid(from: Connection, to: Connection, table: string, lost: () => void): number {
  const columns = commonColumns(from, to, table, lost);
  if (columns.length === 0) return 0;
  const put = inserter(to, table, columns, lost);
  const read = from.prepare<[number, number], Row & { readonly salvaged_rowid: number }>(
    `SELECT rowid AS salvaged_rowid, ${columns.join(', ')} FROM ${table} WHERE rowid BETWEEN ? AND ? ORDER BY ` +
      `rowid LIMIT ${ROWS_AT_ONCE}`,
  );
  let copied = 0;
  let refusals = 0;
  function copy(low: number, high: number): void {
    for (let next = low; next <= high;) {
      let rows;
      try {
        rows = read.all(next, high);
      } catch {
        refusals += 1;
        if (next === high || refusals > REFUSALS) return lost();
        const middle = Math.floor((next + high) / 2);
        copy(next, middle);
        next = middle + 1;
        continue;
      }
      for (const row of rows) copied += put(row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_AT_ONCE) return;
      next = last.salvaged_rowid + 1;
    }
  }
  copy(1, lastRowid(from, table));
  return copied;
}

function lastRowid(from: Connection, table: string): number {
  try {
    return from.prepare<[], number | null>(`SELECT max(rowid) FROM ${table}`).pluck().get() ?? 0;
  } catch {
    return ROWID_LIMIT;
  }
}

/** `keys`: of what was saved already. */
function copyByParent(
  from: Connection,
  to: Connection,
  table: string,
  column: string,
  keys: string,
  lost: () => void,
): number {
  const columns = commonColumns(from, to, table, lost);
  if (columns.length === 0) return 0;
  const put = inserter(to, table, columns, lost);
  const read = from.prepare<[string], Row>(`SELECT ${columns.join(', ')} FROM ${table} WHERE ${column} = ?`);
  let copied = 0;
  for (const key of to.prepare<[], string>(keys).pluck().all()) {
    try {
      for (const row of read.all(key)) copied += put(row);
    } catch {
      lost();
    }
  }
  return copied;
}

function dropOrphans(to: Connection): void {
  to.exec('DELETE FROM trial WHERE run_id NOT IN (SELECT id FROM run)');
  for (const table of ['event', 'trial_count', 'supernet', 'run_queue']) {
    if (columnsOf(to, table).length > 0) {
      to.exec(`DELETE FROM ${table} WHERE run_id NOT IN (SELECT id FROM run)`);
    }
  }
  for (const table of ['epoch', 'prediction', 'latency', 'checkpoint', 'trial_note']) {
    if (columnsOf(to, table).length > 0) {
      to.exec(`DELETE FROM ${table} WHERE trial_id NOT IN (SELECT id FROM trial)`);
    }
  }
}

const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0');
/** Of all our databases. */
const PAGE_BYTES = 4096;
/** A header that speaks of so many times the file's pages is not believed. */
const MOST_LOST = 1000;

/**
 * A file whose first bytes were overwritten is none for SQLite, though all pages may be whole
 * behind them: it gets the header that our databases have. One that was cut off is refused whole:
 * it gets its length back, with empty pages. The number of pages is then left for SQLite to take
 * from the file's size: with a wrong one it refuses pages that are there.
 */
function mendHeader(file: string): void {
  inWordsOf(file, () => {
    withFile(file, 'r+', (descriptor) => {
      const found = Buffer.alloc(HEADER_BYTES);
      readSync(descriptor, found, 0, HEADER_BYTES, 0);
      if (!found.subarray(0, MAGIC.length).equals(MAGIC)) writeSync(descriptor, freshHeader(), 0, HEADER_BYTES, 0);
      else {
        const { size } = fstatSync(descriptor);
        const pages = found.readUInt32BE(28);
        if (pages * PAGE_BYTES > size && pages <= MOST_LOST * (size / PAGE_BYTES))
          ftruncateSync(descriptor, pages * PAGE_BYTES);
        writeSync(descriptor, Buffer.alloc(4), 0, 4, 28);
      }
    });
  });
}

function freshHeader(): Buffer {
  return closing(new Database(':memory:'), (db) => {
    for (const migration of MIGRATIONS) migration.up(db);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
    const header = db.serialize().subarray(0, HEADER_BYTES);
    // The change counter no longer matches the version that the page count is valid for: the file's
    // size counts.
    header.writeUInt32BE(header.readUInt32BE(24) + 1, 24);
    // No free pages are known of.
    header.writeUInt32BE(0, 32);
    header.writeUInt32BE(0, 36);
    return header;
  });
}

export const testing = { SALVAGED_TABLES };

/** The connection to a workspace's database: whose file it is, what it is set to, and when it takes
 * nothing. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  SCHEMA_VERSION,
  compactDatabase,
  openDatabase,
  openDatabaseReadonly,
  pragma,
  schemaVersion,
  transact,
  whileResting,
} from '../../src/store/database.ts';
import { APPLICATION_ID } from '../../src/store/ownership.ts';
import { temporaryFolder } from '../support/workspace.ts';

function newFile(): string {
  const folder = temporaryFolder();
  mkdirSync(folder);
  return join(folder, 'workspace.sqlite');
}

/** Of ours, with one table of which a row can be written. */
function opened() {
  const file = newFile();
  const db = openDatabase(file);
  onTestFinished(() => void db.close());
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; CREATE TABLE t (x INTEGER) STRICT`);
  return { file, db };
}

/** Of another program: it has tables, and no mark of ours. */
function foreign(applicationId = 0): string {
  const file = newFile();
  new Database(file).exec(`PRAGMA application_id = ${applicationId}; CREATE TABLE theirs (x)`).close();
  return file;
}

const damaged = (file: string) =>
  expect.objectContaining({
    ...{ code: 'workspace.corrupt', place: { file } },
    message: expect.stringContaining('it is the database of another program'),
  });

describe("another program's database", () => {
  test.each([0, 1, APPLICATION_ID + 1])('with the mark %i is neither written, read nor made smaller', (mark) => {
    const file = foreign(mark);
    for (const open of [openDatabase, openDatabaseReadonly, compactDatabase]) {
      expect(() => void open(file)).toThrow(damaged(file));
    }
    const db = new Database(file, { readonly: true });
    onTestFinished(() => void db.close());
    expect([pragma(db, 'application_id'), pragma(db, 'journal_mode')]).toEqual([mark, 'delete']);
  });

  test('is told from one of ours, and from an empty one', () => {
    const { file } = opened();
    for (const open of [openDatabase, openDatabaseReadonly]) open(file).close();
    const empty = newFile();
    openDatabase(empty).close();
    expect(() => openDatabaseReadonly(newFile())).toThrow(expect.objectContaining({ code: 'workspace.readonly' }));
  });
});

describe('an open database', () => {
  test('is set as a search needs it, and waits for others as long as it should', () => {
    const { db } = opened();
    const found = ['journal_mode', 'foreign_keys', 'busy_timeout', 'synchronous'].map((name) => pragma(db, name));
    expect(found).toEqual(['wal', 1, 5000, 1]);
  });

  test('is refused where SQLite will not be set so, in words that name the setting', () => {
    // A database in memory knows no log beside its file, as a network drive may not.
    expect(() => openDatabase(':memory:')).toThrow(
      expect.objectContaining({
        ...{ code: 'workspace.readonly', place: { file: ':memory:' } },
        message:
          '":memory:": SQLite answers journal_mode = memory where wal is needed (a network drive?); ' +
          'choose a --workspace on a local disk.',
      }),
    );
  });

  test('of a newer version is refused for writing and read all the same', () => {
    const { file, db } = opened();
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    expect(() => openDatabase(file)).toThrow(
      expect.objectContaining({
        ...{ code: 'workspace.newer', place: { file } },
        message: expect.stringMatching(
          new RegExp(
            `\\(schema ${SCHEMA_VERSION + 1}, this one knows ${SCHEMA_VERSION}\\): it can be read, not written. ` +
              'Update the workbench or choose another --workspace.',
          ),
        ),
      }),
    );
    const reader = openDatabaseReadonly(file);
    onTestFinished(() => void reader.close());
    expect(schemaVersion(reader)).toBe(SCHEMA_VERSION + 1);
    expect(() => reader.exec('INSERT INTO t VALUES (1)')).toThrow(/readonly/);
  });

  test('may be refused by who opens it, before anything is written to it', () => {
    const file = newFile();
    const refuse = () => {
      throw new RangeError('not this one');
    };
    expect(() => openDatabase(file, refuse)).toThrow(RangeError);
    expect(statSync(file).size).toBe(0);
  });

  test('that is refused is closed: no handle of it stays', () => {
    const close = vi.spyOn(Database.prototype, 'close');
    onTestFinished(() => void close.mockRestore());
    const file = foreign();
    close.mockClear();
    for (const [index, open] of [openDatabase, openDatabaseReadonly, compactDatabase].entries()) {
      expect(() => void open(file)).toThrow();
      expect(close).toHaveBeenCalledTimes(index + 1);
    }
  });
});

describe('a connection that rests', () => {
  const write = (db: Database.Database) => transact(db, 'normal', () => db.exec('INSERT INTO t VALUES (1)'));

  test('takes nothing and no second rest, and writes again afterwards, however the work ended', async () => {
    const { file, db } = opened();
    const busy = expect.objectContaining({
      ...{ code: 'workspace.busy', place: { file } },
      message: `"${file}" is being made smaller and takes nothing meanwhile; try again in a moment.`,
    });
    const done = await whileResting(db, async () => {
      expect(() => write(db)).toThrow(busy);
      await expect(whileResting(db, () => Promise.resolve())).rejects.toEqual(busy);
      return 'done';
    });
    expect(done).toBe('done');
    write(db);
    await expect(whileResting(db, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    write(db);
    expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(2);
  });

  test('lets another make the file smaller, its log too', async () => {
    const { file, db } = opened();
    db.exec(
      `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50000) INSERT INTO t SELECT x FROM n`,
    );
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.exec('DELETE FROM t');
    const [full, free] = [statSync(file).size, pragma(db, 'freelist_count')];
    expect(free).toBeGreaterThan(10);
    await whileResting(db, () => Promise.resolve(compactDatabase(file)));
    expect([pragma(db, 'freelist_count'), statSync(`${file}-wal`).size]).toEqual([0, 0]);
    expect(statSync(file).size).toBeLessThan(full / 4);
  });

  test('is made smaller only where there is one', () => {
    const file = newFile();
    expect(() => compactDatabase(file)).toThrow(expect.objectContaining({ code: 'workspace.readonly' }));
    expect(() => statSync(file)).toThrow(/ENOENT/);
  });
});

describe('a transaction', () => {
  test('waits for the disk where it should, once for all that is inside of it, and not afterwards', () => {
    const { db } = opened();
    const seen: unknown[] = [];
    const look = () => void seen.push(pragma(db, 'synchronous'));
    transact(db, 'full', () => {
      look();
      // Inside another's it is a part of it, and as durable.
      transact(db, 'normal', look);
      transact(db, 'full', look);
    });
    look();
    transact(db, 'normal', look);
    expect(seen).toEqual([2, 2, 2, 1, 1]);
  });

  test('that fails leaves nothing, says so in words, and waits for the disk no longer', () => {
    const { file, db } = opened();
    db.exec('CREATE UNIQUE INDEX u ON t (x)');
    for (const durability of ['normal', 'full'] as const) {
      const twice = () => db.exec('INSERT INTO t VALUES (1); INSERT INTO t VALUES (1)');
      expect(() => transact(db, durability, twice)).toThrow(
        expect.objectContaining({ code: 'store.conflict', place: { file } }),
      );
    }
    expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(0);
    expect(pragma(db, 'synchronous')).toBe(1);
  });

  test('gives what its work gave', () => {
    const { db } = opened();
    expect([transact(db, 'normal', () => 1), transact(db, 'full', () => 2)]).toEqual([1, 2]);
  });
});

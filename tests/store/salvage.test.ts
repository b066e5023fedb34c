/** What is saved of a database: all that can be read, nothing that hangs in the air, and no more
 * than was there. */
import { closeSync, copyFileSync, openSync, readFileSync, statSync, truncateSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SCHEMA_VERSION } from '../../src/store/database.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { APPLICATION_ID } from '../../src/store/ownership.ts';
import { salvage, testing } from '../../src/store/upkeep/salvage.ts';
import { DATABASE_FILE } from '../../src/store/workspace.ts';
import { filled } from '../support/archives.ts';
import { openBelow } from '../support/recorded-disk.ts';
import { asked, costsOf, searchConfig } from '../support/store-records.ts';

const { SALVAGED_TABLES } = testing;

type Rows = Readonly<Record<string, readonly unknown[]>>;

/** Every row of every table, in one order. */
function rowsOf(file: string): Rows {
  const db = new Database(file, { readonly: true });
  try {
    return Object.fromEntries(
      SALVAGED_TABLES.map((table) => {
        // Counters that have come down to 0 are not made again.
        const all = table === 'trial_count' ? 'trial_count WHERE trials > 0' : table;
        const rows = db.prepare(`SELECT * FROM ${all}`).raw().all();
        return [table, rows.map((row) => JSON.stringify(row)).sort()];
      }),
    );
  } finally {
    db.close();
  }
}

const countOf = (rows: Rows): number =>
  Object.entries(rows).reduce((sum, [table, all]) => sum + (table === 'trial_count' ? 0 : all.length), 0);

/** A closed workspace's database with every kind of row, and 450 students more: more than are read
 * at once. */
function source(): { readonly file: string; readonly target: string } {
  const workspace = filled('run_1');
  const { store, directory } = workspace;
  store.createRun({ id: 'run_2', config: searchConfig('large'), strategyVersion: 1, sample: false });
  const event = asked(...Array.from({ length: 450 }, (_, number) => number));
  store.recordAsked('run_2', event, costsOf(event), 3);
  store.setRunState('run_2', 'paused');
  store.saveView('Mine', '{}');
  store.setQueue(['run_2']);
  workspace.close();
  return { file: join(directory, DATABASE_FILE), target: join(directory, 'saved.sqlite') };
}

function edit(file: string, sql: string): void {
  const db = new Database(file);
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

function overwrite(file: string, from: number, bytes: number): void {
  put(file, Buffer.alloc(bytes, 0x5a), from);
}

function put(file: string, bytes: Buffer, at: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}

/** The number of pages in a header (bytes 28 to 31) as somebody's bytes make it. */
function countPages(file: string, pages: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(pages);
  put(file, bytes, 28);
}

/** Of ours, whole, and closed to the last byte. */
function expectSound(target: string): void {
  const db = new Database(target, { readonly: true });
  onTestFinished(() => void db.close());
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(db.pragma('foreign_key_check')).toEqual([]);
  expect(['application_id', 'journal_mode'].map((name) => db.pragma(name, { simple: true }))).toEqual([
    ...[APPLICATION_ID, 'delete'],
  ]);
}

describe('of a database that is whole', () => {
  test('every row of every table is saved, and counted', () => {
    const { file, target } = source();
    const before = rowsOf(file);
    expect(salvage(file, target)).toEqual({ rows: countOf(before), unreadable: 0 });
    expect(rowsOf(target)).toEqual(before);
    expect(before['trial']).toHaveLength(454);
    // Windows moves and removes nothing that is open.
    expect(openBelow(dirname(file))).toEqual([]);
    expectSound(target);
  });

  test.each(MIGRATIONS.map(({ version }) => version))('that has schema %i all is saved in that schema', (version) => {
    const { file, target } = source();
    const old = `${file}.old`;
    const db = new Database(old);
    for (const migration of MIGRATIONS.slice(0, version)) migration.up(db);
    db.pragma(`user_version = ${version}`);
    db.exec(`INSERT OR REPLACE INTO meta (key, value) VALUES ('session', '7')`);
    db.close();
    expect(salvage(old, target).unreadable).toBe(0);
    const saved = new Database(target, { readonly: true });
    onTestFinished(() => void saved.close());
    const before = new Database(old, { readonly: true });
    onTestFinished(() => void before.close());
    expect(saved.pragma('user_version', { simple: true })).toBe(version);
    const schema = 'SELECT sql FROM sqlite_schema ORDER BY name';
    expect(saved.prepare(schema).all()).toEqual(before.prepare(schema).all());
    expect(saved.prepare('SELECT value FROM meta WHERE key = ?').pluck().get('session')).toBe('7');
  });

  test.each([0, -1, SCHEMA_VERSION + 1])(
    'whose version %i says nothing it is saved in the newest schema',
    (version) => {
      const { file, target } = source();
      const before = rowsOf(file);
      edit(file, `PRAGMA user_version = ${version}`);
      salvage(file, target);
      expect(rowsOf(target)).toEqual(before);
      const saved = new Database(target, { readonly: true });
      onTestFinished(() => void saved.close());
      expect(saved.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    },
  );
});

describe('of a database that is damaged', () => {
  test('in its first bytes alone every row is saved', () => {
    const { file, target } = source();
    const before = rowsOf(file);
    overwrite(file, 0, 100);
    expect(salvage(file, target)).toEqual({ rows: countOf(before), unreadable: 0 });
    expect(rowsOf(target)).toEqual(before);
  });

  test('in its first bytes it is read as ours are written, and no free page is believed in', () => {
    const { file, target } = source();
    const sound = readFileSync(file);
    overwrite(file, 0, 100);
    salvage(file, target);
    const mended = readFileSync(file);
    // Size of pages; format of the schema; encoding (sqlite.org/fileformat.html, section 1.3).
    for (const [from, to] of [
      [16, 18],
      [44, 48],
      [56, 60],
    ] as const)
      expect([from, mended.subarray(from, to)]).toEqual([from, sound.subarray(from, to)]);
    expect(mended.subarray(32, 40)).toEqual(Buffer.alloc(8));
    expect(mended.subarray(100)).toEqual(sound.subarray(100));
  });

  test.each([1, 3, 2 ** 20, 2 ** 32 - 1])(
    'in its number of pages, which says %i, every row is saved, and the file does not grow',
    (pages) => {
      const { file, target } = source();
      const before = rowsOf(file);
      const { size } = statSync(file);
      countPages(file, pages);
      expect(salvage(file, target)).toEqual({ rows: countOf(before), unreadable: 0 });
      expect(rowsOf(target)).toEqual(before);
      expect(statSync(file).size).toBe(size);
    },
  );

  test('by a row that no table of ours can hold the others are saved, and that one is told', () => {
    const { file, target } = source();
    const before = rowsOf(file);
    // What a damaged page may read as: no table of ours would have taken it.
    edit(
      file,
      `ALTER TABLE saved_view RENAME TO sound;
       CREATE TABLE saved_view (id INTEGER PRIMARY KEY, name, name_folded, content);
       INSERT INTO saved_view SELECT * FROM sound; DROP TABLE sound;
       INSERT INTO saved_view VALUES (7, x'00ff', 'other', '{}'), (8, NULL, 'another', '{}'),
         (9, 'Mine', 'mine', '{}')`,
    );
    expect(salvage(file, target)).toEqual({ rows: countOf(before), unreadable: 3 });
    expect(rowsOf(target)).toEqual(before);
  });

  test('beside rows that were deleted the rest on both sides of them is saved', () => {
    const { file, target } = source();
    edit(file, `DELETE FROM trial WHERE id BETWEEN 'run_2-0100' AND 'run_2-0400'`);
    const bytes = readFileSync(file);
    // A leaf of a table (its first byte is 13) that holds this student.
    let page = -1;
    for (let at = bytes.indexOf('run_2-0050'); at >= 0 && page < 0; at = bytes.indexOf('run_2-0050', at + 1))
      if (bytes[Math.floor(at / 4096) * 4096] === 13) page = Math.floor(at / 4096);
    overwrite(file, page * 4096, 4096);
    const { unreadable } = salvage(file, target);
    expect(unreadable).toBeGreaterThan(0);
    const saved = rowsOf(target)['trial'] ?? [];
    expect(saved.some((row) => String(row).includes('run_2-0449'))).toBe(true);
    expect(saved.some((row) => String(row).includes('run_1-0000'))).toBe(true);
    expect(saved.length).toBeGreaterThan(100);
    expect(openBelow(dirname(file))).toEqual([]);
    expectSound(target);
  });

  test('by a cut at its end what stands before is saved, and the rest is counted as lost', () => {
    const { file, target } = source();
    const before = rowsOf(file);
    truncateSync(file, Math.floor((statSync(file).size * 0.8) / 4096) * 4096);
    const { rows, unreadable } = salvage(file, target);
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(countOf(before));
    expect(unreadable).toBeGreaterThan(0);
    const after = rowsOf(target);
    for (const table of SALVAGED_TABLES.filter((name) => name !== 'trial_count' && name !== 'meta')) {
      expect(before[table]).toEqual(expect.arrayContaining([...(after[table] ?? [])]));
    }
    expectSound(target);
  });

  test('in any one page all but that page is saved: no row is made up, and few are lost', () => {
    const { file, target } = source();
    const before = rowsOf(file);
    const pages = statSync(file).size / 4096;
    for (let page = 1; page <= pages; page += 5) {
      const damaged = `${file}.${page}`;
      copyFileSync(file, damaged);
      overwrite(damaged, (page - 1) * 4096, 4096);
      const saved = `${target}.${page}`;
      const { unreadable } = salvage(damaged, saved);
      const after = rowsOf(saved);
      const lost = SALVAGED_TABLES.some((table) => after[table]?.length !== before[table]?.length);
      // Nobody is told that nothing was lost where something was.
      if (lost) expect(unreadable, `page ${page}`).toBeGreaterThan(0);
      for (const table of ['run', 'trial', 'event', 'epoch', 'checkpoint', 'saved_view']) {
        expect(before[table]).toEqual(expect.arrayContaining([...(after[table] ?? [])]));
      }
      expectSound(saved);
    }
  });

  test('so that not even its tables are found nothing is saved, and every table is told as unreadable', () => {
    const { file, target } = source();
    overwrite(file, 100, 4096 - 100);
    expect(salvage(file, target)).toEqual({ rows: 0, unreadable: SALVAGED_TABLES.length - 1 });
    expectSound(target);
  });

  test('or is not there at all, nothing is made', () => {
    const { file, target } = source();
    expect(() => salvage(`${file}.none`, target)).toThrow();
    expect(() => statSync(`${file}.none`)).toThrow(/ENOENT/);
  });
});

describe('of what lost its other half', () => {
  test('rows of a run that is gone go with it, and those of a student', () => {
    const { file, target } = source();
    edit(file, `DELETE FROM run WHERE id = 'run_1'; DELETE FROM trial WHERE id = 'run_2-0007'`);
    salvage(file, target);
    const after = rowsOf(target);
    expect([after['run']?.length, after['trial']?.length, after['event']?.length]).toEqual([1, 449, 1]);
    for (const table of ['run_tag', 'epoch', 'prediction', 'latency', 'checkpoint', 'trial_note'])
      expect([table, after[table]]).toEqual([table, []]);
    expectSound(target);
  });

  test('the count of sessions goes on after the last that left its mark; one that is there is kept', () => {
    const { file, target } = source();
    const counter = (saved: string): unknown => {
      const db = new Database(saved, { readonly: true });
      onTestFinished(() => void db.close());
      return db.prepare(`SELECT value FROM meta WHERE key = 'session'`).pluck().get();
    };
    edit(file, `UPDATE meta SET value = '41' WHERE key = 'session'`);
    salvage(file, `${target}.kept`);
    expect(counter(`${target}.kept`)).toBe('41');
    edit(file, `DELETE FROM meta; UPDATE trial SET session = 's000012-abcdef' WHERE id = 'run_2-0003'`);
    salvage(file, `${target}.again`);
    expect(Number(counter(`${target}.again`))).toBe(13);
  });

  test('a table that is missing is empty, and costs no other', () => {
    const { file, target } = source();
    const before = rowsOf(file);
    edit(file, 'DROP TABLE saved_view; DROP TABLE epoch; DROP TABLE run_tag');
    expect(salvage(file, target).unreadable).toBe(0);
    const after = rowsOf(target);
    expect(after).toEqual({ ...before, saved_view: [], epoch: [], run_tag: [] });
  });
});

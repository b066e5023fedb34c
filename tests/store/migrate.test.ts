/** The schema and the way to it: nothing is lost by a migration that fails, is killed, or is a
 * later one's copy. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openDatabase, schemaVersion, type Connection } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import type { Migration } from '../../src/store/migrations/migration.ts';
import { temporaryFolder, tickingClock } from '../support/workspace.ts';

const SCHEMA = fileURLToPath(new URL('../../src/store/schema.sql', import.meta.url));
const MIGRATING = fileURLToPath(new URL('../support/killed-migration.ts', import.meta.url));

function fresh() {
  const directory = temporaryFolder();
  const backups = join(directory, 'backups');
  mkdirSync(backups, { recursive: true });
  const file = join(directory, 'workspace.sqlite');
  const db = openDatabase(file);
  return { file, db, options: { backups, now: tickingClock() } };
}

function dump(db: Connection): string {
  const parts = db
    .prepare<[], string>(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )
    .pluck()
    .all();
  const header = `-- Schema ${schemaVersion(db)}, made by the migrations: see tests/store/migrate.test.ts.`;
  return [header, ...parts.map((sql) => `${sql.replaceAll(/^ {6}/gm, '')};`)].join('\n\n') + '\n';
}

const next: Migration = {
  version: MIGRATIONS.length + 1,
  name: 'next',
  up: (db) => db.exec("CREATE TABLE later (x ANY) STRICT; INSERT INTO meta VALUES ('later', 'yes')"),
};

const failing: Migration = {
  ...next,
  up: (db) => {
    next.up(db);
    db.exec('SELECT * FROM no_such_table');
  },
};

test('schema.sql is what the migrations make', () => {
  const { db, options } = fresh();
  migrate(db, options);
  const made = dump(db);
  db.close();
  if (process.env['UPDATE_SCHEMA']) writeFileSync(SCHEMA, made);
  expect(readFileSync(SCHEMA, 'utf8'), 'regenerate: UPDATE_SCHEMA=1 npx vitest run tests/store/migrate.test.ts').toBe(
    made,
  );
});

test('versions count from 1 without gaps, so that the newest is their number', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
});

test('a new database is not copied; an old one is, whole, before it changes', () => {
  const { db, options } = fresh();
  expect(migrate(db, options)).toBeUndefined();
  db.exec(`INSERT INTO meta VALUES ('kept', 'yes')`);
  const copy = migrate(db, { ...options, migrations: [...MIGRATIONS, next] });
  expect(schemaVersion(db)).toBe(next.version);
  db.close();
  expect(readdirSync(options.backups)).toEqual([
    expect.stringMatching(new RegExp(`^workspace-v${MIGRATIONS.length}-2026-.*\\.sqlite$`)),
  ]);
  const old = new Database(copy, { readonly: true });
  expect(schemaVersion(old)).toBe(MIGRATIONS.length);
  expect(old.prepare('SELECT * FROM meta').all()).toEqual([{ key: 'kept', value: 'yes' }]);
  old.close();
});

test('nothing is done or copied where nothing is pending', () => {
  const { db, options } = fresh();
  migrate(db, options);
  expect(migrate(db, options)).toBeUndefined();
  expect(readdirSync(options.backups)).toEqual([]);
  db.close();
});

test('a failing migration leaves the database byte for byte as it was', () => {
  const { db, file, options } = fresh();
  migrate(db, options);
  db.close();
  const before = readFileSync(file);
  const again = openDatabase(file);
  expect(() => migrate(again, { ...options, migrations: [...MIGRATIONS, failing] })).toThrow('no_such_table');
  again.close();
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a migration killed in the middle leaves the database byte for byte as it was', () => {
  const { db, file, options } = fresh();
  migrate(db, options);
  db.close();
  const before = readFileSync(file);
  const child = spawnSync(process.execPath, [MIGRATING, file, dirname(file)], { encoding: 'utf8' });
  expect(child.signal, child.stderr).toBe('SIGKILL');
  const again = openDatabase(file);
  expect(schemaVersion(again)).toBe(MIGRATIONS.length);
  again.close();
  expect(readFileSync(file).equals(before)).toBe(true);
});

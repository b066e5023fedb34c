/** Copies of the database: whole or not there, thinned by their sort, and never made of a damaged
 * database. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import {
  backUp,
  dailyIsDue,
  keepDamaged,
  listBackups,
  sweepPartials,
  type BackupKind,
} from '../../src/store/upkeep/backup.ts';
import { openDatabaseReadonly, SCHEMA_VERSION } from '../../src/store/database.ts';
import { DATABASE_FILE, openWorkspace } from '../../src/store/workspace.ts';
import { withTrial } from '../support/store-records.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

const at = (hours: number) => new Date(Date.UTC(2026, 0, 1, hours));

function beside() {
  const workspace = temporaryWorkspace();
  const { backups } = workspace.files.folders;
  const database = join(workspace.directory, DATABASE_FILE);
  const copy = (kind: BackupKind, hours: number): string => {
    const db = openDatabaseReadonly(database);
    try {
      return backUp(db, { backups, kind, at: at(hours) });
    } finally {
      db.close();
    }
  };
  return { ...workspace, backups, database, copy };
}

test('a copy made beside an open session has all its records, the newest that stand in its log alone too', () => {
  const { store, backups, database, copy } = beside();
  const { id } = withTrial(store);
  const before = readFileSync(database);
  const file = copy('daily', 0);
  // The copy has read, and written nothing into the database.
  expect(readFileSync(database).equals(before)).toBe(true);
  expect(existsSync(`${file}-wal`)).toBe(false);
  const db = new Database(file, { readonly: true });
  expect(db.prepare('SELECT id FROM trial').pluck().all()).toEqual([id]);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
  expect(listBackups(backups)).toMatchObject([
    { kind: 'daily', schema: SCHEMA_VERSION, at: '2026-01-01T00:00:00.000Z', bytes: readFileSync(file).byteLength },
  ]);
});

test('the newest of each sort stay, so that many of one never push out another', () => {
  const { backups, copy } = beside();
  copy('migration', 0);
  for (let day = 1; day <= 9; day += 1) copy('daily', 24 * day);
  copy('restore', 1);
  expect(listBackups(backups).map(({ kind, at: when }) => `${kind} ${when.slice(8, 10)}`)).toEqual([
    ...['daily 10', 'daily 09', 'daily 08', 'daily 07', 'daily 06'],
    ...['restore 01', 'migration 01'],
  ]);
});

test('copies of a large database are fewer, and the newest stays however large it is', () => {
  const { backups, database, copy } = beside();
  const { length } = readFileSync(copy('daily', 1));
  const db = openDatabaseReadonly(database);
  for (const hours of [2, 3, 4]) backUp(db, { backups, kind: 'daily', at: at(hours), mostBytes: 2.5 * length });
  expect(listBackups(backups)).toHaveLength(2);
  backUp(db, { backups, kind: 'daily', at: at(5), mostBytes: 1 });
  db.close();
  expect(listBackups(backups)).toMatchObject([{ at: at(5).toISOString() }]);
});

test('a day after the last copy another is due; one from the future (a clock set back) counts for nothing', () => {
  const { backups, database, copy } = beside();
  expect(dailyIsDue(backups, at(0))).toBe(true);
  keepDamaged(database, backups, at(0));
  expect(dailyIsDue(backups, at(1))).toBe(true);
  copy('repair', 0);
  expect([1, 23, 24, 48].map((hours) => dailyIsDue(backups, at(hours)))).toEqual([false, false, true, true]);
  expect(dailyIsDue(backups, at(-1))).toBe(true);
});

test('a damaged database gives no copy, leaves nothing half-made, and pushes no sound copy out', () => {
  const { store, backups, database, copy, close } = beside();
  withTrial(store);
  for (let day = 0; day < 5; day += 1) copy('daily', 24 * day);
  const sound = listBackups(backups);
  close();
  const bytes = readFileSync(database);
  bytes.fill(0xff, 4096 * 2, 4096 * 5);
  writeFileSync(database, bytes);
  expect(() => copy('daily', 200)).toThrow(expect.objectContaining({ code: 'workspace.corrupt' }));
  expect(listBackups(backups)).toEqual(sound);
  expect(readdirSync(backups)).toHaveLength(5);
});

test('what a copy that was cut off left goes at the next start, and is never taken for a copy', () => {
  const { directory, backups, close } = beside();
  close();
  const partial = join(backups, 'workspace-v4-2026-01-01T00-00-00-000Z-daily.sqlite.partial');
  writeFileSync(partial, 'half');
  expect(listBackups(backups)).toEqual([]);
  openWorkspace(directory).close();
  expect(existsSync(partial)).toBe(false);
});

test('files of other names are no copies, and a folder that is not there has none', () => {
  const folder = temporaryFolder();
  expect(listBackups(folder)).toEqual([]);
  sweepPartials(folder);
  mkdirSync(folder);
  for (const name of ['notes.txt', 'workspace.sqlite', 'workspace-v4-2026-01-01T00-00-00-000Z-mine.sqlite']) {
    writeFileSync(join(folder, name), 'x');
  }
  // As versions before wrote them.
  writeFileSync(join(folder, 'workspace-v1-2025-01-01T00-00-00-000Z.sqlite'), 'x');
  expect(listBackups(folder)).toMatchObject([{ kind: 'migration', schema: 1, at: '2025-01-01T00:00:00.000Z' }]);
});

/** Copies of the database: whole or not there, thinned by their sort, and never made of a damaged
 * database. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import {
  backUp,
  dailyIsDue,
  keepDamaged,
  listAsides,
  listBackups,
  removeBackup,
  settleCopy,
  sweepPartials,
  type BackupKind,
} from '../../src/store/upkeep/backup.ts';
import { openDatabaseReadonly, SCHEMA_VERSION } from '../../src/store/database.ts';
import { DATABASE_FILE, openWorkspace } from '../../src/store/workspace.ts';
import { openBelow, recordDisk } from '../support/recorded-disk.ts';
import { searchConfig, withTrial } from '../support/store-records.ts';
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
  // As many bytes as are allowed are not too many.
  backUp(db, { backups, kind: 'daily', at: at(5), mostBytes: 2 * length });
  expect(listBackups(backups)).toHaveLength(2);
  backUp(db, { backups, kind: 'daily', at: at(6), mostBytes: 1 });
  db.close();
  expect(listBackups(backups)).toMatchObject([{ at: at(6).toISOString() }]);
});

test('a day after the last copy another is due; one from the future (a clock set back) counts for nothing', () => {
  const { backups, database, copy } = beside();
  expect(dailyIsDue(backups, at(0))).toBe(true);
  keepDamaged(database, backups, at(0));
  expect(dailyIsDue(backups, at(1))).toBe(true);
  copy('repair', 0);
  expect([0, 1, 23, 24].map((hours) => dailyIsDue(backups, at(hours)))).toEqual([false, false, false, true]);
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

test('a name that only looks like what we left half-made is a person’s, and stays', () => {
  const folder = temporaryFolder();
  mkdirSync(folder);
  const copy = 'workspace-v4-2026-01-01T00-00-00-000Z-daily.sqlite';
  const theirs = [`${copy}.my-note`, `workspace-wal${copy.slice(9)}.partial`, `my-${copy}.partial`, 'notes.partial'];
  for (const name of [...theirs, `${copy}.partial`, `${copy}-wal.partial`]) writeFileSync(join(folder, name), 'x');
  sweepPartials(folder);
  expect(readdirSync(folder).sort()).toEqual(theirs.toSorted());
});

test('files of other names are no copies, and a folder that is not there has none', () => {
  const folder = temporaryFolder();
  expect(listBackups(folder)).toEqual([]);
  sweepPartials(folder);
  mkdirSync(folder);
  const sound = 'workspace-v4-2026-01-01T00-00-00-000Z';
  for (const name of ['notes.txt', 'workspace.sqlite', `${sound}-mine.sqlite`, `my-${sound}-daily.sqlite`]) {
    writeFileSync(join(folder, name), 'x');
  }
  // What a link led to is gone.
  symlinkSync(join(folder, 'nowhere'), join(folder, `${sound}-daily.sqlite`));
  // As versions before wrote them.
  writeFileSync(join(folder, 'workspace-v1-2025-01-01T00-00-00-000Z.sqlite'), 'x');
  expect(listBackups(folder)).toMatchObject([{ kind: 'migration', schema: 1, at: '2025-01-01T00:00:00.000Z' }]);
});

test('the newest copy is the first, whatever its schema and the order of the names', () => {
  const folder = temporaryFolder();
  mkdirSync(folder);
  for (const [schema, day] of [
    [10, 2],
    [2, 3],
    [3, 1],
  ] as const) {
    writeFileSync(join(folder, `workspace-v${schema}-2026-01-0${day}T00-00-00-000Z-daily.sqlite`), 'x');
  }
  expect(listBackups(folder).map(({ schema }) => schema)).toEqual([2, 10, 3]);
});

test('a copy is on the disk under its name before an older one gives way, and nothing stays open', () => {
  const { directory, backups, copy } = beside();
  for (let day = 0; day < 5; day += 1) copy('daily', 24 * day);
  const disk = recordDisk(backups);
  const file = copy('daily', 24 * 5).slice(backups.length + 1);
  const oldest = 'workspace-v6-2026-01-01T00-00-00-000Z-daily.sqlite'.replace('v6', `v${SCHEMA_VERSION}`);
  expect(disk.only('flush', 'rename', 'remove').filter((call) => call !== 'flush .')).toEqual([
    ...[`remove ${file}.partial`, `flush ${file}.partial`, `rename ${file}.partial ${file}`, `remove ${oldest}`],
  ]);
  // Windows moves and removes nothing that is open.
  expect(openBelow(join(directory, 'backups'))).toEqual([]);
});

test('where the folder of the copies is gone, it is said so, and not of the half-made copy', () => {
  const { database, directory } = beside();
  const db = openDatabaseReadonly(database);
  const backups = join(directory, 'gone');
  expect(() => backUp(db, { backups, kind: 'asked', at: at(0) })).toThrow(
    expect.objectContaining({ code: 'workspace.readonly' }),
  );
  db.close();
  expect(existsSync(backups)).toBe(false);
});

test('of a damaged database the bytes are kept, those of its log too, under a name that is listed', () => {
  const { backups, database, store } = beside();
  withTrial(store);
  const name = keepDamaged(database, backups, at(3));
  expect(listBackups(backups)).toMatchObject([{ name, kind: 'damaged', schema: 0, at: at(3).toISOString() }]);
  for (const suffix of ['', '-wal']) {
    expect(readFileSync(join(backups, `${name}${suffix}`)).equals(readFileSync(`${database}${suffix}`))).toBe(true);
  }
});

describe('a copy of a moment at which runs came or went', () => {
  /** As a version before wrote it: whatever its rows say. */
  function copyWith(...marks: readonly (readonly [string, string])[]): string {
    const { store, copy } = beside();
    for (const id of ['run_1', 'run_2', 'run_3']) {
      const config = searchConfig(`name of ${id} ${'x'.repeat(20_000)}`);
      store.createRun({ id, config, strategyVersion: 1, sample: false });
    }
    const file = copy('daily', 0);
    const db = new Database(file);
    for (const mark of marks) db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run(...mark);
    db.close();
    return file;
  }

  test('holds none of them, no mark and no page of theirs, and tells their names', () => {
    const file = copyWith(['arriving', '{"runs":["run_1"]}'], ['leaving', '["run_3"]'], ['arrived', '{}']);
    const before = readFileSync(file).byteLength;
    expect(settleCopy(file).map((name) => name.slice(0, 13))).toEqual(['name of run_1', 'name of run_3']);
    expect(openBelow(join(file, '..'))).toEqual([]);
    const db = new Database(file, { readonly: true });
    expect(db.prepare('SELECT id FROM run').pluck().all()).toEqual(['run_2']);
    expect(db.prepare('SELECT key FROM meta').pluck().all()).toEqual(['session']);
    expect(db.pragma('freelist_count', { simple: true })).toBe(0);
    db.close();
    // What was taken out is not handed on with the file.
    expect(readFileSync(file).includes('name of run_1')).toBe(false);
    expect(readFileSync(file).byteLength).toBeLessThan(before - 30_000);
  });

  test('is left to the byte where none did', () => {
    const file = copyWith();
    const before = readFileSync(file);
    expect(settleCopy(file)).toEqual([]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('that is not there is not made', () => {
    const file = join(temporaryFolder(), '..', 'none.sqlite');
    expect(() => settleCopy(file)).toThrow();
    expect(existsSync(file)).toBe(false);
  });
});

describe('what waits beside the copies', () => {
  const stamp = (day: number): string => `2026-01-0${day}T04-05-06-007Z`;

  test('is listed newest first by its own names alone; a folder that is not there has none', () => {
    const folder = temporaryFolder();
    expect(listAsides(folder)).toEqual([]);
    const mine = [1, 2, 3].map((day) => `checkpoints-${stamp(day)}`);
    for (const name of [...mine, `old-checkpoints-${stamp(1)}`, `checkpoints-${stamp(1)}-mine`, 'checkpoints-'])
      mkdirSync(join(folder, name), { recursive: true });
    // Weights would be taken out of where a link leads.
    symlinkSync(join(folder, 'checkpoints-'), join(folder, `checkpoints-${stamp(4)}`));
    writeFileSync(join(folder, `checkpoints-${stamp(5)}`), 'x');
    expect(listAsides(folder)).toEqual(
      [3, 2, 1].map((day) => ({ name: `checkpoints-${stamp(day)}`, at: `2026-01-0${day}T04:05:06.007Z` })),
    );
  });

  test('goes with all that belongs to it, for good, and takes nothing else along', async () => {
    const { backups, copy, database, store } = beside();
    withTrial(store);
    const damaged = keepDamaged(database, backups, at(1));
    const kept = copy('asked', 2).slice(backups.length + 1);
    mkdirSync(join(backups, `checkpoints-${stamp(1)}`));
    writeFileSync(join(backups, `checkpoints-${stamp(1)}`, 'weights'), 'x');
    const disk = recordDisk(backups);
    await removeBackup(backups, damaged);
    // Or a power cut brings the name back.
    expect(disk.only('flush')).toEqual(process.platform === 'win32' ? [] : ['flush .']);
    await removeBackup(backups, `checkpoints-${stamp(1)}`);
    expect(readdirSync(backups)).toEqual([kept]);
    // Another window was quicker.
    await removeBackup(backups, damaged);
    await removeBackup(backups, kept);
    expect(readdirSync(backups)).toEqual([]);
  });

  test('and cannot be removed is named, with the reason', async () => {
    const { backups } = beside();
    const name = 'x'.repeat(5000);
    await expect(removeBackup(backups, name)).rejects.toMatchObject({
      code: 'workspace.readonly',
      place: { file: join(backups, name) },
    });
  });
});

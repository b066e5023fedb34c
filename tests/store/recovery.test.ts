/** Putting a copy back and saving what a damaged database still has: nothing is deleted, and a kill
 * in between is made good. */
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listBackups } from '../../src/store/upkeep/backup.ts';
import { openDatabaseReadonly } from '../../src/store/database.ts';
import { examine } from '../../src/store/upkeep/doctor.ts';
import { storedFiles } from '../../src/store/files.ts';
import { wishRecovery } from '../../src/store/upkeep/recovery.ts';
import { testing } from '../../src/store/upkeep/salvage.ts';
import { DATABASE_FILE, openWorkspace } from '../../src/store/workspace.ts';
import { copyOf, numbers, openAndMend, work } from '../support/recovered.ts';
import { temporaryWorkspace } from '../support/workspace.ts';

const { SALVAGED_TABLES } = testing;

test('a copy is put back; what stood in its place, weights too, can be had again', () => {
  const first = temporaryWorkspace();
  work(first, 0, 3);
  const copy = copyOf(first);
  work(first, 3, 2);
  first.close();

  wishRecovery(first.directory, first.files, { restore: copy });
  const back = openAndMend(first.directory);
  expect(back.recovery).toMatchObject({ what: 'restored', from: copy });
  expect(numbers(back)).toEqual([0, 1, 2]);
  expect(examine(back.store, back.files)).toMatchObject({ ok: true, trials: 3, checkpoints: 3 });
  // The weights of the two later students wait beside the copies.
  expect(readdirSync(back.files.folders.checkpoints)).toHaveLength(3);
  back.close();

  wishRecovery(first.directory, first.files, { restore: back.recovery?.kept ?? '' });
  const forth = openAndMend(first.directory);
  expect(numbers(forth)).toEqual([0, 1, 2, 3, 4]);
  expect(examine(forth.store, forth.files)).toMatchObject({ ok: true, trials: 5, checkpoints: 5 });
  forth.close();
  // A wish is granted once.
  const later = openWorkspace(first.directory);
  expect(later.recovery).toBeUndefined();
  later.close();
});

test('a copy is put back over a database that is no more one, which is kept byte by byte', () => {
  const first = temporaryWorkspace();
  work(first, 0, 2);
  const copy = copyOf(first);
  first.close();
  const database = join(first.directory, DATABASE_FILE);
  writeFileSync(database, 'hello '.repeat(2000));
  wishRecovery(first.directory, first.files, { restore: copy });
  const back = openAndMend(first.directory);
  expect(numbers(back)).toEqual([0, 1]);
  expect(readFileSync(join(back.files.folders.backups, back.recovery?.kept ?? ''), 'utf8')).toBe('hello '.repeat(2000));
  back.close();
});

test('what is no copy, or a damaged one, is refused before anything is changed', () => {
  const { directory, files, ...first } = temporaryWorkspace();
  work({ directory, files, ...first }, 0, 1);
  const copy = copyOf({ directory, files, ...first });
  first.close();
  truncateSync(join(files.folders.backups, copy), 3 * 4096);
  for (const [name, code] of [
    ['../workspace.sqlite', 'usage.invalid'],
    ['/etc/passwd', 'usage.invalid'],
    ['', 'usage.invalid'],
    [copy, 'workspace.corrupt'],
  ] as const) {
    expect(() => wishRecovery(directory, files, { restore: name })).toThrow(expect.objectContaining({ code }));
  }
  const again = openWorkspace(directory);
  expect([again.recovery, numbers(again)]).toEqual([undefined, [0]]);
  again.close();
});

test('a wish that was half granted when the program was killed is granted whole by the next start', () => {
  const first = temporaryWorkspace();
  work(first, 0, 2);
  const copy = copyOf(first);
  work(first, 2, 1);
  first.close();
  wishRecovery(first.directory, first.files, { restore: copy });
  // Killed between the removal of the old log and the coming of the new database: the copy of the
  // old one is made.
  writeFileSync(join(first.directory, 'recovered.sqlite'), 'half');
  const back = openAndMend(first.directory);
  expect(numbers(back)).toEqual([0, 1]);
  expect(existsSync(join(first.directory, 'recovered.sqlite'))).toBe(false);
  back.close();
});

test('no table is forgotten when rows are saved: a new one must be named there', () => {
  const { directory } = temporaryWorkspace();
  const db = openDatabaseReadonly(join(directory, DATABASE_FILE));
  const tables = db
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .pluck()
    .all();
  db.close();
  expect([...SALVAGED_TABLES].sort()).toEqual([...tables].sort());
});

/** Which of a database's pages are ruined. */
const ruins: readonly (readonly [string, (bytes: Buffer) => Buffer, number])[] = [
  ['the header', (bytes) => bytes.fill(0, 0, 100), 24],
  ['the header, by another program', (bytes) => bytes.fill('hello ', 0, 96), 24],
  ['its last two pages', (bytes) => bytes.subarray(0, bytes.length - 2 * 4096), 4],
];
test.each(ruins)('of a database that has lost %s, all that can be read is saved', (_what, ruin, least) => {
  const first = temporaryWorkspace();
  work(first, 0, 24);
  first.close();
  const database = join(first.directory, DATABASE_FILE);
  writeFileSync(database, ruin(readFileSync(database)));
  const ruined = readFileSync(database);
  expect(() => openWorkspace(first.directory)).toThrow(expect.objectContaining({ code: 'workspace.corrupt' }));
  wishRecovery(first.directory, first.files, { salvage: true });
  const saved = openAndMend(first.directory);
  expect(saved.recovery?.what).toBe('salvaged');
  expect(readFileSync(join(saved.files.folders.backups, saved.recovery?.kept ?? '')).equals(ruined)).toBe(true);
  expect(saved.store.run('run_1')?.name).toBe('Ünïcödé');
  const kept = numbers(saved);
  expect(kept).toEqual(kept.map((_, index) => index));
  const results = saved.store.trials('run_1').filter(({ state }) => state === 'finished');
  expect(results.length).toBeGreaterThanOrEqual(least);
  // A result is as it was or is not there: none is made up.
  for (const { number, metrics } of results) expect(metrics).toEqual({ accuracy: number / 1000 });
  const { problems } = examine(saved.store, saved.files);
  expect(problems.filter((problem) => !/without (a checkpoint|predictions)/.test(problem))).toEqual([]);
  // It can go on: the next student is the next number.
  work(saved, kept.length, 1);
  saved.close();
});

test('whichever page (here each sixth) is overwritten, the start says so or reads on; what is saved agrees', () => {
  const first = temporaryWorkspace();
  work(first, 0, 12);
  first.close();
  const database = join(first.directory, DATABASE_FILE);
  const sound = readFileSync(database);
  const saved: number[] = [];
  for (let page = 1; page < sound.length / 4096; page += 6) {
    const bytes = Buffer.from(sound);
    bytes.fill(0xff, page * 4096, (page + 1) * 4096);
    writeFileSync(database, bytes);
    wishRecovery(first.directory, first.files, { salvage: true });
    const left = openAndMend(first.directory);
    const { integrity, problems } = examine(left.store, left.files);
    expect([page, integrity]).toEqual([page, 'ok']);
    expect(problems.filter((problem) => !/without (a checkpoint|predictions)/.test(problem))).toEqual([]);
    saved.push(left.store.trials('run_1').length);
    left.close();
    for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
  }
  // Most pages hold one kind of thing: few of them take all students with them.
  expect(saved.filter((count) => count > 0).length).toBeGreaterThan(saved.length / 2);
  expect(listBackups(storedFiles(first.directory).folders.backups).every(({ kind }) => kind === 'damaged')).toBe(true);
});

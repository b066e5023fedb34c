/** Wishes for a recovery: what is none is refused, what is granted is on the disk before it is
 * forgotten, and whatever goes wrong in between loses nothing. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { SCHEMA_VERSION } from '../../src/store/database.ts';
import { storedFiles } from '../../src/store/files.ts';
import { keepDamaged, listBackups } from '../../src/store/upkeep/backup.ts';
import { examine } from '../../src/store/upkeep/doctor.ts';
import { grantWish, wishedCopy, wishRecovery } from '../../src/store/upkeep/recovery.ts';
import { keepReserve, reserveOf } from '../../src/store/upkeep/reserve.ts';
import { DATABASE_FILE, openWorkspace } from '../../src/store/workspace.ts';
import { failNext, openBelow, recordDisk } from '../support/recorded-disk.ts';
import { copyOf, numbers, openAndMend, work } from '../support/recovered.ts';
import { searchConfig } from '../support/store-records.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

/** A closed workspace with some students, and the name of a copy with the first of them alone. */
function copied(before = 1, after = 1) {
  const workspace = temporaryWorkspace();
  work(workspace, 0, before);
  const copy = copyOf(workspace);
  work(workspace, before, after);
  workspace.close();
  const { directory, files } = workspace;
  return { directory, files, copy, database: join(directory, DATABASE_FILE), backups: files.folders.backups };
}

/** Root page of an index: a table can be read without. */
function indexPage(database: string): number {
  const db = new Database(database, { readonly: true });
  const page = db.prepare(`SELECT rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'trial'`).pluck();
  const found = Number(page.get());
  db.close();
  return found;
}

function ruinPage(file: string, page: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xff, (page - 1) * 4096, page * 4096);
  writeFileSync(file, bytes);
}

describe('a wish', () => {
  test('for a copy says which; one to save, one that nobody made and one that says nothing name none', () => {
    const { directory, files, copy } = copied();
    const wish = (text: string): void => writeFileSync(join(directory, 'recovery.json'), text);
    expect(wishedCopy(directory)).toBeUndefined();
    wishRecovery(directory, files, { salvage: true });
    expect(wishedCopy(directory)).toBeUndefined();
    wishRecovery(directory, files, { restore: copy });
    expect(wishedCopy(directory)).toBe(copy);
    // Another program's, or cut off: it keeps nobody from opening.
    for (const text of ['', '{', 'null', '3', '"restore"', '[]', '{"restore":5}', '{"restore":null}', '{}']) {
      wish(text);
      expect(wishedCopy(directory)).toBeUndefined();
      const opened = openWorkspace(directory);
      expect([text, opened.recovery, numbers(opened)]).toEqual([text, undefined, [0, 1]]);
      opened.close();
    }
  });

  test('for what is none names the copies that there are, and no damaged one among them', () => {
    const { directory, files, copy, database, backups } = copied();
    const damaged = keepDamaged(database, backups, new Date(1));
    const refused = (name: string): unknown => {
      try {
        wishRecovery(directory, files, { restore: name });
        return undefined;
      } catch (error) {
        return error;
      }
    };
    expect(refused(damaged)).toMatchObject({ code: 'usage.invalid', place: { field: 'backup' } });
    expect(String(refused('none'))).toContain(`There are: ${copy}.`);
    copyFileSync(join(backups, copy), join(backups, copy.replace('daily', 'asked')));
    expect(String(refused('none'))).toMatch(/There are: \S+-(daily|asked)\.sqlite, \S+-(daily|asked)\.sqlite\.$/);
    for (const name of readdirSync(backups)) rmSync(join(backups, name));
    expect(String(refused('none'))).toMatch(/none yet/);
  });

  test('for a copy that is damaged inside, empty or of a newer version is refused, and leaves the file alone', () => {
    const { directory, files, copy, backups } = copied();
    const file = join(backups, copy);
    const sound = readFileSync(file);
    const refused = (code: string): void => {
      const bytes = readFileSync(file);
      const place = { file };
      expect(() => wishRecovery(directory, files, { restore: copy })).toThrow(expect.objectContaining({ code, place }));
      expect(readFileSync(file).equals(bytes)).toBe(true);
      expect(openBelow(directory)).toEqual([]);
      expect(existsSync(join(directory, 'recovery.json'))).toBe(false);
      writeFileSync(file, sound);
    };
    ruinPage(file, indexPage(file));
    refused('workspace.corrupt');
    writeFileSync(file, '');
    refused('workspace.corrupt');
    const db = new Database(file);
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    refused('workspace.newer');
  });
});

describe('a copy that is put back', () => {
  test('is on the disk before it takes the place, and the wish is gone for good only then', () => {
    const { directory, files, copy } = copied();
    wishRecovery(directory, files, { restore: copy });
    const disk = recordDisk(directory);
    const recovery = grantWish(directory, join(directory, DATABASE_FILE), files, () => new Date(0));
    expect(recovery).toEqual({ what: 'restored', from: copy, kept: expect.stringMatching(/-restore\.sqlite$/) });
    const calls = disk.only('flush', 'rename', 'remove').filter((call) => !call.includes('backups'));
    const ofFolder = process.platform === 'win32' ? [] : ['flush .'];
    const incoming = ['', '-wal', '-shm'].map((suffix) => `remove recovered.sqlite${suffix}`);
    // The old database stands until the new one takes its place, without the old one's log.
    const place = ['flush recovered.sqlite', 'remove workspace.sqlite-wal', 'remove workspace.sqlite-shm'];
    expect(calls.filter((call) => !call.includes('checkpoints'))).toEqual([
      ...[...incoming, ...place, 'rename recovered.sqlite workspace.sqlite', ...ofFolder],
      ...[...incoming, 'remove recovery.json', ...ofFolder],
    ]);
    // Windows moves nothing that is open.
    expect(openBelow(directory)).toEqual([]);
  });

  test('has nothing of an earlier recovery that was cut off, whose log lies where it comes in', () => {
    const { directory, files, copy } = copied(2);
    const other = temporaryWorkspace();
    other.store.createRun({ id: 'other', config: searchConfig('other'), strategyVersion: 1, sample: false });
    copyFileSync(join(other.directory, `${DATABASE_FILE}-wal`), join(directory, 'recovered.sqlite-wal'));
    wishRecovery(directory, files, { restore: copy });
    const back = openAndMend(directory);
    expect([back.store.run('other'), numbers(back)]).toEqual([undefined, [0, 1]]);
    expect(examine(back.store, back.files)).toMatchObject({ ok: true, trials: 2 });
    expect(readdirSync(directory).filter((name) => name.startsWith('recovered'))).toEqual([]);
    back.close();
  });

  test('comes where the database is gone, and then nothing is kept', () => {
    const { directory, files, copy, database, backups } = copied();
    rmSync(database);
    wishRecovery(directory, files, { restore: copy });
    const back = openAndMend(directory);
    expect([back.recovery?.kept, numbers(back)]).toEqual(['', [0]]);
    expect(listBackups(backups).map(({ name }) => name)).toEqual([copy]);
    back.close();
  });

  test('takes the place of a damaged database, which is kept byte by byte though its rows could be read', () => {
    const { directory, files, copy, database, backups } = copied();
    ruinPage(database, indexPage(database));
    const ruined = readFileSync(database);
    wishRecovery(directory, files, { restore: copy });
    const back = openAndMend(directory);
    const kept = listBackups(backups).find(({ name }) => name === back.recovery?.kept);
    expect(kept?.kind).toBe('damaged');
    expect(readFileSync(join(backups, kept?.name ?? '')).equals(ruined)).toBe(true);
    back.close();
    expect(openBelow(directory)).toEqual([]);
  });

  test('waits for room: a sound database is not kept for ever as a damaged one because the disk was full', () => {
    const { directory, files, copy, database, backups } = copied();
    wishRecovery(directory, files, { restore: copy });
    const before = readFileSync(database);
    failNext('renameSync', 'ENOSPC');
    expect(() => grantWish(directory, database, files, () => new Date(0))).toThrow(
      expect.objectContaining({ code: 'disk.full' }),
    );
    expect(listBackups(backups).map(({ name }) => name)).toEqual([copy]);
    expect(readFileSync(database).equals(before)).toBe(true);
  });

  test('on a full disk has the room that is kept for it; where that is not enough it is said, not left out', () => {
    const { directory, files, copy } = copied();
    const reserve = (): void => keepReserve(directory, () => 2 ** 25);
    wishRecovery(directory, files, { restore: copy });
    reserve();
    failNext('renameSync', 'ENOSPC', 2);
    expect(() => openWorkspace(directory)).toThrow(expect.objectContaining({ code: 'disk.full' }));
    wishRecovery(directory, files, { restore: copy });
    reserve();
    failNext('renameSync', 'ENOSPC', 1);
    const back = openAndMend(directory);
    expect([back.recovery?.from, numbers(back), reserveOf(directory)]).toEqual([copy, [0], ['reserve-2']]);
    back.close();
  });

  test('fetches the weights that it names, replaces none, and leaves what nobody names where it waits', () => {
    const { directory, files, copy, backups } = copied(2, 0);
    const { checkpoints } = files.folders;
    const [first = '', second = ''] = readdirSync(checkpoints).sort();
    const [aside, empty] = [5, 6].map((day) => join(backups, `checkpoints-2026-01-0${day}T00-00-00-000Z`));
    mkdirSync(aside ?? '');
    mkdirSync(empty ?? '');
    copyFileSync(join(checkpoints, first), join(aside ?? '', first));
    writeFileSync(join(aside ?? '', second), 'other bytes');
    writeFileSync(join(aside ?? '', 'a note'), 'of a person');
    const weights = readFileSync(join(checkpoints, second));
    rmSync(join(checkpoints, first));
    wishRecovery(directory, files, { restore: copy });
    openWorkspace(directory).close();
    expect(readdirSync(checkpoints).sort()).toEqual([first, second]);
    expect(readFileSync(join(checkpoints, second)).equals(weights)).toBe(true);
    expect(readdirSync(aside ?? '').sort()).toEqual(['a note', second].sort());
    // One that nothing waits in goes.
    expect(existsSync(empty ?? '')).toBe(false);
  });

  test('gets its weights though the folder of the checkpoints is gone', () => {
    const { directory, files, copy, backups } = copied(1, 0);
    const { checkpoints } = files.folders;
    const [weights = ''] = readdirSync(checkpoints);
    cpSync(checkpoints, join(backups, 'checkpoints-2026-01-05T00-00-00-000Z'), { recursive: true });
    rmSync(checkpoints, { recursive: true });
    wishRecovery(directory, files, { restore: copy });
    openWorkspace(directory).close();
    expect(readdirSync(checkpoints)).toEqual([weights]);
  });

  test('that cannot fetch weights loses none of those that its rows do not name', () => {
    const { directory, files, copy, database, backups } = copied(1, 1);
    const { checkpoints } = files.folders;
    const [first = '', second = ''] = readdirSync(checkpoints).sort();
    const aside = join(backups, 'checkpoints-2026-01-05T00-00-00-000Z');
    mkdirSync(aside);
    copyFileSync(join(checkpoints, first), join(aside, first));
    rmSync(join(checkpoints, first));
    wishRecovery(directory, files, { restore: copy });
    // Of the copy, of the database, of the weights that are put aside, and the one that fails.
    failNext('renameSync', 'EIO', 1, 3);
    expect(() => grantWish(directory, database, files, () => new Date(0))).toThrow(/EIO/);
    // The next start sweeps what no row names.
    openWorkspace(directory).close();
    const there = [checkpoints, ...readdirSync(backups).map((name) => join(backups, name))].flatMap((place) =>
      basename(place).startsWith('checkpoints') ? readdirSync(place) : [],
    );
    expect(there.sort()).toEqual([first, second]);
  });
});

describe('what is saved of a damaged database', () => {
  test('has the newest rows, which stand in its log alone; folders that are gone are made again', () => {
    const open = temporaryWorkspace();
    work(open, 0, 3);
    const directory = temporaryFolder('as a power cut left it');
    cpSync(open.directory, directory, { recursive: true });
    for (const folder of ['backups', 'tmp']) rmSync(join(directory, folder), { recursive: true });
    const files = storedFiles(directory);
    wishRecovery(directory, files, { salvage: true });
    const saved = openAndMend(directory);
    expect([saved.recovery?.what, numbers(saved)]).toEqual(['salvaged', [0, 1, 2]]);
    saved.close();
    expect(openBelow(directory)).toEqual([]);
  });

  test('has nothing of an earlier attempt that was killed', () => {
    const { directory, files } = copied(1, 1);
    const other = temporaryWorkspace();
    other.store.createRun({ id: 'other', config: searchConfig('other'), strategyVersion: 1, sample: false });
    const attempt = join(files.folders.tmp, 'salvage');
    mkdirSync(attempt);
    for (const place of [join(directory, 'recovered.sqlite'), join(attempt, 'damaged.sqlite')]) {
      copyFileSync(join(other.directory, DATABASE_FILE), place);
      copyFileSync(join(other.directory, `${DATABASE_FILE}-wal`), `${place}-wal`);
    }
    wishRecovery(directory, files, { salvage: true });
    const saved = openAndMend(directory);
    expect([saved.store.run('other'), numbers(saved)]).toEqual([undefined, [0, 1]]);
    saved.close();
    expect(existsSync(attempt)).toBe(false);
  });

  test('is nothing where there is no database: that is said, and no copy is told of', () => {
    const { directory, files, copy, database, backups } = copied();
    rmSync(database);
    wishRecovery(directory, files, { salvage: true });
    expect(() => openWorkspace(directory)).toThrow(
      expect.objectContaining({ code: 'workspace.corrupt', place: { file: database } }),
    );
    expect(readdirSync(backups)).toEqual([copy]);
    // Tried once: the next start says what is missing, and a copy can be wished for.
    expect(existsSync(join(directory, 'recovery.json'))).toBe(false);
  });

  test('where it cannot be written leaves no second copy of the database lying about', () => {
    const { directory, files, database } = copied();
    wishRecovery(directory, files, { salvage: true });
    // The kept bytes have their name by then.
    failNext('renameSync', 'EIO', 1, 1);
    expect(() => grantWish(directory, database, files, () => new Date(0))).toThrow(/EIO/);
    expect(readdirSync(files.folders.tmp)).not.toContain('salvage');
  });
});

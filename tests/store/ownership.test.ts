/** A folder of somebody else is refused and stays as it is, and in ours only what a session of ours
 * has made is removed. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { listBackups } from '../../src/store/upkeep/backup.ts';
import { examineFolder } from '../../src/store/upkeep/doctor.ts';
import { assertOurs, DATABASE_FILE, FOLDERS, hashInName, markOpen, strangeTemps } from '../../src/store/ownership.ts';
import { wishFor } from '../../src/store/upkeep/recovery.ts';
import { openReadable, openWorkspace } from '../../src/store/workspace.ts';
import { foldersTree, plantFolder } from '../support/foreign-folder.ts';
import { withTrial } from '../support/store-records.ts';
import { recordDisk, replace } from '../support/recorded-disk.ts';
import { temporaryFolder } from '../support/workspace.ts';

const WAYS = {
  'open it': (folder: string) => openWorkspace(folder).close(),
  'read it': (folder: string) => openReadable(folder).close(),
  'look at it': (folder: string) => examineFolder(folder),
  'wish for a copy': (folder: string) => wishFor(folder, { salvage: true }),
} as const;

/** What the first bytes of our databases look like. */
const header = (magic: string, id: string): string => `${magic.padEnd(68, '\0')}${id.padEnd(32, '\0')}`;
const OURS = header('SQLite format 3', 'TRAD');

/** What a person has in it, by what is wrong with it as a workspace. */
const FOREIGN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a home with a folder tmp': { 'tmp/thesis.txt': 'x', 'notes.md': 'y' },
  'nothing but a folder tmp': { 'tmp/thesis.txt': 'x' },
  'folders of our names': {
    'checkpoints/my-model.pt': 'x',
    'backups/copy.partial': 'y',
    'tmp/s000001-abcdef/a.txt': 'z',
  },
  'a lock of another program': { 'lock.sqlite': 'not empty', 'tmp/s000001-abcdef/a.txt': 'z' },
  'an empty lock among other things': { 'lock.sqlite': '', 'tmp/a.txt': 'z', 'notes.md': 'y' },
  'a note of another program': { 'lock.sqlite': '', 'lock.json': '{"name":"a package"}' },
  'our names alone, with somebody’s work in tmp': { 'lock.sqlite': '', 'tmp/s000001-abcdef/thesis.txt': 'z' },
  'a text called like our database': { [DATABASE_FILE]: 'my notes '.repeat(100), 'tmp/a.txt': 'z' },
  'nothing but a lock of another program': { 'lock.sqlite': 'not empty' },
  'an empty lock beside notes': { 'lock.sqlite': '', 'notes.md': 'y' },
  'a lock, and a text called like our database': { 'lock.sqlite': '', [DATABASE_FILE]: 'my notes', 'notes.md': 'y' },
  'a lock, one folder of our names and a text called like our database': {
    ...{ 'lock.sqlite': '', [DATABASE_FILE]: 'my notes', 'tmp/a.txt': 'z', 'notes.md': 'y' },
  },
  'all folders of our names, and an empty lock': {
    ...Object.fromEntries(FOLDERS.map((name) => [`${name}/a.txt`, 'mine'])),
    ...{ 'lock.sqlite': '', 'notes.md': 'y' },
  },
  'our letters in a file that is no database': { [DATABASE_FILE]: header('my notes', 'TRAD') },
  'a copy in backups that is not ours': {
    ...{ 'lock.sqlite': '', 'tmp/a.txt': 'z', 'backups/notes.sqlite': header('SQLite format 3', 'MINE') },
  },
  'a copy in backups that was cut off': {
    ...{ 'lock.sqlite': '', 'tmp/a.txt': 'z', 'backups/copy.sqlite.partial': OURS },
  },
  'a folder called like a copy': { 'lock.sqlite': '', 'tmp/a.txt': 'z', 'backups/copy.sqlite/a.txt': OURS },
  'a wish that nobody of ours made': { 'recovery.json': '{"salvage":true}', [DATABASE_FILE]: 'my notes', 'tmp/a': 'z' },
};

describe.each(Object.entries(FOREIGN))('a folder with %s', (_what, files) => {
  test.each(Object.entries(WAYS))('is refused when we %s, and is as it was', (_way, attempt) => {
    const folder = temporaryFolder();
    plantFolder(folder, files);
    const before = foldersTree(folder);
    expect(() => attempt(folder)).toThrow(
      expect.objectContaining({
        code: 'workspace.foreign',
        message: expect.stringMatching(
          /is neither empty nor a TRADE workspace: nothing in it was touched\. Choose an empty or a new folder/,
        ),
        place: { file: folder },
      }),
    );
    expect(foldersTree(folder)).toEqual(before);
  });
});

test('a database of others is refused by its header: its log is not replayed, nothing made beside it', () => {
  const folder = temporaryFolder();
  mkdirSync(folder);
  const db = new Database(join(folder, DATABASE_FILE));
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE bookmark (url)');
  const other = join(dirname(folder), 'killed');
  mkdirSync(other);
  // As a kill leaves it: with a log that is not carried over.
  for (const name of [DATABASE_FILE, `${DATABASE_FILE}-wal`]) {
    writeFileSync(join(other, name), readFileSync(join(folder, name)));
  }
  db.close();
  const before = foldersTree(other);
  expect(() => openWorkspace(other)).toThrow(expect.objectContaining({ code: 'workspace.foreign' }));
  expect(() => openReadable(other)).toThrow(expect.objectContaining({ code: 'workspace.foreign' }));
  expect(foldersTree(other)).toEqual(before);
});

describe.each(['checkpoints', 'tmp', 'backups', 'cache', 'teachers', 'replays', DATABASE_FILE, 'lock.json'])(
  'a workspace whose %s became a link',
  (name) => {
    test('is refused, and what the link leads to stays', () => {
      const folder = temporaryFolder();
      openWorkspace(folder).close();
      const target = join(dirname(folder), 'theirs');
      plantFolder(target, { 's000001-abcdef/thesis.txt': 'x', 'a-ba7816bf8f01.bin': 'abc' });
      if (existsSync(join(folder, name))) rmSync(join(folder, name), { recursive: true });
      symlinkSync(name.includes('.') ? join(target, 'a-ba7816bf8f01.bin') : target, join(folder, name));
      const before = foldersTree(target);
      const refused = { code: 'workspace.foreign', message: expect.stringContaining(`"${name}" in it is a link`) };
      for (const attempt of Object.values(WAYS)) {
        expect(() => attempt(folder)).toThrow(expect.objectContaining(refused));
      }
      expect(foldersTree(target)).toEqual(before);
    });
  },
);

test.each([
  ['a folder in the place of a file', { 'lock.json/a.txt': 'x' }, 'no file'],
  ['a file in the place of a folder', { checkpoints: 'x' }, 'no folder'],
])('%s is refused by its name, and is as it was', (_what, files, what) => {
  const folder = temporaryFolder();
  openWorkspace(folder).close();
  for (const path of Object.keys(files))
    rmSync(join(folder, path.split('/')[0] ?? ''), { recursive: true, force: true });
  plantFolder(folder, files);
  const before = foldersTree(folder);
  const message = expect.stringContaining(`"${Object.keys(files)[0]?.split('/')[0]}" in it is ${what}`);
  for (const attempt of Object.values(WAYS)) {
    expect(() => attempt(folder)).toThrow(expect.objectContaining({ code: 'workspace.foreign', message }));
  }
  expect(foldersTree(folder)).toEqual(before);
});

test('a link to a database of ours, among a person’s copies, does not make their folder ours', () => {
  const folder = temporaryFolder();
  const ours = join(dirname(folder), 'ours');
  openWorkspace(ours).close();
  plantFolder(folder, { 'lock.sqlite': '', 'tmp/thesis.txt': 'x', 'backups/notes.md': 'y' });
  symlinkSync(join(ours, DATABASE_FILE), join(folder, 'backups', 'copy.sqlite'));
  expect(() => assertOurs(folder)).toThrow(expect.objectContaining({ code: 'workspace.foreign' }));
});

test('a file in the place of the folder is no empty folder', () => {
  const file = temporaryFolder();
  writeFileSync(file, 'mine');
  expect(() => assertOurs(file)).toThrow(expect.objectContaining({ code: 'workspace.readonly', place: { file } }));
});

test('what is gone by the time that it is looked at is not there: other programs come and go', () => {
  const folder = temporaryFolder();
  plantFolder(folder, { 'lock.sqlite': '', 'tmp/s000001-abcdef/half': 'x', 'backups/copy.sqlite': OURS });
  const gone: Readonly<Record<string, string>> = {
    ...{ [folder]: 'lock.sqlite-journal', [join(folder, 'backups')]: 'a-gone.sqlite' },
    [join(folder, 'tmp')]: 's000002-abcdef',
  };
  replace('readdirSync', (call, [path]) => {
    const names = call() as string[]; // without options
    return [gone[String(path)] ?? [], names].flat();
  });
  expect(() => assertOurs(folder)).not.toThrow();
  expect(strangeTemps(join(folder, 'tmp'))).toEqual(['s000002-abcdef']);
});

test('whoever looks lets go of each file again: a program that opens many folders would run out of them', () => {
  const folder = temporaryFolder();
  plantFolder(folder, { [DATABASE_FILE]: 'short', 'notes.md': 'y' });
  const disk = recordDisk(folder);
  expect(() => assertOurs(folder)).toThrow(expect.objectContaining({ code: 'workspace.foreign' }));
  writeFileSync(join(folder, DATABASE_FILE), OURS);
  assertOurs(folder);
  expect([disk.only('open').length, disk.stillOpen()]).toEqual([2, 0]);
});

describe('a note beside the lock', () => {
  const withNote = (note: string) => () => {
    const folder = temporaryFolder();
    plantFolder(folder, { 'lock.sqlite': '', 'lock.json': note });
    assertOurs(folder);
  };
  test.each([
    ...['', '{', '{"pi', '{"pid":', '{"pid":1', '{"pid":123', '{"pid":123}', '{"pid":123}\n'],
    ...['\0\0\0', '{"pid":12\0\0', '{"pid":123}\n\0\0\0\0'],
  ])('is ours as a session, or a power cut, leaves it: %j', (note) => expect(withNote(note)).not.toThrow());

  test.each([
    ...['{}', ' {"pid":12}\n', '[{"pid":12', '{"pid":12}\nmine', '{"pid":12}}', '{"pid":x', '{"pid":1 2', '"pid":'],
    ...['{"pi\0\0d":12}\n', '\0{"pid":12}\n'],
  ])('is another program’s where it says anything else: %j', (note) =>
    expect(withNote(note)).toThrow(expect.objectContaining({ code: 'workspace.foreign' })),
  );
});

test('a folder is open for as long as somebody has it open, however often one of them says that they left', () => {
  const folder = temporaryFolder();
  plantFolder(folder, { 'notes.md': 'mine' });
  const look = () => assertOurs(folder);
  const [first, second, third] = [markOpen(folder), markOpen(folder), markOpen(folder)];
  for (const leave of [first, first, first, second, second]) {
    leave();
    expect(look).not.toThrow();
  }
  third();
  expect(look).toThrow(expect.objectContaining({ code: 'workspace.foreign' }));
});

test('a name in checkpoints is ours from its first letter to its last: no other is ever removed', () => {
  expect(hashInName('run_1-0001-ba7816bf8f01.safetensors')).toBe('ba7816bf8f01');
  for (const name of [
    ...['my model-ba7816bf8f01.bin', 'é-ba7816bf8f01.bin', '.a-ba7816bf8f01.bin', '-ba7816bf8f01.bin'],
    ...['a-ba7816bf8f01.bin~', 'a-ba7816bf8f01.bin.old', 'a-ba7816bf8f01.bin (copy)', 'a-ba7816bf8f01'],
    ...['a-BA7816BF8F01.bin', 'a-ba7816bf8f0.bin', 'a-ba7816bf8f012.bin'],
  ]) {
    expect([name, hashInName(name)]).toEqual([name, undefined]);
  }
});

describe('a folder that is ours', () => {
  test('is one that is empty, is not there, or holds what a session leaves, with a person’s files beside it', () => {
    const folder = temporaryFolder();
    expect(() => assertOurs(folder)).not.toThrow();
    mkdirSync(folder);
    expect(() => assertOurs(folder)).not.toThrow();
    plantFolder(folder, { '.DS_Store': 'of a Mac', '.localized': '', 'lost+found/a': 'of a disk' });
    plantFolder(folder, { 'Thumbs.db': 'of Windows', 'desktop.ini': 'of Windows' });
    expect(() => assertOurs(folder)).not.toThrow();
    openWorkspace(folder).close();
    plantFolder(folder, { 'notes.md': 'mine', 'papers/a.pdf': 'mine', 'checkpoints/my-model.pt': 'mine' });
    const before = foldersTree(folder);
    openWorkspace(folder).close();
    for (const [path, content] of Object.entries(before)) {
      if (/notes|papers|my-model/.test(path)) expect(foldersTree(folder)[path]).toBe(content);
    }
  });

  test('is known by its database alone, as a copy of it on another machine has no lock', () => {
    const folder = temporaryFolder();
    const { store, close } = openWorkspace(folder);
    withTrial(store);
    close();
    for (const name of readdirSync(folder)) if (name !== DATABASE_FILE) rmSync(join(folder, name), { recursive: true });
    const { store: again, close: end } = openWorkspace(folder);
    expect(again.runs().total).toBe(1);
    end();
  });

  test('is known from its first session on, also where that one was killed', () => {
    const folder = temporaryFolder();
    const killed = openWorkspace(folder);
    const image = join(dirname(folder), 'image');
    mkdirSync(image);
    // The file without its log: what the disk surely has.
    linkSync(join(folder, DATABASE_FILE), join(image, DATABASE_FILE));
    expect(() => assertOurs(image)).not.toThrow();
    killed.close();
  });

  test('that a kill left before its database is gone on with', () => {
    const folder = temporaryFolder();
    plantFolder(folder, { 'lock.sqlite': '', 'lock.json': '{"pid":12}\n' });
    mkdirSync(join(folder, 'tmp', 's000001-abcdef'), { recursive: true });
    const { store, close } = openWorkspace(folder);
    expect(store.check()).toEqual([]);
    close();
  });

  test('holds any of the files that a kill leaves before its database, and nothing else', () => {
    const names = ['lock.sqlite', 'recovered.sqlite', DATABASE_FILE].flatMap((name) =>
      ['', '-wal', '-shm', '-journal'].map((part) => `${name}${part}`),
    );
    names.push(...['lock.json', 'recovery.json', 'recovery.json.partial']);
    names.push(...['reserve-1', 'reserve-1.partial', 'reserve-2', 'reserve-2.partial']);
    for (const name of names) {
      const folder = temporaryFolder();
      plantFolder(folder, { 'lock.sqlite': '', [name]: '' });
      expect(() => assertOurs(folder), name).not.toThrow();
    }
  });

  // Of the names that were made a power cut may keep any: here that of the first lock's journal.
  test('that holds nothing but an empty journal of a lock is begun, and one with bytes in it is not', () => {
    const [begun, filled] = [temporaryFolder(), temporaryFolder()];
    plantFolder(begun, { 'lock.sqlite-journal': '' });
    openWorkspace(begun).close();
    plantFolder(filled, { 'lock.sqlite-journal': 'mine' });
    expect(() => assertOurs(filled)).toThrow(/neither empty nor a TRADE workspace/);
  });

  test('whose database is damaged stays ours, with a person’s files beside it: it can be repaired', () => {
    const folder = temporaryFolder();
    openWorkspace(folder).close();
    plantFolder(folder, { [DATABASE_FILE]: 'of a broken disk'.repeat(100), 'notes.md': 'mine' });
    expect(() => assertOurs(folder)).not.toThrow();
    expect(() => openWorkspace(folder)).toThrow(expect.objectContaining({ code: 'workspace.corrupt' }));
  });

  test('that lost its database while a session was at work gets a copy back', () => {
    const folder = temporaryFolder();
    const { store, close, files } = openWorkspace(folder);
    withTrial(store);
    const copy = join(files.folders.backups, 'workspace-v4-2026-01-01T00-00-00-000Z-asked.sqlite');
    new Database(join(folder, DATABASE_FILE)).prepare('VACUUM INTO ?').run(copy);
    writeFileSync(join(files.temp, 'half'), 'x');
    close();
    plantFolder(folder, { 'tmp/s000001-abcdef/half': 'x' });
    rmSync(join(folder, DATABASE_FILE));
    const [backup] = listBackups(files.folders.backups);
    wishFor(folder, { restore: backup?.name ?? '' });
    const restored = openWorkspace(folder);
    expect(restored.store.runs().total).toBe(1);
    restored.close();
  });

  test('that is open for reading here is not looked at by other means than SQLite’s', () => {
    const folder = temporaryFolder();
    openWorkspace(folder).close();
    const reader = openReadable(folder);
    // Closing any descriptor of the file would drop the reader's locks (POSIX): its mark says that
    // it is ours.
    const writer = openWorkspace(folder);
    withTrial(writer.store);
    writer.close();
    expect(reader.store.runs().total).toBe(1);
    reader.close();
  });
});

test('of tmp only folders that sessions made are removed; of backups only copies that were cut off', () => {
  const folder = temporaryFolder();
  openWorkspace(folder).close();
  plantFolder(folder, {
    'tmp/s000009-abcdef/left.bin': 'x',
    'tmp/salvage/damaged.sqlite': 'x',
    'tmp/thesis.txt': 'mine',
    'tmp/s000009-abcdef.txt': 'mine',
    'tmp/s9-abcdef/a': 'mine',
    'tmp/S000009-ABCDEF/a': 'mine',
    'tmp/s000009-abcdefg/a': 'mine',
    'tmp/notes000009-abcdef/a': 'mine',
    'backups/workspace-v4-2026-01-01T00-00-00-000Z-asked.sqlite.partial': 'x',
    'backups/workspace-v4-2026-01-01T00-00-00-000Z-damaged.sqlite-wal.partial': 'x',
    'backups/film.mp4.partial': 'mine',
    'backups/workspace-v4-2026.sqlite.partial/a': 'mine',
    'backups/workspace-v4-2026-01-01T00-00-00-000Z-mine.sqlite.partial': 'mine',
  });
  const outside = join(dirname(folder), 'outside');
  plantFolder(outside, { 'a.txt': 'mine' });
  symlinkSync(outside, join(folder, 'tmp', 's000010-abcdef'));
  openWorkspace(folder).close();
  const left = Object.entries(foldersTree(folder)).filter(([, content]) => content === 'x' || content === 'mine');
  expect(left.map(([, content]) => content)).toEqual(Array.from({ length: 9 }, () => 'mine'));
  expect(readFileSync(join(outside, 'a.txt'), 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'tmp', 's000010-abcdef'))).toBe(true);
  expect(strangeTemps(join(folder, 'tmp')).toSorted()).toEqual([
    ...['S000009-ABCDEF', 'notes000009-abcdef', 's000009-abcdef.txt', 's000009-abcdefg', 's000010-abcdef'],
    ...['s9-abcdef', 'thesis.txt'],
  ]);
});

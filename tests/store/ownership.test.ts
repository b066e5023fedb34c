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
import { assertOurs, DATABASE_FILE } from '../../src/store/ownership.ts';
import { wishFor } from '../../src/store/upkeep/recovery.ts';
import { openReadable, openWorkspace } from '../../src/store/workspace.ts';
import { foldersTree, plantFolder } from '../support/foreign-folder.ts';
import { withTrial } from '../support/store-records.ts';
import { temporaryFolder } from '../support/workspace.ts';

const WAYS = {
  'open it': (folder: string) => openWorkspace(folder).close(),
  'read it': (folder: string) => openReadable(folder).close(),
  'look at it': (folder: string) => examineFolder(folder),
  'wish for a copy': (folder: string) => wishFor(folder, { salvage: true }),
} as const;

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
        message: expect.stringMatching(/nothing in it was touched\. Choose an empty or a new folder/),
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

describe('a folder that is ours', () => {
  test('is one that is empty, is not there, or holds what a session leaves, with a person’s files beside it', () => {
    const folder = temporaryFolder();
    expect(() => assertOurs(folder)).not.toThrow();
    mkdirSync(folder);
    expect(() => assertOurs(folder)).not.toThrow();
    plantFolder(folder, { '.DS_Store': 'of a Mac', 'lost+found/a': 'of a disk' });
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
    const { store, close } = openWorkspace(folder);
    expect(store.check()).toEqual([]);
    close();
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
  expect(left.map(([, content]) => content)).toEqual(Array.from({ length: 8 }, () => 'mine'));
  expect(readFileSync(join(outside, 'a.txt'), 'utf8')).toBe('mine');
  expect(existsSync(join(folder, 'tmp', 's000010-abcdef'))).toBe(true);
});

/** Opening a workspace: the ways in which a folder is not one, said in words, with nothing lost. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import { compactDatabase, openDatabase, pragma, SCHEMA_VERSION } from '../../src/store/database.ts';
import { reserveOf } from '../../src/store/upkeep/reserve.ts';
import { DATABASE_FILE, openReadable, openWorkspace } from '../../src/store/workspace.ts';
import { finished, searchConfig, withTrial } from '../support/store-records.ts';
import { adoptText, temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

function refusal(code: ErrorCode, words: RegExp, file: string) {
  return expect.objectContaining({ code, message: expect.stringMatching(words), place: { file } });
}

/** A closed workspace with one finished trial and its checkpoint. */
function filled(name?: string) {
  const workspace = temporaryWorkspace(name);
  const { store, files, directory } = workspace;
  const { id } = withTrial(store);
  store.startTrial(id);
  store.finishTrial(id, finished('', { checkpoint: { epoch: 3, ...adoptText(files, 'final.bin', 'weights') } }));
  workspace.close();
  return { id, directory, database: join(directory, DATABASE_FILE), checkpoints: files.folders.checkpoints };
}

/** Every file of the folder with its content. */
function contents(directory: string): Readonly<Record<string, string>> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries
      .map((entry) => join(entry.parentPath, entry.name))
      // The lock's own files come and go.
      .filter((file) => !/lock\.(sqlite|json)$/.test(file))
      .map((file) => [file, readFileSync(file, 'latin1')]),
  );
}

/** Paths of databases that are closed from now on, each as often as it is. */
function closedDatabases(): () => readonly string[] {
  const close = vi.spyOn(Database.prototype, 'close');
  onTestFinished(() => void close.mockRestore());
  // Sound: a method of a connection is called on one.
  return () => close.mock.contexts.map((db) => (db as Database.Database).name).filter((name) => !name.includes('lock'));
}

test('a new folder gets its rooms, and a second close does nothing', () => {
  const workspace = temporaryWorkspace();
  const folders = ['backups', 'cache', 'checkpoints', 'datasets', 'logs', 'teachers', 'tmp'];
  expect(readdirSync(workspace.directory).filter((name) => !name.includes('.'))).toEqual(folders);
  expect(existsSync(workspace.files.temp)).toBe(true);
  expect(Object.keys(workspace.files.folders).sort()).toEqual(folders);
  workspace.close();
  workspace.close();
});

test.each(['with spaces', 'Ünïcödé – 工作台 🧪', "quote's & percent%20", 'a'.repeat(120)])(
  'a folder "%s" works like any other',
  (name) => {
    const { id, directory } = filled(name);
    const { store, files, close } = openWorkspace(directory);
    const row = store.checkpoints()[0];
    expect(row && files.verify(row)).toBeUndefined();
    expect(store.trial(id)?.state).toBe('finished');
    close();
  },
);

test('the pragmas are as the design says, read back from the connection', () => {
  const db = openDatabase(join(temporaryFolder(''), 'workspace.sqlite'));
  const read = (name: string) => pragma(db, name);
  expect(['journal_mode', 'foreign_keys', 'busy_timeout', 'synchronous'].map(read)).toEqual(['wal', 1, 5000, 1]);
  db.close();
});

describe('reading beside a writer', () => {
  test('sees what is committed, at once', () => {
    const writer = temporaryWorkspace();
    const reader = openReadable(writer.directory);
    expect(reader.store.runs().total).toBe(0);
    const { id } = withTrial(writer.store);
    expect(reader.store.trial(id)?.state).toBe('queued');
    expect('createRun' in reader.store).toBe(false);
    reader.close();
    writer.store.startTrial(id);
  });

  test('a folder that does not exist reads as empty and is not made', () => {
    const directory = temporaryFolder();
    const { store, together, close } = openReadable(directory);
    expect(store.runs()).toEqual({ rows: [], total: 0 });
    expect(together((records) => [...records('run_1')])).toEqual([]);
    close();
    expect(existsSync(directory)).toBe(false);
  });

  test('one of an earlier schema is brought up to date first, with a copy of what it was', () => {
    const directory = temporaryFolder();
    mkdirSync(directory);
    const fixture = fileURLToPath(new URL('./fixtures/schema-0001.sql', import.meta.url));
    new Database(join(directory, DATABASE_FILE)).exec(readFileSync(fixture, 'utf8')).close();
    const closed = closedDatabases();
    const { store, together, close } = openReadable(directory);
    // The connection that was too early, and the writer's.
    expect(closed().length).toBeGreaterThanOrEqual(2);
    expect(store.check()).toEqual([]);
    expect(together((records) => [...records('run_1')]).length).toBeGreaterThan(4);
    expect(readdirSync(join(directory, 'backups'))).toHaveLength(1);
    close();
    openWorkspace(directory).close();
  });
});

describe('a newer schema', () => {
  test('is refused for writing, unchanged, and can be read', () => {
    const { id, directory, database } = filled();
    const db = new Database(database);
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    const before = contents(directory);
    expect(() => openWorkspace(directory)).toThrow(refusal('workspace.newer', /newer version/, database));
    expect(contents(directory)).toEqual(before);
    const { store, together, close } = openReadable(directory);
    expect(store.trial(id)?.state).toBe('finished');
    // Records of a schema that is not known would lack what it added.
    expect(() => together((records) => [...records('run_1')])).toThrow(
      refusal('workspace.newer', /newer version/, database),
    );
    close();
  });

  test('that lacks what this version reads says so instead of failing on SQL', () => {
    const { directory, database } = filled();
    const db = new Database(database);
    db.exec(`ALTER TABLE run RENAME TO search; PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    expect(() => openReadable(directory)).toThrow(refusal('workspace.newer', /newer version/, database));
  });
});

describe('a damaged database', () => {
  const damages: readonly (readonly [string, (database: string) => void])[] = [
    ['with a header of something else', (database) => writeFileSync(database, 'hello '.repeat(2000))],
    ['that was emptied', (database) => truncateSync(database, 0)],
    ['that was cut off', (database) => truncateSync(database, 5 * 4096)],
    ['that is gone while its checkpoints are there', (database) => rmSync(database)],
    [
      'of another program',
      (database) => {
        rmSync(database);
        new Database(database).exec('CREATE TABLE bookmark (url)').close();
      },
    ],
  ];
  test.each(damages)('%s is named, and nothing is deleted or changed', (_what, damage) => {
    const { directory, database } = filled();
    damage(database);
    const before = contents(directory);
    expect(() => openWorkspace(directory)).toThrow(refusal('workspace.corrupt', /Nothing was deleted/, database));
    expect({ [database]: '', ...contents(directory) }).toEqual({ [database]: '', ...before });
    // The failed start left no lock behind.
    expect(() => openWorkspace(directory)).toThrow(expect.objectContaining({ code: 'workspace.corrupt' }));
  });

  test('with a flipped page is found by the start after a session that died, again and again', () => {
    const { directory, database, checkpoints } = filled();
    const bytes = readFileSync(database);
    bytes.fill(0xff, 4096 * 3, 4096 * 4);
    writeFileSync(database, bytes);
    writeFileSync(join(directory, 'lock.json'), '{"pid":1}');
    for (let start = 0; start < 2; start += 1) {
      expect(() => openWorkspace(directory)).toThrow(refusal('workspace.corrupt', /Nothing was deleted/, database));
    }
    expect(readdirSync(checkpoints)).toHaveLength(1);
  });
});

describe('a folder that cannot be written', () => {
  test('below a file is named, and nothing is made', () => {
    const file = temporaryFolder('file');
    writeFileSync(file, 'mine');
    const directory = join(file, 'workspace');
    expect(() => openWorkspace(directory)).toThrow(refusal('workspace.readonly', /cannot be written/, directory));
    expect(() => openWorkspace(file)).toThrow(refusal('workspace.readonly', /cannot be written/, file));
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  // The superuser may write everywhere; without these two capabilities permissions hold for it as
  // for everybody.
  const isRoot = process.getuid?.() === 0;
  const asAnybody = ['setpriv', '--inh-caps=-all', '--bounding-set=-dac_override,-dac_read_search'];
  const canTry = !isRoot || spawnSync(asAnybody[0] ?? '', [...asAnybody.slice(1), 'true']).status === 0;
  const script = fileURLToPath(new URL('../support/attempt-open.ts', import.meta.url));
  const attempt = (directory: string, how: 'write' | 'read'): unknown => {
    const [command = '', ...args] = [...(isRoot ? asAnybody : []), process.execPath, script, directory, how];
    const child = spawnSync(command, args, { encoding: 'utf8' });
    if (child.error) throw child.error;
    return JSON.parse(child.stdout || JSON.stringify({ message: child.stderr }));
  };
  const skipReason = 'the superuser may write everywhere, and setpriv cannot take that away here';
  const onUnix = process.platform !== 'win32';

  test.runIf(onUnix)(
    'is refused for writing in words, unchanged, whether new or filled, and for reading too',
    (context) => {
      if (!canTry) context.skip(skipReason);
      const { directory } = filled();
      const parent = join(directory, '..');
      chmodSync(parent, 0o555);
      chmodSync(directory, 0o555);
      try {
        const before = contents(directory);
        const readonly = { code: 'workspace.readonly', message: expect.stringMatching(/cannot be written/) };
        expect(attempt(directory, 'write')).toEqual(readonly);
        expect(attempt(join(parent, 'new'), 'write')).toEqual(readonly);
        expect(attempt(directory, 'read')).toEqual({
          ...readonly,
          message: expect.stringMatching(/copy the workspace/),
        });
        expect(contents(directory)).toEqual(before);
      } finally {
        chmodSync(parent, 0o755);
        chmodSync(directory, 0o755);
      }
    },
  );

  test.runIf(onUnix)('says so too where only its database is protected', (context) => {
    if (!canTry) context.skip(skipReason);
    const { directory, database } = filled();
    for (const folder of [join(directory, '..'), directory]) chmodSync(folder, 0o777);
    chmodSync(database, 0o444);
    rmSync(join(directory, 'lock.sqlite'));
    expect(attempt(directory, 'write')).toMatchObject({ code: 'workspace.readonly' });
  });
});

test('a folder where a database already is a folder is named, and nothing is made in it', () => {
  const directory = temporaryFolder();
  mkdirSync(join(directory, DATABASE_FILE), { recursive: true });
  const named = refusal('workspace.foreign', /"workspace\.sqlite" in it is no file/, directory);
  expect(() => openWorkspace(directory)).toThrow(named);
  expect(() => openReadable(directory)).toThrow(named);
  expect(readdirSync(directory)).toEqual([DATABASE_FILE]);
});

test('a session that failed to open can be tried again when the reason is gone', () => {
  const { directory, database, id } = filled();
  const sound = readFileSync(database);
  writeFileSync(database, 'hello '.repeat(2000));
  expect(() => openWorkspace(directory)).toThrow();
  writeFileSync(database, sound);
  const { store, close } = openWorkspace(directory);
  expect(store.trial(id)?.state).toBe('finished');
  expect(store.run('run_1')?.config).toEqual(searchConfig());
  close();
});

test('an opening that fails lets the database go, for writing and for reading', () => {
  const { directory, database } = filled();
  new Database(database).exec('DROP TABLE meta; ALTER TABLE run RENAME TO search').close();
  const closed = closedDatabases();
  for (const [index, open] of [openWorkspace, openReadable].entries()) {
    // Of this version: it is damaged, and no newer one.
    expect(() => open(directory)).toThrow(expect.not.objectContaining({ code: 'workspace.newer' }));
    expect(closed()).toHaveLength(index + 1);
  }
});

test('a reader lets database and folder go: what somebody puts in its place is theirs', () => {
  const { directory, database } = filled();
  const closed = closedDatabases();
  const reader = openReadable(directory);
  reader.close();
  expect(closed()).toEqual([database]);
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  writeFileSync(join(directory, 'thesis.txt'), 'theirs');
  expect(() => openReadable(directory)).toThrow(expect.objectContaining({ code: 'workspace.foreign' }));
});

test('a database that is gone is named with the folder that still holds files', () => {
  const { directory, database, checkpoints } = filled();
  rmSync(database);
  expect(() => openWorkspace(directory)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(`"${checkpoints}" holds files`) }),
  );
});

test('room is kept when it is asked for, and a wish stands for the next opening', () => {
  const workspace = temporaryWorkspace();
  expect(reserveOf(workspace.directory)).toEqual([]);
  workspace.keepReserve();
  expect(reserveOf(workspace.directory)).toEqual(['reserve-1', 'reserve-2']);
  workspace.wish({ salvage: true });
  workspace.close();
  const next = openWorkspace(workspace.directory);
  expect(next.recovery?.what).toBe('salvaged');
  next.close();
});

test('an arrival that fails leaves no file that no row names', async () => {
  const { directory, files, takeIn } = temporaryWorkspace();
  adoptText(files, 'arrived.bin', 'weights of nobody');
  const staged = join(directory, 'tmp', 'missing');
  await expect(takeIn({ staged, runs: ['run_1'], folders: [] })).rejects.toThrow();
  expect(readdirSync(files.folders.checkpoints)).toEqual([]);
});

test('what is written together stands or falls together, and the connection is as it was', () => {
  const { store, together } = temporaryWorkspace();
  const half = () =>
    together(() => {
      store.startTrial(withTrial(store).id);
      throw new Error('the source of the import ended early');
    });
  expect(half).toThrow('ended early');
  expect(store.runs().total).toBe(0);
  together(() => store.startTrial(withTrial(store).id));
  expect(store.trial('run_1-0000')?.state).toBe('running');
  expect(store.check()).toEqual([]);
});

test('while another connection makes the database smaller a write is refused at once, and passes later', async () => {
  const { store, whileCompacting, directory } = temporaryWorkspace();
  withTrial(store);
  await whileCompacting(async () => {
    expect(() => store.setRunNote('run_1', 'now')).toThrow(expect.objectContaining({ code: 'workspace.busy' }));
    expect(store.run('run_1')?.name).toBe('Quick search');
    compactDatabase(join(directory, DATABASE_FILE));
  });
  store.setRunNote('run_1', 'then');
  expect(store.runNote('run_1')).toBe('then');
  expect(store.check()).toEqual([]);
});

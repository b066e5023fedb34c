/**
 * A disk that loses what was not flushed. The calls that change files, and the statements of
 * SQLite, are watched while some work is done in a folder; after each of them stands what the disk
 * would be sure to keep, and what it may keep or lose. The model is the strict one of POSIX:
 *
 * - bytes of a file are kept from its fsync on; before, they may be there, be the old ones, be
 *   torn, or be none;
 * - a name (made, changed, gone) is kept from the fsync of its folder on; before, each name may be
 *   as at any moment since. A file that is renamed is never without both of its names; within one
 *   folder it never has both;
 * - SQLite flushes what it commits at `synchronous = FULL`, and what it carries over from its log;
 *   of commits at NORMAL the last ones may be lost, and the end of its log may be torn. It flushes
 *   the names of the database and its log, too.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';

/** Of a file or folder, for as long as it lives: its number alone is given to others after it. */
export type Key = string;
export type Names = ReadonlyMap<string, Key>;

export interface Tree {
  readonly root: Key;
  /** Folders by their keys. */
  readonly folders: ReadonlyMap<Key, Names>;
  readonly bytes: ReadonlyMap<Key, Buffer>;
}

/** A database with its log: contents that belong together. */
export type Pair = ReadonlyMap<Key, Buffer>;

/** What may be left after a power cut at one moment. */
export interface Moment {
  /** The call before it. */
  readonly step: string;
  /** What had been acknowledged by then. */
  readonly acknowledged: readonly string[];
  readonly live: Tree;
  readonly kept: Tree;
  /** That are, or were. */
  readonly folders: ReadonlySet<Key>;
  /** Values that names have had since their folder was flushed, the kept one not among them;
   * undefined: no such name. */
  readonly pending: ReadonlyMap<Key, ReadonlyMap<string, readonly (Key | undefined)[]>>;
  /** For each open database the contents that it may have, the kept one first. */
  readonly databases: readonly (readonly Pair[])[];
}

const FILE_CALLS = [
  ...['fsyncSync', 'renameSync', 'rmSync', 'rmdirSync', 'unlinkSync', 'copyFileSync', 'writeFileSync', 'mkdirSync'],
  ...['cpSync', 'closeSync'],
] as const;
/** Nobody reads a lock after a power cut, and reading it here would open it. */
const NOT_READ = /^lock\.sqlite/;
const IS_DATABASE = /\.sqlite(-wal)?(\.partial)?$/;
const CANDIDATES = 6;
const READS = /^\s*(SELECT|WITH|PRAGMA|pragma [a-z_]+(\(\d+\))?$)/;

type Call = (...args: unknown[]) => unknown;

/** Does the work in `disk` and tells after each step, and at each acknowledgement, what a power cut
 * would leave. */
export async function watchDisk(
  disk: string,
  work: (acknowledge: (what: string) => void) => void | Promise<void>,
): Promise<readonly Moment[]> {
  const moments: Moment[] = [];
  const acknowledged: string[] = [];
  const real = { ...fs };
  const descriptors = new Map<Key, number>();
  const seen = new Map<Key, { readonly facts: string; readonly bytes: Buffer }>();
  const keptBytes = new Map<Key, Buffer>();
  const keptNames = new Map<Key, Map<string, Key>>();
  const pending = new Map<Key, Map<string, (Key | undefined)[]>>();
  const databases = new Map<string, { observed: Pair; candidates: Pair[] }>();
  const everFolders = new Set<Key>();
  let live = scan();
  for (const [folder, names] of live.folders) keptNames.set(folder, new Map(names));
  for (const [key, bytes] of live.bytes) keptBytes.set(key, bytes);

  function keyOf(facts: fs.BigIntStats): Key {
    return `${facts.ino}-${facts.birthtimeNs}`;
  }

  /** SQLite loses its locks where anybody closes a file of its: such descriptors stay open. */
  function read(path: string, key: Key, facts: fs.BigIntStats): Buffer {
    if (facts.size === 0n || NOT_READ.test(basename(path))) return Buffer.alloc(0);
    const stamp = `${facts.size} ${facts.mtimeNs} ${facts.ctimeNs}`;
    const before = seen.get(key);
    if (before?.facts === stamp) return before.bytes;
    let bytes: Buffer;
    if (IS_DATABASE.test(path)) {
      const descriptor = descriptors.get(key) ?? real.openSync(path, 'r');
      descriptors.set(key, descriptor);
      bytes = Buffer.alloc(Number(facts.size));
      bytes = bytes.subarray(0, real.readSync(descriptor, bytes, 0, bytes.length, 0));
    } else bytes = real.readFileSync(path);
    if (before?.bytes.equals(bytes)) bytes = before.bytes;
    seen.set(key, { facts: stamp, bytes });
    return bytes;
  }

  function scan(): Tree {
    const folders = new Map<Key, Names>();
    const bytes = new Map<Key, Buffer>();
    const visit = (path: string): Key | undefined => {
      const facts = real.lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (facts === undefined) return undefined;
      const key = keyOf(facts);
      if (!facts.isDirectory()) {
        bytes.set(key, read(path, key, facts));
        return key;
      }
      const names = new Map<string, Key>();
      for (const name of real.readdirSync(path)) {
        // SQLite makes its index of the log anew.
        const child = name.endsWith('-shm') ? undefined : visit(join(path, name));
        if (child !== undefined) names.set(name, child);
      }
      folders.set(key, names);
      everFolders.add(key);
      return key;
    };
    return { root: visit(disk) ?? '', folders, bytes };
  }

  /** Values that names have had, and lost again, since their folder was flushed. */
  function look(): void {
    const next = scan();
    for (const [folder, names] of next.folders) {
      const before = live.folders.get(folder) ?? new Map<string, Key>();
      const changes = pending.get(folder) ?? new Map<string, (Key | undefined)[]>();
      pending.set(folder, changes);
      for (const name of new Set([...before.keys(), ...names.keys()])) {
        const value = names.get(name);
        if (before.get(name) !== value) changes.set(name, [...(changes.get(name) ?? []), value]);
      }
    }
    live = next;
  }

  function flushed(descriptor: number): void {
    const facts = real.fstatSync(descriptor, { bigint: true });
    const key = keyOf(facts);
    const names = live.folders.get(key);
    if (names !== undefined) {
      keptNames.set(key, new Map(names));
      pending.delete(key);
    }
    const bytes = live.bytes.get(key);
    if (bytes !== undefined) keptBytes.set(key, bytes);
  }

  function pairOf(file: string): Pair {
    const names = live.folders.get(folderOf(file) ?? '');
    const keys = ['', '-wal'].flatMap((suffix) => names?.get(basename(file) + suffix) ?? []);
    return new Map(keys.map((key) => [key, live.bytes.get(key) ?? Buffer.alloc(0)]));
  }

  function folderOf(file: string): Key | undefined {
    const facts = real.lstatSync(dirname(file), { bigint: true, throwIfNoEntry: false });
    return facts && keyOf(facts);
  }

  /** Names of the database and of its log. */
  function keepNames(file: string): void {
    const folder = folderOf(file);
    if (folder === undefined) return;
    for (const suffix of ['', '-wal']) {
      const name = basename(file) + suffix;
      const key = live.folders.get(folder)?.get(name);
      if (key === undefined) continue;
      const names = keptNames.get(folder) ?? new Map<string, Key>();
      keptNames.set(folder, names.set(name, key));
      pending.get(folder)?.delete(name);
    }
  }

  function keep(file: string, pair: Pair): void {
    for (const [key, bytes] of pair) keptBytes.set(key, bytes);
    keepNames(file);
  }

  /** Before the first statement of a connection. */
  function meet(db: Database.Database): void {
    if (db.memory || db.readonly || !db.name.startsWith(disk) || databases.has(db.name)) return;
    look();
    const observed = pairOf(db.name);
    databases.set(db.name, { observed, candidates: [keptOf(observed)] });
  }

  const keptOf = (pair: Pair): Pair =>
    new Map([...pair.keys()].map((key) => [key, keptBytes.get(key) ?? Buffer.alloc(0)]));

  /** After a statement: what a commit has kept, or may have. */
  function commit(db: Database.Database): void {
    const group = databases.get(db.name);
    if (group === undefined || db.inTransaction || !db.open) return;
    const pair = pairOf(db.name);
    if (isSame(pair, group.observed)) return;
    const level = Number(Reflect.apply(pragma, db, ['synchronous', { simple: true }]));
    const wasCarried = isCarried(db.name, pair, group.observed);
    group.observed = pair;
    if (level === 0) group.candidates.splice(1, Infinity, pair);
    else if (level >= 2 || wasCarried) {
      keep(db.name, pair);
      group.candidates = [pair];
    } else {
      if (group.candidates.length >= CANDIDATES) group.candidates.splice(1, 1);
      group.candidates.push(pair);
    }
  }

  /** With a log, the database itself changes only when the log is carried over, which flushes
   * both. */
  function isCarried(file: string, pair: Pair, before: Pair): boolean {
    const names = live.folders.get(folderOf(file) ?? '');
    const [key, log] = [names?.get(basename(file)) ?? '', names?.get(`${basename(file)}-wal`)];
    return log !== undefined && before.has(log) && pair.get(key) !== before.get(key);
  }

  /** The last connection carries its log over and removes it. */
  function closed(file: string, level: number): void {
    const group = databases.get(file);
    if (group === undefined) return;
    const names = live.folders.get(folderOf(file) ?? '');
    const pair = pairOf(file);
    if (names?.has(`${basename(file)}-wal`)) return commitOnClose(group, pair);
    if (level > 0 && !isSame(pair, group.observed)) keep(file, pair);
    databases.delete(file);
  }

  const commitOnClose = (group: { observed: Pair }, pair: Pair): void => void (group.observed = pair);

  function take(step: string): void {
    moments.push({
      step,
      acknowledged: [...acknowledged],
      live,
      folders: everFolders,
      kept: {
        root: live.root,
        folders: new Map([...keptNames].map(([key, names]) => [key, new Map(names)])),
        bytes: new Map(keptBytes),
      },
      pending: new Map([...pending].map(([key, changes]) => [key, new Map(changes)])),
      databases: [...databases.values()].map(({ candidates }) => [...candidates]),
    });
  }

  let busy = false;
  /** A call within a call, or one of this file's, is no step. */
  function outermost<T>(act: () => T): T | undefined {
    if (busy) return undefined;
    busy = true;
    try {
      return act();
    } finally {
      busy = false;
    }
  }

  const undo: (() => void)[] = [];
  function watch(
    owner: object,
    name: string,
    around: (call: () => unknown, self: unknown, args: unknown[]) => unknown,
  ) {
    const original = Reflect.get(owner, name) as Call; // a method that is there
    Reflect.set(owner, name, function watched(this: unknown, ...args: unknown[]): unknown {
      const call = (): unknown => Reflect.apply(original, this, args);
      return busy ? call() : around(call, this, args);
    });
    undo.push(() => Reflect.set(owner, name, original));
  }
  const said = (name: string, args: readonly unknown[]): string =>
    `${name} ${args.filter((arg) => typeof arg === 'string').map((arg) => arg.replaceAll(disk, ''))}`;

  for (const name of FILE_CALLS) {
    watch(fs, name, (call, _self, args) => {
      const result = call();
      outermost(() => {
        look();
        if (name === 'fsyncSync') flushed(Number(args[0]));
        if (name !== 'closeSync') take(said(name, args));
      });
      return result;
    });
  }
  const handle = await fs.promises.open(disk, 'r');
  watch(Reflect.getPrototypeOf(handle) ?? {}, 'sync', async (call, self) => {
    await call();
    const { fd } = self as fs.promises.FileHandle; // its own method is called
    outermost(() => {
      look();
      flushed(fd);
      take('sync');
    });
  });
  await handle.close();

  const probe = new Database(':memory:');
  const statement = Reflect.getPrototypeOf(probe.prepare('SELECT 1')) ?? {};
  probe.close();
  const { pragma } = Database.prototype;
  const after = (db: Database.Database, step: string): void => {
    if (db.memory || db.inTransaction || READS.test(step)) return;
    outermost(() => {
      look();
      if (!db.readonly) commit(db);
      take(step);
    });
  };
  for (const name of ['run', 'get', 'all']) {
    watch(statement, name, (call, self) => {
      const result = call();
      const { database, source } = self as Database.Statement; // its own method is called
      after(database, source.slice(0, 60));
      return result;
    });
  }
  for (const name of ['prepare', 'exec', 'pragma']) {
    watch(Database.prototype, name, (call, self, args) => {
      const db = self as Database.Database; // its own method is called
      outermost(() => meet(db));
      const result = call();
      if (name !== 'prepare') after(db, said(name, args));
      return result;
    });
  }
  watch(Database.prototype, 'close', (call, self) => {
    const db = self as Database.Database; // its own method is called
    const [isOpen, file] = [db.open, db.name];
    const level = isOpen ? Number(Reflect.apply(pragma, db, ['synchronous', { simple: true }])) : 0;
    const result = call();
    outermost(() => {
      look();
      if (isOpen && !db.readonly) closed(file, level);
      take(`close ${basename(file)}`);
    });
    return result;
  });
  syncBuiltinESMExports();
  try {
    await work((what) => {
      acknowledged.push(what);
      outermost(() => {
        look();
        take(`acknowledged ${what}`);
      });
    });
  } finally {
    for (const restore of undo) restore();
    syncBuiltinESMExports();
    for (const descriptor of descriptors.values()) fs.closeSync(descriptor);
  }
  return moments;
}

function isSame(left: Pair, right: Pair): boolean {
  return left.size === right.size && [...left].every(([key, bytes]) => right.get(key)?.equals(bytes) === true);
}

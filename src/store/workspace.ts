/**
 * A workspace is a folder: its database, its checkpoint files, its lock. `openWorkspace` is the one
 * writer's way in, `openReadable` everyone else's.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stampOf, sweepPartials } from './upkeep/backup.ts';
import {
  newer,
  openDatabase,
  openDatabaseReadonly,
  SCHEMA_VERSION,
  schemaVersion,
  transact,
  whileResting,
  type Connection,
} from './database.ts';
import { makeFolder } from './disk.ts';
import { corrupt, inWordsOf, toWorkbenchError } from './errors.ts';
import { makeFolders, storedFiles, workspaceFiles, type StoredFiles, type WorkspaceFiles } from './files.ts';
import { publishArrived, takeIn, type Arrival } from './passage/incoming.ts';
import { acquireLock, type Lock } from './lock.ts';
import { migrate, openInMemory } from './migrate.ts';
import { assertOurs, DATABASE_FILE, markOpen } from './ownership.ts';
import { busy, settle } from './passage/passage.ts';
import { grantWish, wishRecovery, type Recovery, type Wish } from './upkeep/recovery.ts';
import { mendRows, putAside, type Mend } from './upkeep/repair.ts';
import { keepReserve, makingRoom, withReserve } from './upkeep/reserve.ts';
import { readRunRecords, type RunRecord } from './rows/run-records.ts';
import { createReadableStore, createSqliteStore, quickCheck } from './sqlite-store.ts';
import type { ReadableStore, WritableStore } from './store.ts';

export { DATABASE_FILE } from './ownership.ts';

export interface Workspace {
  readonly directory: string;
  readonly store: WritableStore;
  readonly files: WorkspaceFiles;
  /** All that `work` writes into the store, as one durable transaction: for imports, which write
   * thousands of records. */
  together<T>(work: () => T): T;
  /**
   * Passes runs from an archive in, all or none of them. Until all of them is here they are nobody
   * else's: what would change such a run throws `workspace.busy`. Arrivals wait for each other and
   * for a compaction, as that does for them.
   */
  takeIn(arrival: Arrival): Promise<void>;
  /** While `compact` has the database to itself, every write is refused with `workspace.busy`. */
  whileCompacting<T>(compact: () => Promise<T>): Promise<T>;
  /** What this opening has put back or saved, as it was asked to; `mend` what no longer agrees with
   * it. */
  readonly recovery: Recovery | undefined;
  /**
   * As one durable transaction; files that no row names then are put aside. What was done, a
   * sentence each. Throws `workspace.busy` while runs are taken in.
   */
  mend(mends: readonly Mend[]): readonly string[];
  /** Granted by the next opening: throws where it cannot be. */
  wish(wish: Wish): void;
  /** Keeps room for a day when the disk is full, where there is some. */
  keepReserve(): void;
  /** Removes what no row names, closes the database and lets the lock go. A second call does
   * nothing. */
  close(): void;
}

export interface ReadableWorkspace {
  readonly directory: string;
  readonly store: ReadableStore;
  readonly files: StoredFiles;
  /** One state of all rows while `work` reads: `records` gives those of a run. Throws
   * `workspace.newer` where it cannot know them. */
  together<T>(work: (records: (runId: string) => Iterable<RunRecord>) => T): T;
  close(): void;
}

export interface WorkspaceOptions {
  readonly now?: () => Date;
}

/**
 * Makes the folder when absent. Throws `workspace.foreign`, `workspace.busy`, `workspace.readonly`,
 * `workspace.newer`, `workspace.corrupt` or `disk.full`; then nothing was changed, and nothing is
 * ever deleted that rows might name. The start sweep of the rows (`store.sweep`) is the caller's,
 * who wants its report.
 */
export function openWorkspace(directory: string, { now = () => new Date() }: WorkspaceOptions = {}): Workspace {
  const root = resolve(directory);
  assertOurs(root);
  inWordsOf(root, () => makeFolder(root));
  const lock = withReserve(root, () => acquireLock(root));
  try {
    const recovery = grantWish(root, join(root, DATABASE_FILE), storedFiles(root), now);
    return withReserve(root, () => openLocked(root, lock, recovery, now));
  } catch (error) {
    // The next start still has to look for damage.
    lock.release(!lock.previousDied);
    throw error;
  }
}

function openLocked(root: string, lock: Lock, recovery: Recovery | undefined, now: () => Date): Workspace {
  const file = join(root, DATABASE_FILE);
  const stored = storedFiles(root);
  const db = openDatabase(file, (found) => assertWhole(found, file, stored, lock.previousDied));
  try {
    inWordsOf(file, () => {
      makeFolders(stored);
      sweepPartials(stored.folders.backups);
      const isNew = schemaVersion(db) === 0;
      migrate(db, { backups: stored.folders.backups, now });
      // The header of the file itself says whose it is, also after a kill.
      if (isNew) db.pragma('wal_checkpoint(TRUNCATE)');
    });
    publishArrived(db, root);
    transact(db, 'full', () => settle(db));
    const fence = nextFence(db);
    const store = makingRoom(createSqliteStore(db, { fence, now }), root);
    const files = workspaceFiles(stored, fence);
    const sweep = () => files.sweepOrphans(store.storedFiles());
    sweep();
    const leave = markOpen(root);
    let open = true;
    const inTurn = createTurns();
    return {
      directory: root,
      store,
      files,
      together: (work) => transact(db, 'full', work),
      takeIn: (arrival) =>
        inTurn(async () => {
          try {
            await takeIn(db, root, stored, arrival);
          } catch (error) {
            if (open) sweep();
            throw error;
          }
        }),
      whileCompacting: (compact) => inTurn(() => whileResting(db, compact)),
      recovery,
      mend: (mends) => {
        if (store.passage().arriving.length > 0) throw busy(file, 'Runs are being taken in from a file');
        const done = transact(db, 'full', () => mendRows(db, mends, now().toISOString()));
        const { orphans, strangers } = stored.unnamed(store.storedFiles());
        // A row that is gone now says of a file that it was ours, whatever is in it.
        const isNamed = ({ what }: Mend): boolean => what === 'checkpoint' || what === 'supernet';
        const changed = new Set(mends.flatMap((mend) => (isNamed(mend) && 'file' in mend ? [mend.file] : [])));
        const lost = strangers.filter((file) => changed.has(file));
        putAside(stored, [...orphans, ...lost], stampOf(now()));
        return done;
      },
      wish: (wish) => wishRecovery(root, stored, wish),
      keepReserve: () => keepReserve(root),
      close: () => {
        if (!open) return;
        open = false;
        try {
          sweep();
        } finally {
          store.close();
          lock.release(true);
          leave();
        }
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** One piece of work after the other, in the order in which they came. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

/** Before anything is swept: a database that lost its rows would make every checkpoint an
 * orphan. */
function assertWhole(db: Connection, file: string, stored: StoredFiles, previousDied: boolean): void {
  if (schemaVersion(db) === 0) {
    if (stored.unnamed([]).orphans.length > 0) {
      throw corrupt(file, `it is empty or missing although "${stored.folders.checkpoints}" holds files`);
    }
    return;
  }
  const damage = previousDied ? quickCheck(db) : undefined;
  if (damage) throw corrupt(file, damage);
}

/** The session's number and a few random letters, on disk before it is used: no two sessions share
 * a fence. */
function nextFence(db: Connection): string {
  const number = transact(db, 'full', () =>
    db
      .prepare<[], string>(
        `INSERT INTO meta (key, value) VALUES ('session', '1')
         ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) RETURNING value`,
      )
      .pluck()
      .get(),
  );
  return `s${String(number).padStart(6, '0')}-${randomBytes(3).toString('hex')}`;
}

/**
 * For reading, beside a writer if there is one. A folder that holds no workspace yet reads as an
 * empty one; one of an older version is brought up to date first, which takes the lock for a
 * moment; one of a newer version is read as it is. Throws `workspace.foreign` for a folder of
 * somebody else.
 */
export function openReadable(directory: string): ReadableWorkspace {
  const root = resolve(directory);
  assertOurs(root);
  const file = join(root, DATABASE_FILE);
  const files = storedFiles(root);
  const isThere = existsSync(file);
  const db = isThere ? openDatabaseReadonly(file) : openInMemory();
  try {
    const version = inWordsOf(file, () => schemaVersion(db));
    if (version < SCHEMA_VERSION) {
      db.close();
      openWorkspace(root).close();
      return openReadable(root);
    }
    const store = readStore(db, file, version);
    const leave = isThere ? markOpen(root) : () => {};
    return {
      directory: root,
      store,
      files,
      together: (work) => {
        if (version > SCHEMA_VERSION) throw newer(file, version);
        return inWordsOf(file, () => db.transaction(() => work((runId) => readRunRecords(db, runId)))());
      },
      close: () => {
        db.close();
        leave();
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

function readStore(db: Connection, file: string, version: number): ReadableStore {
  try {
    return createReadableStore(db);
  } catch (error) {
    // A newer schema lacks something that this version reads.
    throw version > SCHEMA_VERSION ? newer(file, version) : toWorkbenchError(error, file);
  }
}

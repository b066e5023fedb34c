/**
 * Putting a copy back, and saving what is left of a damaged database. Both are wishes: written down
 * first, granted by the next opening of the workspace, before anything else, and forgotten when
 * done. So they need no session, and a kill in between is made good by the opening after it.
 * Nothing is deleted: what stood in the place is kept in `backups`, files too.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WorkbenchError } from '../../core/errors.ts';
import { backUp, isRestorable, keepDamaged, listAsides, listBackups, settleCopy, stampOf } from './backup.ts';
import { closing, newer, openDatabaseReadonly, SCHEMA_VERSION, schemaVersion, type Connection } from '../database.ts';
import { flushFile, flushFolder, makeFolder, move, writeWhole } from '../disk.ts';
import { corrupt, inWordsOf } from '../errors.ts';
import { storedFiles, type StoredFiles } from '../files.ts';
import { acquireLock } from '../lock.ts';
import { assertOurs, RECOVERED_FILE, SALVAGE_FOLDER, WISH_FILE } from '../ownership.ts';
import { putAside } from './repair.ts';
import { withReserve } from './reserve.ts';
import { salvage } from './salvage.ts';
import { quickCheck } from '../sqlite-store.ts';
import { supernetReader } from '../rows/supernets.ts';

export type Wish = { readonly restore: string } | { readonly salvage: true };

/** What granting a wish came to. */
export interface Recovery {
  readonly what: 'restored' | 'salvaged';
  /** The copy that was put back, or what was saved of. */
  readonly from: string;
  /** In `backups`: what stood in its place. */
  readonly kept: string;
  /** Rows that were saved, and places that could not be read. */
  readonly rows?: number;
  readonly unreadable?: number;
  /** Names of runs that were on their way in or out when the copy was made. */
  readonly leftOut?: readonly string[];
}

/** Throws where the copy is not there, is damaged, or is of a newer version; then nothing is wished
 * for. */
export function wishRecovery(root: string, files: StoredFiles, wish: Wish): void {
  if ('restore' in wish) assertRestorable(files, wish.restore);
  const place = join(root, WISH_FILE);
  inWordsOf(place, () => writeWhole(place, JSON.stringify(wish)));
}

/** For a workspace that cannot be opened. Throws as above, and `workspace.busy` where another
 * program has it. */
export function wishFor(directory: string, wish: Wish): void {
  const root = resolve(directory);
  assertOurs(root);
  const lock = acquireLock(root);
  try {
    wishRecovery(root, storedFiles(root), wish);
  } finally {
    lock.release(!lock.previousDied);
  }
}

/** The copy that the next opening is to put back. */
export function wishedCopy(root: string): string | undefined {
  const wish = readWish(root);
  return wish !== undefined && 'restore' in wish ? wish.restore : undefined;
}

/** With the workspace's lock held and its database closed. */
export function grantWish(root: string, database: string, files: StoredFiles, now: () => Date): Recovery | undefined {
  const wish = readWish(root);
  if (wish === undefined) return undefined;
  const at = now();
  try {
    makeFolder(files.folders.backups);
    // Here, since an opening that is tried again with more room finds the wish forgotten.
    return withReserve(root, () => {
      // SQLite would play the log of one that was cut off into the next.
      removeIncoming(root);
      return 'restore' in wish
        ? restore(root, database, files, wish.restore, at)
        : saveWhatIsLeft(root, database, files, at);
    });
  } finally {
    // What cannot be granted is not tried again at every start; what stood there still stands.
    removeIncoming(root);
    rmSync(join(root, WISH_FILE), { force: true });
    // Or it would be granted again after what is done from now on.
    flushFolder(root);
  }
}

function removeIncoming(root: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(root, `${RECOVERED_FILE}${suffix}`), { force: true });
}

function readWish(root: string): Wish | undefined {
  try {
    const wish: unknown = JSON.parse(readFileSync(join(root, WISH_FILE), 'utf8'));
    if (typeof wish !== 'object' || wish === null) return undefined;
    if ('restore' in wish && typeof wish.restore === 'string') return { restore: wish.restore };
    return 'salvage' in wish ? { salvage: true } : undefined;
  } catch {
    // None was made: it comes into place whole.
    return undefined;
  }
}

function restore(root: string, database: string, files: StoredFiles, name: string, at: Date): Recovery {
  const file = assertRestorable(files, name);
  const kept = keepPresent(database, files, at);
  const incoming = join(root, RECOVERED_FILE);
  const leftOut = inWordsOf(incoming, () => {
    copyFileSync(file, incoming);
    // A copy of a version before may hold runs that were not whole.
    return settleCopy(incoming);
  });
  takePlace(root, database, files, at);
  return { what: 'restored', from: name, kept, ...(leftOut.length > 0 && { leftOut }) };
}

function saveWhatIsLeft(root: string, database: string, files: StoredFiles, at: Date): Recovery {
  if (!existsSync(database)) throw corrupt(database, 'there is nothing to save');
  const kept = keepDamaged(database, files.folders.backups, at);
  const work = join(files.folders.tmp, SALVAGE_FOLDER);
  rmSync(work, { recursive: true, force: true });
  try {
    const source = join(work, 'damaged.sqlite');
    inWordsOf(work, () => {
      mkdirSync(work, { recursive: true });
      for (const suffix of ['', '-wal']) {
        const part = join(files.folders.backups, `${kept}${suffix}`);
        if (existsSync(part)) copyFileSync(part, `${source}${suffix}`);
      }
    });
    const incoming = join(root, RECOVERED_FILE);
    const saved = salvage(source, incoming);
    takePlace(root, database, files, at);
    return { what: 'salvaged', from: kept, kept, ...saved };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Path of the copy. */
function assertRestorable({ folders }: StoredFiles, name: string): string {
  const known = listBackups(folders.backups);
  const found = known.find((backup) => backup.name === name);
  if (found === undefined || !isRestorable(found)) {
    const names = known.filter(isRestorable).map((backup) => backup.name);
    const there = names.length > 0 ? `There are: ${names.join(', ')}.` : 'There are none yet.';
    throw new WorkbenchError('usage.invalid', `"${name}" is no backup of this workspace. ${there}`, {
      field: 'backup',
    });
  }
  const file = join(folders.backups, name);
  closing(openDatabaseReadonly(file), (db) => {
    const version = inWordsOf(file, () => schemaVersion(db));
    if (version > SCHEMA_VERSION) throw newer(file, version);
    const damage = inWordsOf(file, () => quickCheck(db));
    if (damage !== undefined || version === 0) throw corrupt(file, damage ?? 'it holds no workspace');
  });
  return file;
}

/** Name of what now stands in the database's place, in `backups`: as a copy, or byte by byte where
 * none can be made. */
function keepPresent(database: string, { folders }: StoredFiles, at: Date): string {
  if (!existsSync(database)) return '';
  let db: Connection | undefined;
  try {
    db = openDatabaseReadonly(database);
    if (quickCheck(db) === undefined) {
      return backUp(db, { backups: folders.backups, kind: 'restore', at }).slice(folders.backups.length + 1);
    }
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'disk.full') throw error;
  } finally {
    db?.close();
  }
  return keepDamaged(database, folders.backups, at);
}

/**
 * The incoming database becomes the workspace's. Checkpoint files follow: those that its rows do
 * not name are put aside, or the next sweep would take them; those that they name and that were put
 * aside once are fetched.
 */
function takePlace(root: string, database: string, files: StoredFiles, at: Date): void {
  const incoming = join(root, RECOVERED_FILE);
  const named = checkpointsNamed(incoming);
  inWordsOf(database, () => {
    flushFile(incoming);
    // A log of the old database would be played into the new one; both are on the disk before the
    // wish is forgotten.
    for (const suffix of ['-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
    move(incoming, database);
  });
  // First: whatever goes wrong after it, the next sweep finds nothing to take.
  putAside(files, files.unnamed(named).orphans, stampOf(at));
  fetchBack(
    files,
    named.map(({ file }) => file),
  );
}

function checkpointsNamed(database: string): readonly { readonly file: string }[] {
  return closing(openDatabaseReadonly(database), (db) =>
    inWordsOf(database, () => [
      ...db.prepare<[], { file: string }>('SELECT file FROM checkpoint').all(),
      ...supernetReader(db).supernets(),
    ]),
  );
}

function fetchBack({ folders, pathOf }: StoredFiles, named: readonly string[]): void {
  const asides = listAsides(folders.backups).map(({ name }) => join(folders.backups, name));
  makeFolder(folders.checkpoints);
  // Names of saved rows may be anything: what is looked for is what lies there.
  const wanted = new Set(named);
  for (const folder of asides) {
    for (const name of readdirSync(folder)) {
      const target = wanted.has(name) ? pathOf(name) : undefined;
      if (target === undefined || existsSync(target)) continue;
      inWordsOf(target, () => move(join(folder, name), target));
    }
    // An empty folder is nothing that waits for anybody.
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

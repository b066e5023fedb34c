/**
 * Runs that come from an archive. They are put together in a folder of their own, which is a small
 * workspace without a lock, looked at there, and then passed into the workspace. What a kill leaves
 * half passed the next start takes out again.
 */
import { cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { openDatabase, transact, type Connection } from '../database.ts';
import { flushFile, flushFolder, flushTree, flushTreeNow, makeFolder, move } from '../disk.ts';
import { codeOf, inWordsOf, toWorkbenchError } from '../errors.ts';
import { makeFolders, storedFiles, type StoredFiles } from '../files.ts';
import { migrate } from '../migrate.ts';
import { ARRIVED, ARRIVING, readMark, setMark, takeOut } from './passage.ts';
import { passRun, runRecordWriter, type IncomingRun } from '../rows/run-records.ts';
import { conflict } from '../rules.ts';
import { createReadableStore } from '../sqlite-store.ts';
import type { ReadableStore } from '../store.ts';

const STAGED_DATABASE = 'workspace.sqlite';

export interface Staging {
  readonly store: ReadableStore;
  readonly files: StoredFiles;
  /** All records of a run, or none of it. */
  addRun(run: IncomingRun, records: Iterable<unknown>): void;
  close(): void;
}

/** `directory` is made, and is nobody else's. */
export function openStaging(directory: string, now: () => Date): Staging {
  mkdirSync(directory, { recursive: true });
  const files = storedFiles(directory);
  makeFolders(files);
  const db = openDatabase(join(directory, STAGED_DATABASE));
  // What is half there is thrown away with its folder: nothing need be waited for.
  db.pragma('synchronous = OFF');
  migrate(db, { backups: files.folders.backups, now });
  return {
    store: createReadableStore(db),
    files,
    addRun: (run, records) =>
      transact(db, 'normal', () => {
        const write = runRecordWriter(db, run);
        for (const record of records) write(record);
      }),
    close: () => {
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}

/** What an arrival brings, beside the checkpoints that its rows name. */
export interface Arrival {
  /** Of `openStaging`, closed. */
  readonly staged: string;
  readonly runs: readonly string[];
  /** Folders of the workspace that it does not have yet, such as `teachers/big`: `from` in the
   * staging's folder. */
  readonly folders: readonly { readonly from: string; readonly to: string }[];
}

/** Folders that have come wait in the session's temporary folder: `from` and `to` are relative to
 * the workspace. */
type Waiting = Arrival['folders'];

/**
 * Passes all of it into the workspace, or leaves the workspace as it was. All bytes are flushed
 * first. Rows go in steps, in between of which others are answered; the weights of a step come into
 * place in its own turn, so that what no row names is never on its way. A mark that is on disk
 * before the first step says which runs have to go again where the last one is never reached.
 * Folders come into place when all rows are here: until then nothing has to be taken back from
 * there.
 */
export async function takeIn(db: Connection, root: string, files: StoredFiles, arrival: Arrival): Promise<void> {
  const { staged, runs } = arrival;
  await flushStaged(root, arrival).catch((error: unknown) => {
    throw toWorkbenchError(error, staged);
  });
  const folders = arrival.folders.map(({ from, to }) => ({ from: relative(root, join(staged, from)), to }));
  for (const id of runs) if (isThere(db, id)) throw conflict(`There is a run ${id} already.`);
  assertFree(root, folders);
  transact(db, 'full', () => setMark(db, ARRIVING, { runs }));
  try {
    db.prepare('ATTACH ? AS incoming').run(join(staged, STAGED_DATABASE));
    try {
      for (const id of runs) {
        for (const { from, to, write } of passRun(db, id)) {
          placeWeights(db, files, staged, { id, from, to });
          transact(db, 'normal', write);
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    } finally {
      if (db.open) db.exec('DETACH incoming');
    }
    inWordsOf(root, () => flushFolder(files.folders.checkpoints));
    // In one turn with the folders' coming: nobody else takes their places.
    assertFree(root, folders);
    transact(db, 'full', () => {
      setMark(db, ARRIVING, undefined);
      if (folders.length > 0) setMark(db, ARRIVED, folders);
    });
  } catch (error) {
    // Closed meanwhile, it is taken out by the next start.
    if (db.open) transact(db, 'full', () => takeOut(db, ARRIVING));
    throw error;
  }
  publishArrived(db, root);
}

function assertFree(root: string, folders: Waiting): void {
  for (const { to } of folders) if (existsSync(join(root, to))) throw conflict(`There is "${to}" already.`);
}

async function flushStaged(root: string, { staged, folders }: Arrival): Promise<void> {
  await flushTree(storedFiles(staged).folders.checkpoints);
  for (const { from } of folders) await flushTree(join(staged, from));
  // The way there, too: after a power cut the next start takes folders from here.
  const parents = new Set([staged, ...folders.map(({ from }) => dirname(join(staged, from)))]);
  for (const start of folders.length > 0 ? parents : []) {
    for (let above = start; isInside(root, above); above = dirname(above)) flushFolder(above);
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

interface Part {
  readonly id: string;
  /** Numbers of students, `to` not among them. */
  readonly from: number;
  readonly to: number;
}

/** Files first: a kill before the rows are there leaves orphans. */
function placeWeights(db: Connection, files: StoredFiles, staged: string, part: Part): void {
  // Those of searches come with the run's own row, in the first step.
  const names = db
    .prepare<[Part], string>(
      `SELECT c.file FROM incoming.checkpoint c JOIN incoming.trial t ON t.id = c.trial_id
       WHERE t.run_id = :id AND t.number >= :from AND t.number < :to
       UNION ALL SELECT file FROM incoming.supernet WHERE run_id = :id AND :to = 0`,
    )
    .pluck()
    .all(part);
  const { pathOf } = storedFiles(staged);
  for (const name of names) place(pathOf(name), files.pathOf(name));
}

/** A flushed file in its place in one step; over the border of a disk by way of a copy beside
 * it. */
function place(from: string, to: string): void {
  inWordsOf(to, () => {
    try {
      renameSync(from, to);
    } catch (error) {
      if (!isOverTheBorder(error)) throw error;
      const beside = join(dirname(to), `.${basename(to)}.partial`);
      cpSync(from, beside);
      flushFile(beside);
      renameSync(beside, to);
    }
  });
}

function isOverTheBorder(error: unknown): boolean {
  return codeOf(error) === 'EXDEV';
}

/** What an archive may bring beside runs. A mark may be a stranger's: nothing else is ever
 * touched. */
const UNIT = /^(?:teachers|datasets|replays)\/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}$/;

/**
 * Folders of an arrival whose rows are all here come into their places, in this session or, after a
 * kill, in the next one. What is there already stays, and what waits there no more (in a copy that
 * was put back) is nothing to wait for.
 */
export function publishArrived(db: Connection, root: string): void {
  const mark = readMark(db, ARRIVED);
  if (mark === undefined) return;
  for (const { from, to } of Array.isArray(mark) ? mark.filter(isWaiting) : []) {
    const [source, target] = [join(root, from), join(root, to)];
    const found = lstatSync(source, { throwIfNoEntry: false });
    if (found === undefined || found.isSymbolicLink() || existsSync(target)) continue;
    inWordsOf(target, () => publish(source, target));
  }
  transact(db, 'full', () => setMark(db, ARRIVED, undefined));
}

function publish(source: string, target: string): void {
  makeFolder(dirname(target));
  try {
    move(source, target);
  } catch (error) {
    if (!isOverTheBorder(error)) throw error;
    // Nothing of ours is older here: a copy that was cut off is made anew.
    const beside = join(dirname(target), `.${basename(target)}.partial`);
    rmSync(beside, { recursive: true, force: true });
    cpSync(source, beside, { recursive: true });
    flushTreeNow(beside);
    move(beside, target);
  }
}

function isWaiting(value: unknown): value is Waiting[number] {
  if (typeof value !== 'object' || value === null || !('from' in value) || !('to' in value)) return false;
  const { from, to } = value;
  if (typeof from !== 'string' || typeof to !== 'string' || isAbsolute(from) || !UNIT.test(to)) return false;
  const [first, ...rest] = from.split(/[/\\]/);
  return first === 'tmp' && rest.length > 0 && !rest.includes('..');
}

function isThere(db: Connection, runId: string): boolean {
  return db.prepare<[string]>('SELECT 1 FROM run WHERE id = ?').get(runId) !== undefined;
}

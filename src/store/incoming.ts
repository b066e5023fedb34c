/**
 * Runs that come from an archive. They are put together in a folder of their own, which is a small workspace without a lock,
 * looked at there, and then passed into the workspace. What a kill leaves half passed the next start takes out again.
 */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openDatabase, transact, type Connection } from './database.ts';
import { inWordsOf } from './errors.ts';
import { makeFolders, storedFiles, type StoredFiles } from './files.ts';
import { migrate } from './migrate.ts';
import { passRun, runRecordWriter } from './run-records.ts';
import type { IncomingRun } from './run-records.ts';
import { conflict } from './rules.ts';
import { createReadableStore } from './sqlite-store.ts';
import type { ReadableStore } from './store.ts';

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
  /** Folders of the workspace that it does not have yet, such as `teachers/big`: `from` in the staging's folder. */
  readonly folders: readonly { readonly from: string; readonly to: string }[];
}

const MARK = 'arriving';

interface Mark {
  readonly runs: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Passes all of it into the workspace, or leaves the workspace as it was. It goes in steps, in between of which others are
 * answered; a mark that is on disk before the first says what has to go again where the last one is never reached.
 */
export async function takeIn(db: Connection, root: string, files: StoredFiles, arrival: Arrival): Promise<void> {
  const { staged, runs, folders } = arrival;
  const mark: Mark = { runs, folders: folders.map(({ to }) => to) };
  for (const id of runs) if (isThere(db, id)) throw conflict(`There is a run ${id} already.`);
  for (const { to } of folders) if (existsSync(join(root, to))) throw conflict(`There is "${to}" already.`);
  transact(db, 'full', () => setMark(db, mark));
  try {
    for (const { from, to } of folders) place(join(staged, from), join(root, to));
    db.prepare('ATTACH ? AS incoming').run(join(staged, STAGED_DATABASE));
    try {
      for (const id of runs) {
        placeWeights(db, files, staged, id);
        for (const step of passRun(db, id)) {
          transact(db, 'normal', step);
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    } finally {
      db.exec('DETACH incoming');
    }
    transact(db, 'full', () => setMark(db, undefined));
  } catch (error) {
    undoArrival(db, root);
    throw error;
  }
}

/** Files first: a kill before the rows are there leaves orphans. */
function placeWeights(db: Connection, files: StoredFiles, staged: string, runId: string): void {
  const names = db
    .prepare<[string], string>(
      'SELECT c.file FROM incoming.checkpoint c JOIN incoming.trial t ON t.id = c.trial_id WHERE t.run_id = ?',
    )
    .pluck()
    .all(runId);
  const { pathOf } = storedFiles(staged);
  for (const name of names) place(pathOf(name), files.pathOf(name));
}

/** A folder or file in its place in one step; over the border of a disk by way of a copy beside it. */
function place(from: string, to: string): void {
  inWordsOf(to, () => {
    mkdirSync(dirname(to), { recursive: true });
    try {
      renameSync(from, to);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
      const beside = join(dirname(to), `.${basename(to)}.partial`);
      cpSync(from, beside, { recursive: true });
      renameSync(beside, to);
    }
  });
}

/** Takes out again what an arrival that never came to its end had brought. Checkpoints without rows are swept as orphans. */
export function undoArrival(db: Connection, root: string): void {
  const text = db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(MARK);
  if (text === undefined) return;
  // Sound: written below from a mark.
  const { runs, folders } = JSON.parse(text) as Mark;
  for (const folder of folders) rmSync(join(root, folder), { recursive: true, force: true });
  transact(db, 'full', () => {
    const remove = db.prepare<[string]>('DELETE FROM run WHERE id = ?');
    for (const id of runs) remove.run(id);
    setMark(db, undefined);
  });
}

function isThere(db: Connection, runId: string): boolean {
  return db.prepare<[string]>('SELECT 1 FROM run WHERE id = ?').get(runId) !== undefined;
}

function setMark(db: Connection, mark: Mark | undefined): void {
  if (mark === undefined) db.prepare<[string]>('DELETE FROM meta WHERE key = ?').run(MARK);
  else db.prepare<[string, string]>('INSERT INTO meta (key, value) VALUES (?, ?)').run(MARK, JSON.stringify(mark));
}

/**
 * Copies of the database in the workspace's folder `backups`: a rolling one a day, and one before
 * everything that could go wrong. `VACUUM INTO` makes them: it reads one state while others write,
 * and refuses a damaged database, so that no sound copy ever gives way to a damaged one. What is
 * damaged is kept byte by byte, and for ever.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { closing, type Connection } from '../database.ts';
import { copyWhole, flushFile, flushFolder, move, namesIn } from '../disk.ts';
import { inWordsOf, toWorkbenchError } from '../errors.ts';
import { PARTIAL } from '../ownership.ts';
import { ARRIVED, settle } from '../passage/passage.ts';

/** Why a copy was made, and how many of its sort are kept. */
const KEPT = {
  daily: 5,
  /** Asked for by a person. */
  asked: 5,
  migration: 3,
  repair: 3,
  /** What stood in the place of a copy that was put back. */
  restore: 3,
  /** Not a copy that can be put back: the bytes of a database that could not be read whole. */
  damaged: Infinity,
} as const;

export type BackupKind = keyof typeof KEPT;

/** Of a sort all together; the newest stays however large it is. */
const MOST_BYTES = 4e9;

export interface Backup {
  /** Of the file in `backups`. */
  readonly name: string;
  readonly kind: BackupKind;
  /** 0 where it could not be read. */
  readonly schema: number;
  readonly at: string;
  readonly bytes: number;
}

const NAME = /^workspace-v(\d{1,6})-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z(?:-([a-z]+))?\.sqlite$/;
/** How folders begin that hold checkpoint files which no row named when they were put aside. */
export const ASIDE = 'checkpoints-';
const ASIDE_NAME = /^checkpoints-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/;
const DAY_MS = 24 * 3600 * 1000;

/** Of a moment, as part of a file's name. */
export function stampOf(at: Date): string {
  return at.toISOString().replaceAll(/[:.]/g, '-');
}

function nameOf(kind: BackupKind, schema: number, at: Date): string {
  return `workspace-v${schema}-${stampOf(at)}-${kind}.sqlite`;
}

export interface BackUpOptions {
  /** Folder of the copies. */
  readonly backups: string;
  readonly kind: BackupKind;
  readonly at: Date;
  /** Tests thin out smaller ones. */
  readonly mostBytes?: number;
}

/**
 * A whole, compact copy of the database as it stands, complete under its name or not there at all;
 * older ones of its kind beyond those that are kept go. Beside a writer, too, by a connection that
 * only reads: runs that are not whole at that moment (`passage.ts`) are not in it. Returns the
 * copy's path.
 */
export function backUp(db: Connection, { backups, kind, at, mostBytes = MOST_BYTES }: BackUpOptions): string {
  const target = join(backups, nameOf(kind, Number(db.pragma('user_version', { simple: true })), at));
  const partial = `${target}${PARTIAL}`;
  try {
    inWordsOf(target, () => {
      rmSync(partial, { force: true });
      db.prepare('VACUUM INTO ?').run(partial);
      settleCopy(partial);
      flushFile(partial);
      // Before older ones go.
      move(partial, target);
    });
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  prune(backups, kind, mostBytes);
  return target;
}

/**
 * A copy of a moment at which runs were on their way in or out holds none of them, and no mark:
 * what is put back from it is whole, and tells no later start to take anything away. Nobody else
 * has the file. Returns the names of such runs.
 */
export function settleCopy(file: string): readonly string[] {
  return closing(new Database(file, { fileMustExist: true }), (db) => {
    const marks = db.prepare("SELECT 1 FROM meta WHERE key IN ('arriving', 'leaving', 'arrived')").get();
    if (marks === undefined) return [];
    // It counts for nothing before it is flushed and named.
    db.pragma('journal_mode = MEMORY');
    db.pragma('synchronous = OFF');
    db.pragma('foreign_keys = ON');
    const gone = db.transaction(() => {
      db.prepare<[string]>('DELETE FROM meta WHERE key = ?').run(ARRIVED);
      return settle(db);
    })();
    db.exec('VACUUM');
    return gone;
  });
}

/** The bytes of a database that is too damaged to be copied otherwise, with its log. Returns the
 * copy's name. */
export function keepDamaged(database: string, backups: string, at: Date): string {
  const name = nameOf('damaged', 0, at);
  inWordsOf(join(backups, name), () => {
    for (const suffix of ['', '-wal']) {
      if (!existsSync(`${database}${suffix}`)) continue;
      copyWhole(`${database}${suffix}`, join(backups, `${name}${suffix}`));
    }
  });
  return name;
}

const newestFirst = (left: Pick<Backup, 'at'>, right: Pick<Backup, 'at'>): number => (left.at < right.at ? 1 : -1);

/** Newest first. A folder that is not there has none. */
export function listBackups(backups: string): readonly Backup[] {
  const found = inWordsOf(backups, () => namesIn(backups)).flatMap((name) => {
    const backup = readName(name);
    const bytes = statSync(join(backups, name), { throwIfNoEntry: false })?.size;
    return backup === undefined || bytes === undefined ? [] : [{ ...backup, bytes }];
  });
  return found.sort(newestFirst);
}

/** Folders of weights that were put aside, newest first. A link or a file of such a name is
 * somebody's. */
export function listAsides(backups: string): readonly Pick<Backup, 'name' | 'at'>[] {
  if (!existsSync(backups)) return [];
  const found = inWordsOf(backups, () => readdirSync(backups, { withFileTypes: true })).flatMap((entry) => {
    const { name } = entry;
    const [, date, hour, minute, second, thousandth] = ASIDE_NAME.exec(name) ?? [];
    return date === undefined || !entry.isDirectory()
      ? []
      : [{ name, at: `${date}T${hour}:${minute}:${second}.${thousandth}Z` }];
  });
  return found.sort(newestFirst);
}

/** Of one that `listBackups` or `listAsides` has named: its file and what belongs to it, or its
 * folder. */
export async function removeBackup(backups: string, name: string): Promise<void> {
  for (const suffix of ['', '-wal']) {
    const place = join(backups, `${name}${suffix}`);
    await rm(place, { recursive: true, force: true }).catch((error: unknown) => {
      throw toWorkbenchError(error, place);
    });
  }
  inWordsOf(backups, () => flushFolder(backups));
}

/** Those that can be put back. */
export function isRestorable({ kind }: Backup): boolean {
  return kind !== 'damaged';
}

/** A day has gone by since the last copy that shows the database as it was, or the clock stands
 * before it. */
export function dailyIsDue(backups: string, now: Date): boolean {
  const last = listBackups(backups).find(isRestorable);
  if (last === undefined) return true;
  const age = now.getTime() - Date.parse(last.at);
  return age >= DAY_MS || age < 0;
}

function readName(name: string): Omit<Backup, 'bytes'> | undefined {
  const [, schema, date, hour, minute, second, thousandth, word = 'migration'] = NAME.exec(name) ?? [];
  if (schema === undefined || !isKind(word)) return undefined;
  return { name, kind: word, schema: Number(schema), at: `${date}T${hour}:${minute}:${second}.${thousandth}Z` };
}

function isKind(word: string): word is BackupKind {
  return Object.hasOwn(KEPT, word);
}

/** What copies that were cut off have left. At the start of a session, when nobody makes one. */
export function sweepPartials(backups: string): void {
  if (!existsSync(backups)) return;
  for (const entry of readdirSync(backups, { withFileTypes: true })) {
    if (entry.isFile() && isPartial(entry.name)) removeQuietly(join(backups, entry.name));
  }
}

/** A copy of ours, or its log, under the name that it has until it is whole. */
function isPartial(name: string): boolean {
  if (!name.endsWith(PARTIAL)) return false;
  return readName(name.slice(0, -PARTIAL.length).replace(/-wal$/, '')) !== undefined;
}

/** What cannot be removed now goes with the next one. */
function prune(backups: string, kind: BackupKind, mostBytes: number): void {
  let bytes = 0;
  const surplus = listBackups(backups)
    .filter((backup) => backup.kind === kind)
    .filter((backup, index) => {
      bytes += backup.bytes;
      return index >= KEPT[kind] || (index > 0 && bytes > mostBytes);
    });
  for (const { name } of surplus) removeQuietly(join(backups, name));
}

function removeQuietly(file: string): void {
  try {
    rmSync(file);
  } catch {
    // Held open by another program, or gone.
  }
}

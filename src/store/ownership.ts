/**
 * What in a folder is ours. A workspace is opened only in a folder that is empty or ours, and of
 * what lies in it only names that a session of ours makes are ever removed. Links are never
 * followed: what they lead to is somebody's.
 */
import { readFileSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../core/errors.ts';
import { factsOf, namesIn, withFile } from './disk.ts';
import { inWordsOf } from './errors.ts';

export const DATABASE_FILE = 'workspace.sqlite';
export const LOCK_FILE = 'lock.sqlite';
export const LOCK_NOTE = 'lock.json';
export const WISH_FILE = 'recovery.json';
export const RECOVERED_FILE = 'recovered.sqlite';
/** One for an opening, one for making room after it. */
export const RESERVE_FILES = ['reserve-1', 'reserve-2'] as const;
/** "TRAD", in the header of our databases: tells them from other SQLite databases. */
export const APPLICATION_ID = 0x54524144;

export const FOLDERS = ['checkpoints', 'tmp', 'teachers', 'datasets', 'cache', 'logs', 'backups'] as const;
export const REPLAYS_FOLDER = 'replays';
export const STUDIES_FOLDER = 'studies';
/** Made when there is something to put into them. */
export const LATER_FOLDERS = [REPLAYS_FOLDER, STUDIES_FOLDER] as const;
const ALL_FOLDERS: readonly string[] = [...FOLDERS, ...LATER_FOLDERS];
/** What is cut off on its way into its place. */
export const PARTIAL = '.partial';
const DATABASE_PARTS = ['', '-wal', '-shm', '-journal'];
const FILES: readonly string[] = [
  ...[DATABASE_FILE, LOCK_FILE, RECOVERED_FILE].flatMap((name) => DATABASE_PARTS.map((part) => `${name}${part}`)),
  ...[LOCK_NOTE, WISH_FILE, `${WISH_FILE}${PARTIAL}`],
  ...RESERVE_FILES.flatMap((name) => [name, `${name}${PARTIAL}`]),
];

/** What systems put into every folder: one that holds nothing else is empty. */
const OF_THE_SYSTEM: readonly string[] = ['.DS_Store', '.localized', 'Thumbs.db', 'desktop.ini', 'lost+found'];

/** Of a session: its number and a few random letters. */
const FENCE = /^s\d{6,}-[0-9a-f]{6}$/;
/** Folder in `tmp` in which a damaged database is read. */
export const SALVAGE_FOLDER = 'salvage';
/** A checkpoint bears a part of its content's hash. */
const CHECKPOINT = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}-([0-9a-f]{12})\.[A-Za-z0-9]{1,16}$/;

/** Folders that this process has open, with how often: what is open is ours. */
const open = new Map<string, number>();

/** Until the returned function is called. SQLite loses its locks where anybody else in the process
 * closes the file. */
export function markOpen(root: string): () => void {
  const place = realpathSync(root);
  open.set(place, (open.get(place) ?? 0) + 1);
  let marked = true;
  return () => {
    if (!marked) return;
    marked = false;
    const left = (open.get(place) ?? 1) - 1;
    if (left === 0) open.delete(place);
    else open.set(place, left);
  };
}

/**
 * Throws `workspace.foreign` for a folder that is neither empty nor ours, or in which one of our
 * names is something else. Reads only. A folder that is not there is nobody's.
 */
export function assertOurs(root: string): void {
  const names = inWordsOf(root, () => namesIn(root)).filter((name) => !OF_THE_SYSTEM.includes(name));
  if (names.length === 0 || open.has(realpathSync(root))) return;
  for (const name of names) assertPlain(root, name);
  if (isBegun(root, names)) return;
  const [database, lock] = [factsOf(join(root, DATABASE_FILE)), factsOf(join(root, LOCK_FILE))];
  if (hasOurHeader(join(root, DATABASE_FILE))) return;
  // The lock is taken by a transaction that writes nothing.
  const isLock = lock === undefined ? names.includes(LOCK_NOTE) : lock.size === 0;
  const hasLock = isLock && isNote(join(root, LOCK_NOTE));
  // A database that is damaged or gone stands among the rest of a workspace, or among nothing else.
  const isDamaged = database !== undefined && FOLDERS.every((folder) => names.includes(folder));
  if (hasLock && (isDamaged || hasOurNamesOnly(root, names))) return;
  throw foreign(root, 'is neither empty nor a TRADE workspace');
}

/** A power cut may have kept, of the first lock, no name but its journal's: there is nothing in it
 * that anybody could lose. */
function isBegun(root: string, names: readonly string[]): boolean {
  const ofLock = DATABASE_PARTS.map((part) => `${LOCK_FILE}${part}`);
  return names.every((name) => ofLock.includes(name) && factsOf(join(root, name))?.size === 0);
}

function foreign(root: string, what: string): WorkbenchError {
  return new WorkbenchError(
    'workspace.foreign',
    `"${root}" ${what}: nothing in it was touched. Choose an empty or a new folder with --workspace.`,
    { file: root },
  );
}

/** A file or folder of our names is one: no link, no pipe, and no folder in the place of a file. */
function assertPlain(root: string, name: string): void {
  const isFolder = ALL_FOLDERS.includes(name);
  if (!isFolder && !FILES.includes(name)) return;
  const facts = factsOf(join(root, name));
  if (facts === undefined || (isFolder ? facts.isDirectory() : facts.isFile())) return;
  const what = facts.isSymbolicLink() ? 'a link' : isFolder ? 'no folder' : 'no file';
  throw foreign(root, `cannot be a workspace, since "${name}" in it is ${what}`);
}

/** Before anything was written into a new workspace, or after its database was lost: then a copy of
 * it proves whose it is. */
function hasOurNamesOnly(root: string, names: readonly string[]): boolean {
  if (!names.every((name) => ALL_FOLDERS.includes(name) || FILES.includes(name))) return false;
  const [tmp, temps] = [join(root, 'tmp'), ownTemps(join(root, 'tmp'))];
  if (namesIn(tmp).every((name) => temps.includes(name) && namesIn(join(tmp, name)).length === 0)) return true;
  const copies = join(root, 'backups');
  return namesIn(copies).some((name) => name.endsWith('.sqlite') && hasOurHeader(join(copies, name)));
}

/** Absent, or as a session leaves it. */
function isNote(file: string): boolean {
  if (factsOf(file) === undefined) return true;
  // A kill, a full disk or a power cut may have left the beginning of it, with nothing or zeros
  // behind.
  const text = readFileSync(file, 'utf8').replace(/\0+$/, '');
  return /^\{"pid":\d+\}\n?$/.test(text) || '{"pid":'.startsWith(text) || /^\{"pid":\d*$/.test(text);
}

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
/** Database file format, section 1.3 (sqlite.org/fileformat.html). */
const APPLICATION_ID_AT = 68;

/** By the bytes of the file, so that nothing of a stranger's database is opened, replayed or made
 * beside it. */
function hasOurHeader(file: string): boolean {
  if (factsOf(file)?.isFile() !== true) return false;
  const header = Buffer.alloc(HEADER_BYTES);
  const read = inWordsOf(file, () => withFile(file, 'r', (descriptor) => readSync(descriptor, header)));
  return (
    read === HEADER_BYTES &&
    header.toString('latin1', 0, MAGIC.length) === MAGIC &&
    header.readInt32BE(APPLICATION_ID_AT) === APPLICATION_ID
  );
}

/** Folders in `tmp` that sessions have made; links are none. */
export function ownTemps(tmp: string): readonly string[] {
  return namesIn(tmp).filter((name) => {
    return (FENCE.test(name) || name === SALVAGE_FOLDER) && factsOf(join(tmp, name))?.isDirectory() === true;
  });
}

/** All else in `tmp`: somebody put it there, and it stays. */
export function strangeTemps(tmp: string): readonly string[] {
  const own = new Set(ownTemps(tmp));
  return namesIn(tmp).filter((name) => !own.has(name));
}

/** The letters of its content's hash that a checkpoint of ours bears; undefined for any other
 * name. */
export function hashInName(name: string): string | undefined {
  return CHECKPOINT.exec(name)?.[1];
}

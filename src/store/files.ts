/**
 * Files of a workspace. A file comes into `checkpoints` in one way: written whole in the session's
 * temp folder, flushed, renamed, and only then named by a row. A kill in between leaves an orphan
 * for the next sweep, never a dangling row.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, join, parse, relative, resolve } from 'node:path';
import { WorkbenchError } from '../core/errors.ts';
import { factsOf, flushFolder, makeFolder, namesIn, withFile } from './disk.ts';
import { codeOf, inWordsOf, toWorkbenchError } from './errors.ts';
import { hashInName, ownTemps, PARTIAL, type FOLDERS } from './ownership.ts';
import { conflict } from './rules.ts';
import type { StoredFile } from './store.ts';

type NamedFile = Pick<StoredFile, 'file'>;

export type Folder = (typeof FOLDERS)[number];

export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

export interface AdoptedFile extends FileFacts {
  /** Relative to the workspace's `checkpoints` folder. */
  readonly file: string;
}

/** Names of what no row names. */
export interface UnnamedFiles {
  /** Made by sessions of ours: their names bear the hash of what is in them. */
  readonly orphans: readonly string[];
  /** Everything else: somebody put it there, and it stays. */
  readonly strangers: readonly string[];
}

export interface StoredFiles {
  /** Absolute path of the workspace. */
  readonly directory: string;
  /** Absolute paths of the workspace's folders. */
  readonly folders: Readonly<Record<Folder, string>>;
  /** Absolute path of a checkpoint file. */
  pathOf(file: string): string;
  /** What is wrong with the row's file, in words; `undefined` where it is as the row says. */
  verify(row: StoredFile): string | undefined;
  /** What lies in `checkpoints` and is not of these rows: each such file is read once, whole. */
  unnamed(rows: Iterable<NamedFile>): UnnamedFiles;
}

export interface WorkspaceFiles extends StoredFiles {
  /** This session's own folder for files being written. */
  readonly temp: string;
  /**
   * Size and hash of a finished file of the session's temp folder, once it has reached the disk.
   * With `expected`, a file that differs is refused. A large file takes long: others are served in
   * between.
   */
  seal(tempFile: string, expected?: FileFacts): Promise<FileFacts>;
  /**
   * Moves a sealed file into `checkpoints`; its row is to be written in the same turn. The name
   * gets a part of the content's hash, so that a file in place is never replaced by other content.
   */
  adopt(tempFile: string, name: string, facts: FileFacts): AdoptedFile;
  remove(files: Iterable<string>): void;
  /** Removes what no row names and what earlier sessions left in `tmp`; returns the orphans. */
  sweepOrphans(rows: Iterable<NamedFile>): readonly string[];
}

/** Rows of an imported workspace are untrusted: a name stays inside its folder. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,150}$/;

function assertFileName(name: string): void {
  if (!FILE_NAME.test(name)) throw conflict(`"${name}" cannot be the name of a checkpoint file.`);
}

export function storedFiles(directory: string): StoredFiles {
  const folders: Record<Folder, string> = {
    checkpoints: resolve(directory, 'checkpoints'),
    tmp: resolve(directory, 'tmp'),
    teachers: resolve(directory, 'teachers'),
    datasets: resolve(directory, 'datasets'),
    cache: resolve(directory, 'cache'),
    logs: resolve(directory, 'logs'),
    backups: resolve(directory, 'backups'),
  };
  const pathOf = (file: string) => {
    assertFileName(file);
    return join(folders.checkpoints, file);
  };
  return {
    directory: resolve(directory),
    folders,
    pathOf,
    verify: (row) => {
      if (!FILE_NAME.test(row.file)) return `has a name that cannot be a checkpoint's ("${row.file}")`;
      const found = statSync(pathOf(row.file), { throwIfNoEntry: false });
      if (!found?.isFile()) return 'is missing';
      if (found.size !== row.bytes) return `has ${found.size} bytes where ${row.bytes} were written`;
      return hashFile(pathOf(row.file)) === row.sha256 ? undefined : 'has other content than was written';
    },
    unnamed: (rows) => {
      const named = new Set(Array.from(rows, ({ file }) => file));
      const [orphans, strangers]: [string[], string[]] = [[], []];
      for (const name of inWordsOf(folders.checkpoints, () => namesIn(folders.checkpoints))) {
        if (named.has(name)) continue;
        const path = join(folders.checkpoints, name);
        if (isOurs(path)) orphans.push(name);
        // A search beside this one, or another program, may have removed it meanwhile.
        else if (factsOf(path) !== undefined) strangers.push(name);
      }
      return { orphans, strangers };
    },
  };
}

/** A file that bears the hash of what is in it, or that was cut off on its way to such a name.
 * Links are neither. */
function isOurs(path: string): boolean {
  if (factsOf(path)?.isFile() !== true) return false;
  const { base, name, ext } = parse(path);
  if (base.startsWith('.') && ext === PARTIAL) return hashInName(name.slice(1)) !== undefined;
  const hash = hashInName(base);
  return hash !== undefined && (hashIfThere(path)?.startsWith(hash) ?? false);
}

export function makeFolders({ folders }: StoredFiles): void {
  for (const folder of Object.values(folders)) inWordsOf(folder, () => makeFolder(folder));
}

export function workspaceFiles(stored: StoredFiles, fence: string): WorkspaceFiles {
  const { folders, pathOf } = stored;
  const temp = join(folders.tmp, fence);
  inWordsOf(temp, () => mkdirSync(temp, { recursive: true }));

  return {
    ...stored,
    temp,
    seal: async (tempFile, expected) => {
      assertOwn(temp, tempFile);
      return readWritten(tempFile, expected);
    },
    adopt: (tempFile, name, facts) => {
      assertOwn(temp, tempFile);
      assertFileName(name);
      const { name: stem, ext } = parse(name);
      const file = `${stem}-${facts.sha256.slice(0, 12)}${ext}`;
      const target = pathOf(file);
      return inWordsOf(target, () => {
        renameSync(tempFile, target);
        flushFolder(folders.checkpoints);
        return { file, bytes: facts.bytes, sha256: facts.sha256 };
      });
    },
    remove: (files) => {
      for (const file of files) removeQuietly(pathOf(file));
    },
    sweepOrphans: (rows) => {
      const { orphans } = stored.unnamed(rows);
      for (const file of orphans) removeQuietly(join(folders.checkpoints, file));
      for (const name of ownTemps(folders.tmp)) {
        if (name !== fence) removeQuietly(join(folders.tmp, name));
      }
      return orphans;
    },
  };
}

/** A trainer of another session cannot slip its file in. */
function assertOwn(temp: string, tempFile: string): void {
  const inside = relative(temp, tempFile);
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
    throw conflict(`"${tempFile}" is not in this session's folder "${temp}".`);
  }
}

async function readWritten(tempFile: string, expected: FileFacts | undefined): Promise<FileFacts> {
  const bad = (what: string, cause?: unknown) =>
    new WorkbenchError('checkpoint.corrupt', `The checkpoint "${tempFile}" ${what}.`, { file: tempFile }, { cause });
  if (!statSync(tempFile, { throwIfNoEntry: false })?.isFile()) throw bad('is missing');
  const facts = await sealFile(tempFile).catch((error: unknown) => {
    throw toWorkbenchError(error, tempFile);
  });
  if (expected && (facts.sha256 !== expected.sha256 || facts.bytes !== expected.bytes)) {
    throw bad('is not the file that its trainer wrote');
  }
  return facts;
}

const CHUNK_BYTES = 1 << 20;

async function sealFile(path: string): Promise<FileFacts> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(chunk.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function hashIfThere(path: string): string | undefined {
  try {
    return hashFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** SHA-256 in chunks: a file may be larger than what can be read at once. */
export function hashFile(path: string): string {
  return withFile(path, 'r', (descriptor) => {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
      hash.update(chunk.subarray(0, read));
    }
    return hash.digest('hex');
  });
}

/**
 * A trainer of a dead session may go on writing for some seconds into its own folder, and another
 * program may hold a file open: what cannot be removed now is left for the next sweep.
 */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Left for the next sweep.
  }
}

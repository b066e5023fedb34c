/**
 * What has to outlast a power cut. The disk keeps the bytes of a file once the file is flushed, and
 * its name (new, other or gone) once its folder is. Whatever is acknowledged, or named by a row,
 * goes through here first.
 */
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './errors.ts';

const IS_WINDOWS = process.platform === 'win32';
/** Windows flushes only what is open for writing. */
const TO_FLUSH = IS_WINDOWS ? 'r+' : 'r';

/** Its bytes. */
export function flushFile(file: string): void {
  flush(file, TO_FLUSH);
}

/** The names in it. Windows cannot open a folder to flush it, and keeps renames in its journal. */
export function flushFolder(folder: string): void {
  if (!IS_WINDOWS) flush(folder, 'r');
}

function flush(path: string, flags: string): void {
  withFile(path, flags, fsyncSync);
}

/** It is closed when `work` is done. */
export function withFile<T>(path: string, flags: string, work: (descriptor: number) => T): T {
  const descriptor = openSync(path, flags);
  try {
    return work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Of a file, a folder, or a link itself. */
export function factsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A folder that is not there has none. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** With those above it that are not there yet; their names last. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) flushFolder(dirname(made));
}

/** A flushed file, or a folder, under another name: after a power cut under one of the two, after
 * this call under the new one. */
export function move(from: string, to: string): void {
  renameSync(from, to);
  flushFolder(dirname(to));
  if (dirname(from) !== dirname(to)) flushFolder(dirname(from));
}

/** The file is there whole, or as it was before. */
export function writeWhole(file: string, text: string): void {
  const partial = `${file}.partial`;
  writeFileSync(partial, text);
  flushFile(partial);
  move(partial, file);
}

/** A copy of a file that may lie on another disk: there whole, or as it was before. `beside`: of
 * the same folder, cut off where a kill comes. */
export function copyWhole(from: string, file: string, beside = `${file}.partial`): void {
  copyFileSync(from, beside);
  flushFile(beside);
  move(beside, file);
}

const AT_ONCE = 8;

/** All bytes and names below a folder, or those of a file; others are answered meanwhile. The
 * folder's own name is the caller's. */
export async function flushTree(path: string): Promise<void> {
  const { files, folders } = below(path);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      const handle = await open(file, TO_FLUSH);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const folder of folders) flushFolder(folder);
}

/** The same at one stroke: for what is rare and small. */
export function flushTreeNow(path: string): void {
  const { files, folders } = below(path);
  files.forEach(flushFile);
  folders.forEach(flushFolder);
}

/** The innermost folders first. A path that is no folder is a file; links are nobody's to flush. */
function below(path: string): { readonly files: readonly string[]; readonly folders: readonly string[] } {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return { files: [path], folders: [] };
    throw error;
  }
  const parts = entries.filter((entry) => entry.isDirectory()).map(({ name }) => below(join(path, name)));
  const own = entries.filter((entry) => entry.isFile()).map(({ name }) => join(path, name));
  return {
    files: [...parts.flatMap(({ files }) => files), ...own],
    folders: [...parts.flatMap(({ folders }) => folders), path],
  };
}

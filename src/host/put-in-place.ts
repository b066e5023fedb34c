/** A finished folder into its place, for good: its content has reached the disk before its name does. */
import { closeSync, fsyncSync, openSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Both lie on the same disk. When it returns, the folder is at `to` after a power cut, too, with all of its files. */
export function putFolderInPlace(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) flush(path, 'r+');
    if (entry.isDirectory()) flushFolder(path);
  }
  flushFolder(from);
  renameSync(from, to);
  // The name has left one folder and come into another.
  flushFolder(dirname(to));
  flushFolder(dirname(from));
}

/** Windows cannot open a folder to flush it, and keeps renames in its journal. */
function flushFolder(folder: string): void {
  if (process.platform !== 'win32') flush(folder, 'r');
}

function flush(path: string, flags: 'r' | 'r+'): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

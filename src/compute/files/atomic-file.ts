/** Files that are there whole or not at all: written beside their place, forced to disk, then
 * renamed into it. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { WorkbenchError } from '../../core/errors.ts';
import type { WrittenFile } from '../tasks/outputs.ts';

/** Writes from an offset on; returns how many bytes the disk took. */
export type Write = (file: number, bytes: Uint8Array, offset: number) => number;

/** Throws `disk.full` when there is no room, and leaves nothing behind. `write`: for a disk other
 * than the real one. */
export function writeAtomically(path: string, bytes: Uint8Array, write: Write = writeSync): WrittenFile {
  const folder = dirname(path);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const made = mkdirSync(folder, { recursive: true });
    const file = openSync(temporary, 'w');
    try {
      let written = 0;
      while (written < bytes.length) written += write(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(folder);
    for (let above = folder; made !== undefined && above.length >= made.length; above = dirname(above)) {
      syncFolder(dirname(above));
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw noRoom(path, bytes.length, error);
  }
  return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** `disk.full` where that is what went wrong in writing so many bytes; else the error itself. */
export function noRoom(path: string, bytes: number, error: unknown): unknown {
  // Sound: only read, and undefined for an error without a code.
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error;
  const message = `There is no room to write ${path} (${bytes} bytes). Free some and go on.`;
  return new WorkbenchError('disk.full', message, { file: path }, { cause: error });
}

/** Makes the names in it last, as that of a file that was renamed into it; Windows cannot open
 * folders and needs no such step. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

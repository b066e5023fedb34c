/** Files that somebody names as an archive: opened only where they are files, so that a pipe or a
 * device keeps nobody waiting. */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { WorkbenchError } from '../../core/errors.ts';

/** A descriptor for reading; the caller closes it. Throws `usage.invalid` for what is no file, and
 * what keeps it from being read. */
export function openArchiveFile(file: string, name: string): number {
  try {
    assertFile(statSync(file), file, name);
    // It may have become something else meanwhile: opening a pipe without this waits for somebody
    // who writes.
    const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      assertFile(fstatSync(descriptor), file, name);
      return descriptor;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || error instanceof WorkbenchError) throw error;
    const why = error.code === 'ENOENT' ? 'it is not there' : String(error.code);
    const message = `"${name}" cannot be read (${why}): choose the file again.`;
    throw new WorkbenchError('usage.invalid', message, { file }, { cause: error });
  }
}

function assertFile(found: Stats, file: string, name: string): void {
  if (found.isFile()) return;
  const what = found.isDirectory()
    ? 'a folder'
    : found.isFIFO()
      ? 'a pipe'
      : found.isSocket()
        ? 'a socket'
        : 'a device';
  throw new WorkbenchError('usage.invalid', `"${name}" is ${what}, not a file: choose a file of exported runs.`, {
    file,
  });
}

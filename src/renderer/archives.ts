/** Archives between this window and the host, in pieces: files by the browser's own means, nothing
 * is a path. */
import { ARCHIVE_CHUNK_BYTES, ARCHIVE_ENDING } from '../bridge/schemas/archive.ts';
import { isUnderWay } from '../bridge/schemas/job.ts';
import type { JobView } from '../bridge/schemas/job.ts';
import { useClient } from './api.ts';
import { downloadBlob, handedId, pickFiles } from './files.ts';

/** Undefined when the person cancels. */
export const pickArchive = async (): Promise<File | undefined> => (await pickFiles({ accept: ARCHIVE_ENDING }))[0];

/** Hands the file over and begins to take it in. */
export async function sendArchive(file: File, tell: (share: number) => void): Promise<JobView> {
  const { archives } = useClient();
  const id = handedId('upload');
  try {
    for (let offset = 0; offset < file.size; offset += ARCHIVE_CHUNK_BYTES) {
      tell(offset / file.size);
      const piece = await file.slice(offset, offset + ARCHIVE_CHUNK_BYTES).arrayBuffer();
      await archives.upload({ id, offset, data: new Uint8Array(piece) });
    }
    return await archives.unpack({ id, name: file.name.slice(0, 300) });
  } catch (error) {
    archives.drop({ id }).catch(() => undefined);
    throw error;
  }
}

/** Fetches what a finished job made, and gives it to the person as a file; in words what stayed out
 * of it. */
export async function fetchArchive(job: JobView): Promise<string> {
  if (isUnderWay(job) || job.made === undefined) return '';
  const { archives } = useClient();
  const id = job.made;
  const { name, bytes, notes } = await archives.made({ id });
  const pieces: Blob[] = [];
  for (let offset = 0; offset < bytes;) {
    const piece = await archives.read({ id, offset });
    // A copy of its own: a blob takes no view of shared memory. Large ones the browser keeps on the
    // disk.
    pieces.push(new Blob([Uint8Array.from(piece)]));
    offset += piece.length;
  }
  downloadBlob(name, new Blob(pieces, { type: 'application/zip' }));
  await archives.drop({ id });
  return notes.join(' ');
}

/** Files of a data set as they lie there: hashed, unpacked, and held against what their card
 * says. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';

const unzip = promisify(gunzip);

export const CHUNK_BYTES = 1 << 18;

/** Of the file as it lies there. Throws `dataset.*`. */
export async function checkPacked(
  file: string,
  { bytes, sha256 }: DatasetCard['splits']['train']['labels'],
): Promise<void> {
  const found = await hashFile(file);
  if (bytes !== undefined) assertLength(file, found.length, bytes);
  if (sha256 !== undefined && found.sha256 !== sha256) throw anotherContent(file);
  if (found.magic[0] !== 0x1f || found.magic[1] !== 0x8b) throw corrupt(file, 'it is not a gzip file');
}

/** Of the file as it lies there; `all` takes its bytes in, too. Throws `dataset.missing`. */
export async function hashFile(
  file: string,
  all?: Hash,
): Promise<{ readonly length: number; readonly sha256: string; readonly magic: Buffer }> {
  const hash = createHash('sha256');
  let length = 0;
  let magic = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      if (length === 0) magic = Buffer.from(chunk.subarray(0, 2));
      length += chunk.length;
      hash.update(chunk);
      all?.update(chunk);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  return { length, sha256: hash.digest('hex'), magic };
}

export function assertLength(file: string, length: number, expected: number): void {
  if (length !== expected) throw corrupt(file, `it has ${length} bytes, and its card says ${expected}`);
}

export const anotherContent = (file: string): WorkbenchError =>
  corrupt(file, 'its content is not what its card says (SHA-256 differs)');

/** `most`: bytes that it may come to. Throws `dataset.*`. */
export async function unpacked(file: string, most: number): Promise<Buffer> {
  const packed = await readSplitFile(file);
  return unzip(packed, { maxOutputLength: most }).catch((error: unknown) => {
    throw corrupt(file, `it cannot be unpacked: ${messageOf(error)}`);
  });
}

async function readSplitFile(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

export function unreadable(file: string, error: unknown): WorkbenchError {
  return new WorkbenchError('dataset.missing', `A file of the data set cannot be read: ${messageOf(error)}.`, { file });
}

export function corrupt(file: string, finding: string): WorkbenchError {
  return new WorkbenchError('dataset.corrupt', `${file} is damaged: ${finding}. Import the data set again.`, { file });
}

/** IDX files that others made, gzipped or plain, of any size: a plain one is read by position, and
 * a packed one takes as much memory as its values. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { checkLength, corrupt, MAX_BYTES, parseHeader } from '../idx.ts';
import type { IdxHeader } from '../idx.ts';

export interface ForeignIdx {
  readonly shape: readonly number[];
  /** Bytes of it that are in memory. */
  readonly held: number;
  /** So many values from `first` on. Throws `dataset.missing` or `dataset.corrupt`. */
  readonly read: (first: number, count: number) => Uint8Array;
}

export interface ForeignRequest {
  /** It has as many axes as its header says, if this has them. */
  readonly ranks: readonly number[];
  /** Bytes that it may take in memory. */
  readonly room: number;
  readonly yieldToEvents: YieldToEvents;
}

const GZIP_MAGIC = 0x1f8b;
/** Of as many axes as there may be. */
const MOST_HEADER = 4 + 4 * 4;

/** Throws `dataset.missing`, `dataset.corrupt`, or `dataset.unusable` where a packed file is larger
 * than `room`. */
export async function openForeignIdx(file: string, request: ForeignRequest): Promise<ForeignIdx> {
  const length = lengthOf(file);
  const head = readAt(file, 0, Math.min(length, MOST_HEADER));
  if (length >= 2 && head.readUInt16BE(0) === GZIP_MAGIC) return unpacked(file, request);
  const header = parseHeader(file, head, rankIn(head, request.ranks));
  checkLength(file, header, length);
  return { shape: header.shape, held: 0, read: (first, count) => readAt(file, header.offset + first, count) };
}

const rankIn = (head: Buffer, ranks: readonly number[]): number =>
  ranks.find((rank) => rank === head[3]) ?? ranks[0] ?? 1;

async function unpacked(file: string, { ranks, room, yieldToEvents }: ForeignRequest): Promise<ForeignIdx> {
  let head = Buffer.alloc(0);
  let begun: { readonly header: IdxHeader; readonly values: Buffer } | undefined;
  let length = 0;
  const begin = () => {
    const header = parseHeader(file, head, rankIn(head, ranks));
    if (header.count > room) throw tooLarge(file, header.count);
    return { header, values: Buffer.allocUnsafeSlow(header.count) };
  };
  const put = ({ header, values }: NonNullable<typeof begun>, chunk: Buffer): void => {
    chunk.copy(values, Math.max(0, length - header.offset), Math.max(0, header.offset - length));
    length += chunk.length;
    if (length > MAX_BYTES) throw corrupt(file, `it does not unpack as gzip (to more than ${MAX_BYTES} bytes)`);
  };
  const take = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      await yieldToEvents();
      if (begun !== undefined) put(begun, chunk);
      else if ((head = Buffer.concat([head, chunk])).length >= MOST_HEADER) put((begun = begin()), head);
    }
    if (begun === undefined) put((begun = begin()), head);
  };
  try {
    await pipeline(createReadStream(file), createGunzip(), take);
  } catch (error) {
    // What zlib and the file system throw has a code of theirs; an order to stop has none.
    if (error instanceof WorkbenchError || !(error instanceof Error && 'code' in error)) throw error;
    throw corrupt(file, `it does not unpack as gzip (${messageOf(error)}; ${lengthOf(file)} bytes)`, error);
  }
  const { header, values } = begun ?? begin();
  checkLength(file, header, length);
  return { shape: header.shape, held: values.length, read: (first, count) => values.subarray(first, first + count) };
}

function tooLarge(file: string, bytes: number): WorkbenchError {
  const message =
    `${file} cannot be imported: it unpacks to ${bytes} bytes, and packed files may have ${MAX_BYTES} together. ` +
    'Unpack it (gunzip): a plain file may be of any size.';
  return new WorkbenchError('dataset.unusable', message, { file });
}

function lengthOf(file: string): number {
  try {
    return statSync(file).size;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function readAt(file: string, position: number, count: number): Buffer {
  const into = Buffer.allocUnsafeSlow(count);
  let got = 0;
  try {
    const handle = openSync(file, 'r');
    try {
      got = readSync(handle, into, 0, count, position);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  if (got === count) return into;
  throw corrupt(file, `it ends after ${position + got} bytes, in the middle of an image`);
}

function unreadable(file: string, error: unknown): WorkbenchError {
  const message = `Data file ${file} cannot be read: ${messageOf(error)}. Restore it, or import the data set again.`;
  return new WorkbenchError('dataset.missing', message, { file }, { cause: error });
}

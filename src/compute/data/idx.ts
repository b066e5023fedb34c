/**
 * Reader and writer of IDX files, the form of MNIST and its kin: magic `00 00 type rank`, one
 * big-endian 32-bit size per axis, then the values row-major. Only unsigned bytes (type 8) are
 * read.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { messageOf, WorkbenchError } from '../../core/errors.ts';

export interface IdxFile {
  readonly shape: readonly number[];
  /** Row-major, one byte a value. */
  readonly values: Uint8Array;
}

const UNSIGNED_BYTE = 8;
/** Nothing that fits the workbench unpacks to more. */
export const MAX_BYTES = 2 ** 30;

/** Reads and checks a gzipped file. `rank`: number of axes that it must have. Throws
 * `dataset.missing` or `dataset.corrupt`. */
export function readIdx(file: string, rank: number): IdxFile {
  return parseIdx(file, unpack(file, readBytes(file)), rank);
}

/** The bytes of a file of unsigned bytes; `values` row-major. */
export function idxBytes(shape: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(UNSIGNED_BYTE * 256 + shape.length, 0);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, values]);
}

function parseIdx(file: string, bytes: Buffer, rank: number): IdxFile {
  const header = parseHeader(file, bytes, rank);
  checkLength(file, header, bytes.length);
  return { shape: header.shape, values: bytes.subarray(header.offset) };
}

export interface IdxHeader {
  readonly shape: readonly number[];
  /** Bytes before the first value. */
  readonly offset: number;
  /** Values that it announces. */
  readonly count: number;
}

/** `bytes`: the beginning of a file, or all of it. Throws `dataset.corrupt`. */
export function parseHeader(file: string, bytes: Buffer, rank: number): IdxHeader {
  if (bytes.length < 4) throw corrupt(file, `it has ${bytes.length} bytes, too few for a header`);
  const found = bytes.readUInt32BE(0);
  const wanted = UNSIGNED_BYTE * 256 + rank;
  if (found !== wanted)
    throw corrupt(file, `its magic number is ${hex(found)}, not ${hex(wanted)} (${rank} axes of bytes)`);
  const offset = 4 + 4 * rank;
  if (bytes.length < offset) throw corrupt(file, `it ends inside its header, after ${bytes.length} of ${offset} bytes`);
  const shape = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) throw corrupt(file, `its header announces no values: ${shape.join(' x ')}`);
  return { shape, offset, count };
}

/** Throws `dataset.corrupt` where a file of `length` bytes has others than its header announces. */
export function checkLength(file: string, { shape, offset, count }: IdxHeader, length: number): void {
  if (length - offset === count) return;
  throw corrupt(file, `its header announces ${shape.join(' x ')} = ${count} values, and ${length - offset} follow`);
}

/** The error of a broken data file, in the words of every reader. */
export function corrupt(file: string, finding: string, cause?: unknown): WorkbenchError {
  const message = `Data file ${file} is broken: ${finding}. Restore it, or import the data set again.`;
  return new WorkbenchError('dataset.corrupt', message, { file }, { cause });
}

/** Throws `dataset.missing` when it cannot be read. */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const message = `Data file ${file} cannot be read: ${messageOf(error)}. Restore it, or import the data set again.`;
    throw new WorkbenchError('dataset.missing', message, { file }, { cause: error });
  }
}

/** `most`: bytes that it may unpack to. Throws `dataset.corrupt`. */
export function unpack(file: string, packed: Buffer, most = MAX_BYTES): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: most });
  } catch (error) {
    throw corrupt(file, `it does not unpack as gzip (${messageOf(error)}; ${packed.length} bytes)`, error);
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/**
 * Images that stay on the disk: a file of rows, `[count][height][width][channels]` unsigned bytes
 * and nothing else, read by position. Sets larger than memory are trained on from such files.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { sizeOf } from '../../core/arch/ops.ts';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import { corrupt } from './idx.ts';

export interface RowFile {
  readonly file: string;
  readonly count: number;
  /** Bytes of an image. */
  readonly bytes: number;
  /** Rows in the order that is asked for. Throws `dataset.*`. */
  readonly read: (rows: Int32Array) => Uint8Array;
  /** The same while others compute; into `room`, where it has that size. */
  readonly readAhead: (rows: Int32Array, room?: Uint8Array) => Promise<Uint8Array>;
  /** Reads all of it, once. Throws `dataset.*`. */
  readonly survey: () => RowFacts;
  /** The same, in pieces, so that the next `survey` is done already: hashing a large file takes
   * long enough for its reader to be taken for hung. */
  readonly surveyAhead: (beforeEach: (rows: Int32Array) => Promise<void>) => Promise<void>;
  readonly close: () => void;
}

/** What a walk over a whole file tells. */
export interface RowFacts {
  readonly sha256: string;
  /** How often each value stands in each channel, `[channels][256]`. */
  readonly histogram: Float64Array;
}

const CHUNK_BYTES = 4 * 2 ** 20;
export const VALUES = 256;

/** Throws `dataset.missing`, or `dataset.corrupt` where the file is not of this size. */
export function openRows(file: string, count: number, shape: readonly [number, number, number]): RowFile {
  const handle = opened(file);
  const bytes = sizeOf(shape);
  let facts: RowFacts | undefined;
  let isOpen = true;
  try {
    const { size } = fstatSync(handle);
    if (size !== count * bytes) {
      throw corrupt(file, `it has ${size} bytes, and ${count} examples of ${bytes} bytes are ${count * bytes}`);
    }
  } catch (error) {
    closeSync(handle);
    throw error;
  }
  const readRows = (rows: Int32Array): Uint8Array => {
    const into = new Uint8Array(rows.length * bytes);
    for (const { place, first, length } of runsOf(rows)) {
      const got = readSync(handle, into, place * bytes, length * bytes, first * bytes);
      if (got !== length * bytes) throw ended(file, first);
    }
    return into;
  };
  return {
    ...{ file, count, bytes, read: readRows },
    survey: () => {
      if (facts !== undefined) return facts;
      const surveyor = createSurveyor(shape[2]);
      for (const chunk of chunksOf(count, bytes)) surveyor.add(readRows(chunk));
      return (facts = surveyor.end());
    },
    surveyAhead: async (beforeEach) => {
      if (facts !== undefined) return;
      const surveyor = createSurveyor(shape[2]);
      for (const chunk of chunksOf(count, bytes)) {
        await beforeEach(chunk);
        surveyor.add(readRows(chunk));
      }
      facts = surveyor.end();
    },
    readAhead: async (rows, room) => {
      const size = rows.length * bytes;
      // All of it is written, or nobody gets it: no zeros before.
      const into = room?.length === size ? room : Buffer.allocUnsafeSlow(size);
      const parts = runsOf(rows).map(
        ({ place, first, length }) =>
          new Promise<void>((resolve, reject) => {
            read(handle, into, place * bytes, length * bytes, first * bytes, (error, got) => {
              if (error) reject(unreadable(file, error));
              else if (got !== length * bytes) reject(ended(file, first));
              else resolve();
            });
          }),
      );
      await Promise.all(parts);
      return into;
    },
    close: () => {
      if (isOpen) closeSync(handle);
      isOpen = false;
    },
  };
}

/** Rows that are read at a time where all are. */
function* chunksOf(count: number, bytes: number): Generator<Int32Array> {
  const step = Math.max(1, Math.floor(CHUNK_BYTES / bytes));
  for (let start = 0; start < count; start += step) yield span(start, Math.min(count, start + step));
}

/** Hash and histogram of rows, which come one after the other. */
function createSurveyor(channels: number): {
  readonly add: (pixels: Uint8Array) => void;
  readonly end: () => RowFacts;
} {
  const hash = createHash('sha256');
  const histogram = new Float64Array(channels * VALUES);
  // Whole numbers of 32 bits are counted faster, and a chunk has no more.
  const counts = new Uint32Array(channels * VALUES);
  return {
    add: (pixels) => {
      hash.update(pixels);
      counts.fill(0);
      for (let place = 0; place < pixels.length; place += channels) {
        for (let channel = 0; channel < channels; channel += 1) {
          const bin = channel * VALUES + (pixels[place + channel] ?? 0);
          counts[bin] = (counts[bin] ?? 0) + 1;
        }
      }
      counts.forEach((times, bin) => (histogram[bin] = (histogram[bin] ?? 0) + times));
    },
    end: () => ({ sha256: hash.digest('hex'), histogram }),
  };
}

/** Whole numbers from `first` to before `end`. */
export function span(first: number, end: number): Int32Array {
  return Int32Array.from({ length: end - first }, (_, index) => first + index);
}

interface Run {
  /** Where it stands among the rows that were asked for. */
  readonly place: number;
  readonly first: number;
  readonly length: number;
}

/** Rows that follow each other are read at once. */
function runsOf(rows: Int32Array): readonly Run[] {
  const runs: Run[] = [];
  let place = 0;
  while (place < rows.length) {
    const first = rows[place] ?? 0;
    let length = 1;
    while (rows[place + length] === first + length) length += 1;
    runs.push({ place, first, length });
    place += length;
  }
  return runs;
}

function opened(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): WorkbenchError {
  const message = `Data file ${file} cannot be read: ${messageOf(error)}. Restore it, or import the data set again.`;
  return new WorkbenchError('dataset.missing', message, { file }, { cause: error });
}

const ended = (file: string, row: number): WorkbenchError => corrupt(file, `it ends before its example ${row + 1}`);

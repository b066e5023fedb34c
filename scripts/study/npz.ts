/** Arrays of whole numbers and of words in NumPy's .npz files, as data for studies come
 * (numpy.org/doc/stable/reference/generated/numpy.lib.format.html). No pickle is ever opened. */
import { openPromise } from 'yauzl';

export interface NumpyArray {
  readonly shape: readonly number[];
  /** Whole numbers of up to 64 bits, or words. */
  readonly values: readonly number[] | readonly string[];
}

const NUMBERS: Readonly<Record<string, readonly [bytes: number, read: (from: Buffer, at: number) => number]>> = {
  '|u1': [1, (from, at) => from.readUInt8(at)],
  '|b1': [1, (from, at) => from.readUInt8(at)],
  '|i1': [1, (from, at) => from.readInt8(at)],
  '<u2': [2, (from, at) => from.readUInt16LE(at)],
  '<i2': [2, (from, at) => from.readInt16LE(at)],
  '<u4': [4, (from, at) => from.readUInt32LE(at)],
  '<i4': [4, (from, at) => from.readInt32LE(at)],
  '<i8': [8, (from, at) => Number(from.readBigInt64LE(at))],
};

/** By their names. Throws a RangeError for an array of another type. */
export async function readNpz(file: string): Promise<ReadonlyMap<string, NumpyArray>> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false });
  const arrays = new Map<string, NumpyArray>();
  try {
    for await (const entry of zip.eachEntry()) {
      const chunks: Buffer[] = [];
      // Sound: the stream of an entry gives buffers.
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      arrays.set(entry.fileName.replace(/\.npy$/, ''), decoded(Buffer.concat(chunks), `${file}: ${entry.fileName}`));
    }
  } finally {
    zip.close();
  }
  return arrays;
}

function decoded(bytes: Buffer, place: string): NumpyArray {
  const isLong = (bytes[6] ?? 0) > 1;
  const start = isLong ? 12 : 10;
  const first = start + (isLong ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const header = bytes.toString('latin1', start, first);
  const type = /'descr': '([^']*)'/.exec(header)?.[1] ?? '';
  const sizes = /'shape': \(([\d, ]*)\)/.exec(header)?.[1] ?? '';
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const count = shape.reduce((product, size) => product * size, 1);
  const letters = Number(/^<U(\d+)$/.exec(type)?.[1] ?? 0);
  if (letters > 0)
    return { shape, values: Array.from({ length: count }, (_, i) => word(bytes, first + 4 * letters * i, letters)) };
  const known = NUMBERS[type];
  if (known === undefined) throw new RangeError(`${place} is of type "${type}", which is not read`);
  const [width, read] = known;
  return { shape, values: Array.from({ length: count }, (_, index) => read(bytes, first + width * index)) };
}

/** Code points of 32 bits, zeros after the last. */
function word(bytes: Buffer, at: number, letters: number): string {
  const points = Array.from({ length: letters }, (_, place) => bytes.readUInt32LE(at + 4 * place));
  return String.fromCodePoint(...points.filter((point) => point > 0));
}

/** Throw a RangeError where the array is missing or holds something else. */
export function numbersOf(arrays: ReadonlyMap<string, NumpyArray>, name: string): readonly number[] {
  const { values = [] } = arrays.get(name) ?? {};
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length > 0 && numbers.length === values.length) return numbers;
  throw new RangeError(`there is no array "${name}" of whole numbers`);
}

export function wordsOf(arrays: ReadonlyMap<string, NumpyArray>, name: string): readonly string[] {
  const { values = [] } = arrays.get(name) ?? {};
  const words = values.filter((value) => typeof value === 'string');
  if (words.length > 0 && words.length === values.length) return words;
  throw new RangeError(`there is no array "${name}" of words`);
}

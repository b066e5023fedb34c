/** Files as NumPy writes them, letter for letter: `tests/compute/logits-teacher.test.ts` holds them
 * to hashes of its own. */
import { crc32 } from 'node:zlib';

const TYPES = {
  '<f2': (values: readonly number[]) => new Uint8Array(Float16Array.from(values).buffer),
  '<f4': (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer),
  '<f8': (values: readonly number[]) => new Uint8Array(Float64Array.from(values).buffer),
} as const;

export type FloatType = keyof typeof TYPES;

/** `numpy.save` of an array of this shape. */
export function npyFile(values: readonly number[], shape: readonly number[], type: FloatType = '<f4'): Buffer {
  return npyOf(type, shape, TYPES[type](values));
}

/** `numpy.save` of `numpy.array(names)`; `isBytes`: of an array of byte strings. */
export function npyNames(names: readonly string[], isBytes = false): Buffer {
  const cells = names.map((name) => (isBytes ? Buffer.from(name) : utf32(name)));
  const width = Math.max(...cells.map(({ length }) => length));
  const padded = cells.map((cell) => Buffer.concat([cell], width));
  return npyOf(isBytes ? `|S${width}` : `<U${width / 4}`, [names.length], Buffer.concat(padded));
}

function utf32(text: string): Buffer {
  return Buffer.from(Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0).buffer);
}

function npyOf(type: string, shape: readonly number[], body: Uint8Array): Buffer {
  const sizes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${sizes}, }`;
  const start = Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1');
  return Buffer.concat([start, Buffer.from(`${header.padEnd(117)}\n`, 'latin1'), body]);
}

/** `numpy.savez_compressed(file, train=a)` by NumPy 2.4.6, of the float32 array
 * `[[0.5, -1.25, 3], [2, 0.125, -7]]`. */
export const COMPRESSED = Buffer.from(
  [
    'UEsDBC0AAAAIAAAAIQCPVGPH//////////8JABQAdHJhaW4ubnB5AQAQAJgAAAAAAAAAWwAAAAAAAACb7BfqGxDJyFDGUK2e',
    'klqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GBgZ7BoYF+xkYHByAbBC2',
    'Y2B4cAAAUEsBAi0DLQAAAAgAAAAhAI9UY8dbAAAAmAAAAAkAAAAAAAAAAAAAAIABAAAAAHRyYWluLm5weVBLBQYAAAAAAQAB',
    'ADcAAACWAAAAAAA=',
  ].join(''),
  'base64',
);

/** A zip file of stored members, as `numpy.savez` makes one of .npy files. */
export function zipFile(members: Readonly<Record<string, Buffer>>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(members)) {
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt32LE(crc32(bytes), 10);
    facts.writeUInt32LE(bytes.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), bytes]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const made = Buffer.from([20, 0]);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02'), made, facts, place, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(Buffer.concat(entries).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, ...entries, Buffer.from('PK\x05\x06'), end]);
}

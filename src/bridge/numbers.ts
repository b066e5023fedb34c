/**
 * Written forms of what JSON lacks, the same on both sides of every transport: NaN, the infinities
 * and -0 as words, blobs as base64 of their little-endian bytes. oRPC alone turns Infinity into
 * null, -0 into 0 and typed arrays into objects.
 */

/** As oRPC wants them; its own numbers go up to 7. */
export interface WireSerializer {
  readonly type: number;
  condition(value: unknown): boolean;
  serialize(value: unknown): unknown;
  deserialize(written: unknown): unknown;
}

// In every browser and in Node, but in no library that this room's compiler settings name.
declare const btoa: (bytes: string) => string;
declare const atob: (text: string) => string;
/** Node alone has it: a hundred times as fast on the side that sends megabytes. */
declare const Buffer:
  { from(buffer: ArrayBufferLike, offset: number, length: number): { toString(form: 'base64'): string } } | undefined;

const WORDS: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 };
/** Arguments of one call of `fromCharCode`: more would overflow the stack. */
const CHUNK = 8192;

/** `undefined` for a number that JSON writes as it is. */
export function numberWord(value: number): string | undefined {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? undefined : String(value);
}

/** The inverse of `numberWord`; throws on any other text. */
export function wordNumber(word: unknown): number {
  const number = typeof word === 'string' && Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (number === undefined) throw new TypeError(`"${String(word)}" is not the written form of a number.`);
  return number;
}

function base64Of(bytes: Uint8Array): string {
  if (typeof Buffer !== 'undefined')
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  let binary = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}

/** Throws on text that is not base64. */
function bytesOf(text: unknown): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw new TypeError('A blob must be written as base64 text.');
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

const numbers: WireSerializer = {
  type: 32,
  condition: (value) => typeof value === 'number' && numberWord(value) !== undefined,
  // Sound: `condition` let only such numbers pass.
  serialize: (value) => numberWord(value as number),
  deserialize: wordNumber,
};

const floats: WireSerializer = {
  type: 33,
  condition: (value) => value instanceof Float32Array,
  serialize: (value) => {
    // Sound: `condition` let only these pass.
    const { buffer, byteOffset, byteLength } = value as Float32Array;
    return base64Of(new Uint8Array(buffer, byteOffset, byteLength));
  },
  deserialize: (written) => {
    const bytes = bytesOf(written);
    if (bytes.length % 4 !== 0) throw new TypeError('Floats must come in whole groups of four bytes.');
    return new Float32Array(bytes.buffer);
  },
};

const octets: WireSerializer = {
  type: 34,
  condition: (value) => value instanceof Uint8Array,
  // Sound: `condition` let only these pass. Node's Buffer is one of them and arrives as a plain
  // Uint8Array.
  serialize: (value) => base64Of(value as Uint8Array),
  deserialize: bytesOf,
};

const doubles: WireSerializer = {
  type: 35,
  condition: (value) => value instanceof Float64Array,
  serialize: (value) => {
    // Sound: `condition` let only these pass.
    const { buffer, byteOffset, byteLength } = value as Float64Array;
    return base64Of(new Uint8Array(buffer, byteOffset, byteLength));
  },
  deserialize: (written) => {
    const bytes = bytesOf(written);
    if (bytes.length % 8 !== 0) throw new TypeError('Doubles must come in whole groups of eight bytes.');
    return new Float64Array(bytes.buffer);
  },
};

/** `customJsonSerializers` of every RPCHandler and RPCLink of the program. */
export const wireSerializers: readonly WireSerializer[] = [numbers, floats, octets, doubles];

export const testing = { base64Of, bytesOf };

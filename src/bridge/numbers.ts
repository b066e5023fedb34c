/**
 * Written forms of what JSON lacks, the same on both sides of every transport: NaN, the infinities
 * and -0 as words, blobs as base64 of their little-endian bytes. oRPC alone turns Infinity into
 * null, -0 into 0 and typed arrays into objects.
 */

import { numberWord, wordNumber } from '../core/written-numbers.ts';

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

/** Arguments of one call of `fromCharCode`: more would overflow the stack. */
const CHUNK = 8192;

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

/** `fault`: said of bytes that are no whole number of them. */
function arrays<T extends Float32Array | Float64Array>(
  type: number,
  Kind: { new (buffer: ArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
  fault: string,
): WireSerializer {
  return {
    type,
    condition: (value) => value instanceof Kind,
    serialize: (value) => {
      // Sound: `condition` let only these pass.
      const { buffer, byteOffset, byteLength } = value as T;
      return base64Of(new Uint8Array(buffer, byteOffset, byteLength));
    },
    deserialize: (written) => {
      const bytes = bytesOf(written);
      if (bytes.length % Kind.BYTES_PER_ELEMENT !== 0) throw new TypeError(fault);
      return new Kind(bytes.buffer);
    },
  };
}

const floats = arrays(33, Float32Array, 'Floats must come in whole groups of four bytes.');
const doubles = arrays(35, Float64Array, 'Doubles must come in whole groups of eight bytes.');

const octets: WireSerializer = {
  type: 34,
  condition: (value) => value instanceof Uint8Array,
  // Sound: `condition` let only these pass. Node's Buffer is one of them and arrives as a plain
  // Uint8Array.
  serialize: (value) => base64Of(value as Uint8Array),
  deserialize: bytesOf,
};

/** `customJsonSerializers` of every RPCHandler and RPCLink of the program. */
export const wireSerializers: readonly WireSerializer[] = [numbers, floats, octets, doubles];

export const testing = { base64Of, bytesOf };

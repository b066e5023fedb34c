/**
 * Hugging Face's safetensors form: 8 bytes of header length (little endian), a JSON header with
 * name, dtype, shape and byte range of each tensor, then the values. F32 and F16 are written,
 * and F64 is read, too.
 *
 * A sealed file bears a checksum of all of itself among its metadata: what was cut, flipped or
 * mixed up on the disk is told from what was written, wherever the file lies and whoever remembers
 * its hash.
 */
/// <reference lib="esnext.float16" />

import { createHash } from 'node:crypto';

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Half precision halves the file and rounds to 11 significant bits. */
  readonly half?: boolean;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 16 * 2 ** 20;
const CHECKSUM = 'checksum';
/** Stands where the checksum will be, while it is computed. */
const NO_CHECKSUM = '0'.repeat(64);

export function encodeTensors(tensors: readonly NamedTensor[], metadata: Readonly<Record<string, string>>): Buffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const blobs: Buffer[] = [];
  let offset = 0;
  for (const { name, shape, values, half } of tensors) {
    const stored = half ? Float16Array.from(values) : values;
    const blob = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
    header[name] = { dtype: half ? 'F16' : 'F32', shape, data_offsets: [offset, offset + blob.length] };
    blobs.push(blob);
    offset += blob.length;
  }
  const text = JSON.stringify(header);
  // Padded with spaces so that the values start at a multiple of 8 bytes.
  const json = Buffer.from(
    text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 - Buffer.byteLength(text) + text.length),
  );
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...blobs]);
}

/** The same with a checksum, which `decodeTensors` holds the file to. */
export function encodeSealed(tensors: readonly NamedTensor[], metadata: Readonly<Record<string, string>>): Buffer {
  // First among the metadata: no name or value of somebody else's can stand before it.
  const bytes = encodeTensors(tensors, { [CHECKSUM]: NO_CHECKSUM, ...metadata });
  bytes.write(createHash('sha256').update(bytes).digest('hex'), bytes.indexOf(NO_CHECKSUM), 'latin1');
  return bytes;
}

function assertChecksum(bytes: Buffer, checksum: string): void {
  const place = bytes.indexOf(checksum, LENGTH_BYTES, 'latin1');
  const hash = createHash('sha256').update(bytes.subarray(0, place)).update(NO_CHECKSUM);
  if (hash.update(bytes.subarray(place + checksum.length)).digest('hex') !== checksum) {
    throw new Error('its content is not what was written (its checksum differs)');
  }
}

/** Values as half precision keeps them. */
export function roundToHalf(values: Float32Array): Float32Array {
  return Float32Array.from(Float16Array.from(values));
}

/** Throws an Error that says what is wrong; callers name the file. */
export function decodeTensors(bytes: Buffer): TensorFile {
  if (bytes.length < LENGTH_BYTES) throw new Error(`it has ${bytes.length} bytes, too few for a header`);
  const headerBytes = Number(bytes.readBigUInt64LE());
  const start = LENGTH_BYTES + headerBytes;
  if (headerBytes > MAX_HEADER_BYTES || start > bytes.length) {
    throw new Error(`it announces a header of ${headerBytes} bytes and has ${bytes.length} in all`);
  }
  const header: unknown = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, start));
  if (typeof header !== 'object' || header === null) throw new Error('its header is no JSON object');
  const tensors = new Map<string, NamedTensor>();
  let metadata: Readonly<Record<string, string>> = {};
  let end = start;
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      metadata = stringRecord(entry);
      continue;
    }
    const tensor = decodeTensor(name, entry, bytes, start);
    tensors.set(name, tensor.value);
    end = Math.max(end, tensor.end);
  }
  if (end !== bytes.length) throw new Error(`it has ${bytes.length} bytes and its tensors end at ${end}`);
  const { [CHECKSUM]: checksum } = metadata;
  if (checksum !== undefined) assertChecksum(bytes, checksum);
  return { tensors, metadata };
}

function decodeTensor(
  name: string,
  entry: unknown,
  bytes: Buffer,
  start: number,
): { readonly value: NamedTensor; readonly end: number } {
  // Sound: every field is tested below before it is believed.
  const { dtype, shape, data_offsets: range } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'F64')
    throw new Error(`tensor "${name}" has the type ${String(dtype)}, not F16, F32 or F64`);
  if (!isSizes(shape) || !isSizes(range) || range.length !== 2)
    throw new Error(`tensor "${name}" lacks shape or range`);
  const [from = 0, to = 0] = range;
  const width = { F16: 2, F32: 4, F64: 8 }[dtype];
  const size = shape.reduce((product, length) => product * length, 1);
  if (to - from !== size * width) throw new Error(`tensor "${name}" of ${size} values has ${to - from} bytes`);
  if (start + to > bytes.length) throw new Error(`it ends inside tensor "${name}"`);
  // A copy: typed arrays need aligned starts.
  const blob = new Uint8Array(bytes.subarray(start + from, start + to));
  const floats = { F16: Float16Array, F32: Float32Array, F64: Float64Array }[dtype];
  const values = dtype === 'F32' ? new Float32Array(blob.buffer) : Float32Array.from(new floats(blob.buffer));
  return { value: { name, shape, values, half: dtype === 'F16' }, end: start + to };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function stringRecord(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

/**
 * NumPy's .npy form (numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic
 * string, a version, the length of a header (2 bytes in version 1, else 4), a Python dictionary
 * with `descr`, `fortran_order` and `shape`, then the values. Only floats in C order and names,
 * little endian, are read: no pickle is ever opened.
 */
/// <reference lib="esnext.float16" />

export interface NumberArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export const NPY_MAGIC = Buffer.from('\x93NUMPY', 'latin1');

const FLOATS = {
  '<f2': { bytes: 2, title: 'float16', read: (buffer: ArrayBuffer) => Float32Array.from(new Float16Array(buffer)) },
  '<f4': { bytes: 4, title: 'float32', read: (buffer: ArrayBuffer) => new Float32Array(buffer) },
  '<f8': { bytes: 8, title: 'float64', read: (buffer: ArrayBuffer) => Float32Array.from(new Float64Array(buffer)) },
} as const;

const isFloat = (type: string): type is keyof typeof FLOATS => Object.hasOwn(FLOATS, type);

/** Throws an Error that says what is wrong; callers name the file. */
export function decodeNpy(bytes: Buffer): NumberArray {
  const { type, shape, count, body } = parsed(bytes);
  if (!isFloat(type)) throw new Error(`it holds "${type}": save float16, float32 or float64, little endian`);
  const { bytes: width, title, read } = FLOATS[type];
  assertLength(body, count * width, `[${shape.join(', ')}] of ${title}`);
  // A copy: typed arrays need aligned starts.
  return { shape, values: read(new Uint8Array(body).buffer) };
}

/** Of an array `[n]` of text, as `numpy.array` makes one of names: each of so many characters, in
 * UTF-32 (`<U20`) or bytes (`|S20`), with zeros behind shorter ones. Throws an Error as above. */
export function decodeNpyNames(bytes: Buffer): readonly string[] {
  const { type, shape, count, body } = parsed(bytes);
  const [, form = '', length = ''] = /^(<U|\|S)(\d{1,6})$/.exec(type) ?? [];
  if (form === '') throw new Error(`it holds "${type}" and not text: save numpy.array(names)`);
  if (shape.length !== 1) throw new Error(`it is [${shape.join(', ')}]: a list of names is expected`);
  const width = (form === '<U' ? 4 : 1) * Number(length);
  assertLength(body, count * width, `${count} names of ${length} characters`);
  return Array.from({ length: count }, (_, index) => {
    const cell = body.subarray(index * width, (index + 1) * width);
    return (form === '<U' ? textOf(cell) : cell.toString('utf8')).replace(/\0+$/, '');
  });
}

/** Throws an Error for what is no character. */
function textOf(cell: Buffer): string {
  let text = '';
  for (let place = 0; place < cell.length; place += 4) {
    const point = cell.readUInt32LE(place);
    if (point > 0x10_ffff) throw new Error(`it holds ${point}, which is no character`);
    text += String.fromCodePoint(point);
  }
  return text;
}

function assertLength(body: Buffer, wanted: number, what: string): void {
  if (body.length === wanted) return;
  const finding = body.length < wanted ? 'it breaks off' : 'it goes on after its values';
  throw new Error(`${finding}: ${what} are ${wanted} bytes, not ${body.length}`);
}

interface ParsedNpy {
  readonly type: string;
  readonly shape: readonly number[];
  readonly count: number;
  /** What stands behind the header. */
  readonly body: Buffer;
}

function parsed(bytes: Buffer): ParsedNpy {
  const isLong = (bytes[6] ?? 0) > 1;
  const start = isLong ? 12 : 10;
  if (bytes.length < start || !bytes.subarray(0, 6).equals(NPY_MAGIC)) throw new Error('it is no .npy file');
  const length = isLong ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8);
  if (start + length > bytes.length) throw new Error('it breaks off in its header');
  const header = bytes.toString('latin1', start, start + length);
  const type = fieldOf(header, 'descr', /^'([^']*)'/);
  const order = fieldOf(header, 'fortran_order', /^(True|False)/);
  const sizes = fieldOf(header, 'shape', /^\(([\d, ]*)\)/);
  if (type === undefined || order === undefined || sizes === undefined) {
    throw new Error('its header does not say of what type and shape it is: it may hold several fields a value');
  }
  if (type.includes('O')) throw new Error('it holds Python objects (a pickle), which are never read: save floats');
  if (order === 'True') {
    throw new Error('it lies column by column (Fortran order): save it through numpy.ascontiguousarray');
  }
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const count = shape.reduce((product, size) => product * size, 1);
  return { type, shape, count, body: bytes.subarray(start + length) };
}

/** What stands behind a key of the dictionary, as far as it is of the form. */
function fieldOf(header: string, key: string, form: RegExp): string | undefined {
  const place = header.indexOf(`'${key}':`);
  return place < 0 ? undefined : form.exec(header.slice(place + key.length + 3).trimStart())?.[1];
}

/** Arrays of whole numbers in NumPy's .npz form: what ASSISTments' answers are kept as. Floats are
 * read by compute/teachers/logits/npy.ts. */
import { openPromise } from 'yauzl';

const TYPES: Readonly<
  Record<string, { readonly bytes: number; readonly read: (view: DataView, at: number) => number }>
> = {
  '|u1': { bytes: 1, read: (view, at) => view.getUint8(at) },
  '<i4': { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  '<i8': { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/** By name, without `.npy`. Throws an Error that names the array where one is of another form. */
export async function readWholeNumbers(file: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false });
  const found = new Map<string, readonly number[]>();
  try {
    for await (const entry of zip.eachEntry()) {
      const chunks: Buffer[] = [];
      // Sound: the stream of an entry gives buffers.
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      found.set(entry.fileName.replace(/\.npy$/, ''), decode(entry.fileName, Buffer.concat(chunks)));
    }
  } finally {
    zip.close();
  }
  return found;
}

/** Version 1 of the form: magic, version, the header's length in two bytes, header, values. */
function decode(name: string, bytes: Buffer): readonly number[] {
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const type = TYPES[/'descr': '([^']*)'/.exec(header)?.[1] ?? ''];
  if (type === undefined) throw new Error(`${name} holds no whole numbers that are known here: ${header.trim()}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  return Array.from({ length: view.byteLength / type.bytes }, (_, index) => type.read(view, index * type.bytes));
}

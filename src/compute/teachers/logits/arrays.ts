/** Arrays of floats as people save them: one in a .npy file, several by name in a .npz or a
 * safetensors file. */
import { openSync, closeSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { decodeTensors } from '../../files/safetensors.ts';
import { decodeNpy, NPY_MAGIC } from './npy.ts';
import type { NumberArray } from './npy.ts';

/** Larger ones, or arrays in them, are not held in memory. */
const MOST_BYTES = 2 ** 30;
/** Of a name without which there is no array. */
const ONLY = '';
const ENDING = '.npy';

/** By their names; a file of one has none. Throws `usage.invalid`, naming file and array. */
export async function readArrays(file: string): Promise<ReadonlyMap<string, NumberArray>> {
  const refuse = (problem: string, cause?: unknown): WorkbenchError =>
    new WorkbenchError('usage.invalid', `file: ${basename(file)}: ${problem}.`, { file, field: 'file' }, { cause });
  try {
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new Error(`it has ${size} bytes, and ${MOST_BYTES} are the most`);
    const head = headOf(file);
    if (head.equals(NPY_MAGIC)) return new Map([[ONLY, decodeNpy(readFileSync(file))]]);
    if (head.toString('latin1', 0, 2) === 'PK') return await readNpz(file);
    if (/\.safetensors$/i.test(file)) return decodeTensors(readFileSync(file)).tensors;
  } catch (error) {
    throw refuse(messageOf(error).replace(/\.$/, ''), error);
  }
  throw refuse('it is no .npy, .npz or .safetensors file');
}

function headOf(file: string): Buffer {
  const head = Buffer.alloc(NPY_MAGIC.length);
  const descriptor = openSync(file, 'r');
  try {
    return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** Zip files of .npy files, stored (`savez`) or deflated (`savez_compressed`). */
async function readNpz(file: string): Promise<ReadonlyMap<string, NumberArray>> {
  const zip = await openPromise(file, { lazyEntries: true, strictFileNames: true, autoClose: false });
  const arrays = new Map<string, NumberArray>();
  let bytes = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      const { fileName, uncompressedSize } = entry;
      if (!fileName.endsWith(ENDING)) {
        throw new Error(
          `it holds "${fileName}", which is no array (what torch.save writes is a pickle, and never read): ` +
            'save it by numpy.savez, or as safetensors',
        );
      }
      bytes += uncompressedSize;
      if (bytes > MOST_BYTES) throw new Error(`its arrays take more than ${MOST_BYTES} bytes`);
      const name = fileName.slice(0, -ENDING.length);
      arrays.set(name, await inArray(name, async () => decodeNpy(await unpacked(zip, entry))));
    }
  } finally {
    zip.close();
  }
  return arrays;
}

async function unpacked(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // Sound: the stream of an entry gives buffers.
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (crc32(bytes) !== entry.crc32) throw new Error('it is damaged (its checksum differs)');
  return bytes;
}

async function inArray<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`array "${name}": ${messageOf(error)}`, { cause: error });
  }
}

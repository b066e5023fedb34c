/** Arrays of floats as people save them: one in a .npy file, several by name in a .npz or a
 * safetensors file, where names of files may stand with them. */
import { openSync, closeSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { messageOf, WorkbenchError } from '../../../core/errors.ts';
import { decodeTensors } from '../../files/safetensors.ts';
import { decodeNpy, decodeNpyNames, NPY_MAGIC } from './npy.ts';
import type { NumberArray } from './npy.ts';

/** Larger ones, or arrays in them, are not held in memory. */
const MOST_BYTES = 2 ** 30;
/** Of a name without which there is no array. */
const ONLY = '';
const ENDING = '.npy';

/** What names of files stand under: an array of a .npz file, or JSON among the metadata of a
 * safetensors file. */
const NAMES = 'names';

export interface ArrayFile {
  /** By their names; a file of one has none. */
  readonly arrays: ReadonlyMap<string, NumberArray>;
  /** Of the files that its rows are of, where it says so. */
  readonly names?: readonly string[];
}

/** Throws `usage.invalid`, naming file and array. */
export async function readArrays(file: string): Promise<ArrayFile> {
  const refuse = (problem: string, cause?: unknown): WorkbenchError =>
    new WorkbenchError('usage.invalid', `file: ${basename(file)}: ${problem}.`, { file, field: 'file' }, { cause });
  try {
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new Error(`it has ${size} bytes, and ${MOST_BYTES} are the most`);
    const head = headOf(file);
    if (head.equals(NPY_MAGIC)) return { arrays: new Map([[ONLY, decodeNpy(readFileSync(file))]]) };
    if (head.toString('latin1', 0, 2) === 'PK') return await readNpz(file);
    if (/\.safetensors$/i.test(file)) return readTensors(file);
  } catch (error) {
    throw refuse(messageOf(error).replace(/\.$/, ''), error);
  }
  throw refuse('it is no .npy, .npz or .safetensors file');
}

function readTensors(file: string): ArrayFile {
  const { tensors: arrays, metadata } = decodeTensors(readFileSync(file));
  const { [NAMES]: text } = metadata;
  if (text === undefined) return { arrays };
  const names: unknown = JSON.parse(text);
  const isList = Array.isArray(names) && names.every((name): name is string => typeof name === 'string');
  if (!isList) throw new Error(`its metadata has "${NAMES}" that are no JSON list of names`);
  return { arrays, names };
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
async function readNpz(file: string): Promise<ArrayFile> {
  const zip = await openPromise(file, { lazyEntries: true, strictFileNames: true, autoClose: false });
  const arrays = new Map<string, NumberArray>();
  let names: readonly string[] | undefined;
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
      await inArray(name, async () => {
        const content = await unpacked(zip, entry);
        if (name === NAMES) names = decodeNpyNames(content);
        else arrays.set(name, decodeNpy(content));
      });
    }
  } finally {
    zip.close();
  }
  return { arrays, ...(names && { names }) };
}

async function unpacked(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // Sound: the stream of an entry gives buffers.
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (crc32(bytes) !== entry.crc32) throw new Error('it is damaged (its checksum differs)');
  return bytes;
}

async function inArray(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(`array "${name}": ${messageOf(error)}`, { cause: error });
  }
}

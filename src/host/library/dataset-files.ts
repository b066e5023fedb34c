/** Data set folders as the host reads them: the card, and a check that the files are what the card
 * says. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { sizeOf } from '../../core/arch/ops.ts';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import { datasetCardSchema } from '../../core/records/dataset-card.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { SPLITS } from '../../core/records/sources.ts';
import type { DatasetSources, SplitName, SplitSources } from '../../core/records/sources.ts';
import { faultOf } from '../../core/records/zod.ts';
import { strayStep } from '../../core/sequences/steps.ts';
import { yieldToEvents } from '../slices.ts';
import { checkColumns, checkNames, checkRecordings } from './dataset-sides.ts';
import {
  anotherContent,
  assertLength,
  checkPacked,
  CHUNK_BYTES,
  corrupt,
  hashFile,
  unpacked,
  unreadable,
} from './split-files.ts';

/** An IDX file of bytes with one or three axes and four sizes at most begins with these. */
const IDX_BYTES = 0x08;
/** A label file that unpacks to more is no label file. */
const MAX_LABEL_BYTES = 64 * 2 ** 20;
/** Of an IDX file of four axes. */
const MOST_HEADER = 20;
const MAX_IMAGE_BYTES = 2 ** 30;

/** Throws `dataset.missing` without a card and `dataset.corrupt` with a wrong one. */
export async function readDatasetCard(directory: string): Promise<DatasetCard> {
  const file = join(directory, 'dataset.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new WorkbenchError('dataset.missing', `There is no data set in ${directory}: ${messageOf(error)}.`, { file });
  });
  const parsed = datasetCardSchema.safeParse(parseJson(text, file));
  if (parsed.success) return parsed.data;
  throw corrupt(file, faultOf(parsed.error));
}

/** The same for the same images and labels, whatever the data set is called; `undefined` where its
 * card names no hashes. */
export function fingerprintOf({ fingerprint, splits }: DatasetCard): string | undefined {
  if (fingerprint !== undefined) return fingerprint;
  const hashes = [splits.train, splits.val].flatMap(({ images, labels }) => [images.sha256, labels.sha256]);
  if (hashes.includes(undefined)) return undefined;
  return createHash('sha256').update(hashes.join()).digest('hex');
}

/** What a data set's files hold, as it was read just now. */
export interface CheckedDataset {
  readonly sources: DatasetSources;
  /** In the forms in which cards, and runs of earlier versions, name it; the first is that of this
   * card. */
  readonly fingerprints: readonly [string, ...string[]];
}

/**
 * Every file of every split is there, of the size and hash that the card names, and a gzipped IDX
 * file or one of rows; what they hold is hashed on the way. `compare` looks at what was found
 * before a card that claims another content is called damaged. Throws `dataset.*`, and what
 * `compare` throws.
 */
export async function checkDatasetFiles(
  directory: string,
  card: DatasetCard,
  compare: (found: CheckedDataset) => void = () => undefined,
): Promise<CheckedDataset> {
  const all = createHash('sha256');
  const splits = new Map<string, SplitSources>();
  const columns = await checkColumns(directory, card);
  for (const name of SPLITS) {
    const { images, labels, count } = card.splits[name];
    const [imageFile, labelFile] = [join(directory, images.file), join(directory, labels.file)];
    await checkPacked(labelFile, labels);
    const hashes = {
      images: await checkImages(imageFile, images, count, card.shape, all),
      labels: await hashValues(labelFile, 1, all),
    };
    await readLabels(directory, labels.file, count, card.classes.length);
    await checkSteps(imageFile, card, count);
    await checkRecordings(directory, card.splits[name]);
    await checkNames(directory, card.splits[name]);
    splits.set(name, { ...hashes, ...(columns[name] !== undefined && { columns: columns[name] }) });
  }
  const [train, val, test] = SPLITS.map((name) => splits.get(name));
  if (!train || !val || !test) throw new WorkbenchError('internal', 'A split was not read.');
  const content = all.digest('hex');
  const { shape, classes, example } = card;
  const sources = { shape, classes, ...(example && { example }), splits: { train, val, test } };
  // The files were just found to have the hashes that the card names.
  const ofFiles = fingerprintOf({ ...card, fingerprint: undefined });
  const known = ofFiles === undefined ? [] : [ofFiles];
  const [first = content] = card.fingerprint === undefined ? known : [content];
  const found = { sources, fingerprints: [first, content, ...known] } as const;
  compare(found);
  if (card.fingerprint !== undefined && card.fingerprint !== content) {
    throw corrupt(directory, 'its examples and labels are not those that its card names (their fingerprint differs)');
  }
  return found;
}

type ImagesEntry = DatasetCard['splits'][SplitName]['images'];

/** SHA-256 of the pixels, which `all` takes in, too. Throws `dataset.*`. */
async function checkImages(
  file: string,
  entry: ImagesEntry,
  count: number,
  shape: readonly [number, number, number],
  all: Hash,
): Promise<string> {
  if (entry.form !== 'rows') {
    await checkPacked(file, entry);
    return hashValues(file, shape[2] === 1 ? 3 : 4, all);
  }
  await assertRows(file, count, shape);
  const { sha256 } = await hashFile(file, all);
  if (entry.bytes !== undefined) assertLength(file, count * sizeOf(shape), entry.bytes);
  if (entry.sha256 !== undefined && sha256 !== entry.sha256) throw anotherContent(file);
  return sha256;
}

/** Throws `dataset.corrupt` where a window of steps has a value that the card does not know. */
async function checkSteps(file: string, { example, shape }: DatasetCard, count: number): Promise<void> {
  if (example?.kind !== 'sequence') return;
  const size = sizeOf(shape);
  const wanted = count * size;
  const content = await unpacked(file, Math.min(wanted + MOST_HEADER, MAX_IMAGE_BYTES));
  const values = content.subarray(4 + 4 * (content[3] ?? 0));
  if (values.length !== wanted) throw corrupt(file, `it has ${values.length} bytes for ${count} windows of ${size}`);
  const piece = Math.ceil(CHUNK_BYTES / size);
  for (let first = 0; first < count; first += piece) {
    const stray = strayStep(example, shape, values, first, first + piece);
    if (stray !== undefined) throw corrupt(file, stray);
    // Others are served in between.
    await yieldToEvents();
  }
}

/** There is a whole row for each image, and nothing else. */
async function assertRows(file: string, count: number, shape: readonly [number, number, number]): Promise<void> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const wanted = count * sizeOf(shape);
  if (size === wanted) return;
  throw corrupt(file, `it has ${size} bytes, and ${count} examples of ${shape.join(' x ')} are ${wanted}`);
}

/**
 * SHA-256 of the values of a gzipped IDX file of `rank` axes, which `all` takes in, too. They are
 * never in memory as a whole, and others are served in between. Throws `dataset.corrupt`.
 */
async function hashValues(file: string, rank: number, all: Hash): Promise<string> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    await pipeline(
      createReadStream(file, { highWaterMark: CHUNK_BYTES }),
      createGunzip({ chunkSize: CHUNK_BYTES }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          const values = chunk.subarray(Math.max(0, 4 + 4 * rank - length));
          length += chunk.length;
          if (length > MAX_IMAGE_BYTES) throw corrupt(file, `it unpacks to more than ${MAX_IMAGE_BYTES} bytes`);
          hash.update(values);
          all.update(values);
        }
      },
    );
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    throw corrupt(file, `it cannot be unpacked: ${messageOf(error)}`);
  }
  return hash.digest('hex');
}

/** SHA-256 of the labels of a split. Throws `dataset.*`. */
export async function hashLabels(directory: string, { labels }: DatasetCard['splits']['val']): Promise<string> {
  return hashValues(join(directory, labels.file), 1, createHash('sha256'));
}

/** Classes of a split's images, `[count]`. Throws `dataset.*`. */
async function readLabels(directory: string, name: string, count: number, classes: number): Promise<Uint8Array> {
  const file = join(directory, name);
  const content = await unpacked(file, MAX_LABEL_BYTES);
  if (content.length < 8 || content.readUInt16BE(0) !== 0 || content[2] !== IDX_BYTES || content[3] !== 1) {
    throw corrupt(file, 'it is not an IDX file of bytes with one axis');
  }
  const labels = new Uint8Array(content.subarray(8));
  if (content.readUInt32BE(4) !== count || labels.length !== count) {
    throw corrupt(file, `it has ${labels.length} labels for ${count} examples`);
  }
  const stray = labels.find((label) => label >= classes);
  if (stray !== undefined) throw corrupt(file, `it has the label ${stray}, and there are ${classes} classes`);
  return labels;
}

/** Of a whole split. Throws `dataset.*`. */
export function labelsOf(
  { directory, card }: { readonly directory: string; readonly card: DatasetCard },
  split: keyof DatasetCard['splits'],
): Promise<Uint8Array> {
  const { labels, count } = card.splits[split];
  return readLabels(directory, labels.file, count, card.classes.length);
}

/** The last one, unpacked: a gallery asks for images of one split again and again. */
let latest: { readonly file: string; readonly modified: number; readonly content: Buffer } | undefined;

/** Pixels `[indices][height][width][channels]` of some images of a split. Throws `dataset.*`. */
export async function readImages(
  { directory, card }: { readonly directory: string; readonly card: DatasetCard },
  split: SplitName,
  indices: readonly number[],
): Promise<Uint8Array> {
  const { images, count } = card.splits[split];
  const file = join(directory, images.file);
  const size = sizeOf(card.shape);
  const pixels = new Uint8Array(indices.length * size);
  if (images.form === 'rows') {
    await assertRows(file, count, card.shape);
    await readRows(file, size, indices, pixels);
    return pixels;
  }
  const content = await unpackedFile(file);
  const start = 4 + 4 * (content[3] ?? 0);
  for (const [place, index] of indices.entries()) {
    const from = start + index * size;
    if (from + size > content.length) throw corrupt(file, `it ends before its example ${index}`);
    pixels.set(content.subarray(from, from + size), place * size);
  }
  return pixels;
}

async function readRows(file: string, size: number, indices: readonly number[], into: Uint8Array): Promise<void> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    for (const [place, index] of indices.entries()) {
      const { bytesRead } = await handle.read(into, place * size, size, index * size);
      if (bytesRead !== size) throw corrupt(file, `it ends before its example ${index}`);
    }
  } finally {
    await handle.close();
  }
}

async function unpackedFile(file: string): Promise<Buffer> {
  const modified = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => NaN,
  );
  if (latest?.file !== file || latest.modified !== modified) {
    latest = { file, modified, content: await unpacked(file, MAX_IMAGE_BYTES) };
  }
  return latest.content;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corrupt(file, `it is not JSON (${messageOf(error)})`);
  }
}

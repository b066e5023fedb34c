/** Data set folders as the host reads them: the card, and a check that the files are what the card
 * says. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { messageOf, WorkbenchError } from '../../core/errors.ts';
import { datasetCardSchema } from '../../core/records/dataset-card.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { SPLITS } from '../../core/records/sources.ts';
import type { DatasetSources, SplitName, SplitSources } from '../../core/records/sources.ts';
import { faultOf } from '../../core/records/zod.ts';

const unzip = promisify(gunzip);
/** An IDX file of bytes with one or three axes and four sizes at most begins with these. */
const IDX_BYTES = 0x08;
/** A label file that unpacks to more is no label file. */
const MAX_LABEL_BYTES = 64 * 2 ** 20;
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
 * file; what they hold is hashed on the way. `compare` looks at what was found before a card that
 * claims another content is called damaged. Throws `dataset.*`, and what `compare` throws.
 */
export async function checkDatasetFiles(
  directory: string,
  card: DatasetCard,
  compare: (found: CheckedDataset) => void = () => undefined,
): Promise<CheckedDataset> {
  const all = createHash('sha256');
  const splits = new Map<string, SplitSources>();
  for (const name of SPLITS) {
    const { images, labels, count } = card.splits[name];
    const [imageFile, labelFile] = [join(directory, images.file), join(directory, labels.file)];
    await checkPacked(imageFile, images);
    await checkPacked(labelFile, labels);
    const imageRank = card.shape[2] === 1 ? 3 : 4;
    splits.set(name, {
      images: await hashValues(imageFile, imageRank, all),
      labels: await hashValues(labelFile, 1, all),
    });
    await readLabels(directory, labels.file, count, card.classes.length);
  }
  const [train, val, test] = SPLITS.map((name) => splits.get(name));
  if (!train || !val || !test) throw new WorkbenchError('internal', 'A split was not read.');
  const content = all.digest('hex');
  const sources = { shape: card.shape, classes: card.classes, splits: { train, val, test } };
  // The files were just found to have the hashes that the card names.
  const ofFiles = fingerprintOf({ ...card, fingerprint: undefined });
  const known = ofFiles === undefined ? [] : [ofFiles];
  const [first = content] = card.fingerprint === undefined ? known : [content];
  const found = { sources, fingerprints: [first, content, ...known] } as const;
  compare(found);
  if (card.fingerprint !== undefined && card.fingerprint !== content) {
    throw corrupt(directory, 'its images and labels are not those that its card names (their fingerprint differs)');
  }
  return found;
}

const CHUNK_BYTES = 1 << 18;

/** Of the file as it lies there. Throws `dataset.*`. */
async function checkPacked(file: string, { bytes, sha256 }: DatasetCard['splits'][SplitName]['images']): Promise<void> {
  const hash = createHash('sha256');
  let length = 0;
  let magic = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      if (length === 0) magic = Buffer.from(chunk.subarray(0, 2));
      length += chunk.length;
      hash.update(chunk);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  if (bytes !== undefined && length !== bytes) {
    throw corrupt(file, `it has ${length} bytes, and its card says ${bytes}`);
  }
  if (sha256 !== undefined && hash.digest('hex') !== sha256) {
    throw corrupt(file, 'its content is not what its card says (SHA-256 differs)');
  }
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) throw corrupt(file, 'it is not a gzip file');
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
  const packed = await readSplitFile(file);
  const content = await unzip(packed, { maxOutputLength: MAX_LABEL_BYTES }).catch((error: unknown) => {
    throw corrupt(file, `it cannot be unpacked: ${messageOf(error)}`);
  });
  if (content.length < 8 || content.readUInt16BE(0) !== 0 || content[2] !== IDX_BYTES || content[3] !== 1) {
    throw corrupt(file, 'it is not an IDX file of bytes with one axis');
  }
  const labels = new Uint8Array(content.subarray(8));
  if (content.readUInt32BE(4) !== count || labels.length !== count) {
    throw corrupt(file, `it has ${labels.length} labels for ${count} images`);
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
let unpacked: { readonly file: string; readonly modified: number; readonly content: Buffer } | undefined;

/** Pixels `[indices][height][width][channels]` of some images of a split of `shape`. Throws
 * `dataset.*`. */
export async function readImages(
  directory: string,
  name: string,
  shape: readonly number[],
  indices: readonly number[],
): Promise<Uint8Array> {
  const file = join(directory, name);
  const modified = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => NaN,
  );
  if (unpacked?.file !== file || unpacked.modified !== modified) {
    const packed = await readSplitFile(file);
    const content = await unzip(packed, { maxOutputLength: MAX_IMAGE_BYTES }).catch((error: unknown) => {
      throw corrupt(file, `it cannot be unpacked: ${messageOf(error)}`);
    });
    unpacked = { file, modified, content };
  }
  const { content } = unpacked;
  const size = shape.reduce((product, side) => product * side, 1);
  const start = 4 + 4 * (content[3] ?? 0);
  const pixels = new Uint8Array(indices.length * size);
  for (const [place, index] of indices.entries()) {
    const from = start + index * size;
    if (from + size > content.length) throw corrupt(file, `it ends before its image ${index}`);
    pixels.set(content.subarray(from, from + size), place * size);
  }
  return pixels;
}

async function readSplitFile(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

function unreadable(file: string, error: unknown): WorkbenchError {
  return new WorkbenchError('dataset.missing', `A file of the data set cannot be read: ${messageOf(error)}.`, { file });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corrupt(file, `it is not JSON (${messageOf(error)})`);
  }
}

function corrupt(file: string, finding: string): WorkbenchError {
  return new WorkbenchError('dataset.corrupt', `${file} is damaged: ${finding}. Import the data set again.`, { file });
}

/** Data set folders as the host reads them: the card, and a check that the files are what the card says. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from '../bridge/zod.ts';
import { WorkbenchError } from '../core/errors.ts';

const TEXT = z.string().max(10_000);
/** Labels are bytes; and sizes of images beyond these are of no data set that is trained on here. */
const MOST_CLASSES = 256;
const side = z.int().min(1).max(4096);

const fileSchema = z.object({
  file: z
    .string()
    .regex(/^[^./\\][^/\\]*$/)
    .max(200),
  bytes: z.int().optional(),
  sha256: TEXT.optional(),
});
const splitSchema = z.object({
  count: z.int().min(1).max(1e9),
  /** Images of each class; this and what follows below stand in the cards of imported data sets. */
  balance: z.array(z.int().min(0)).max(MOST_CLASSES).optional(),
  images: fileSchema,
  labels: fileSchema,
});

/** What the host uses of `dataset.json`, no wider than what a window may be answered; the trainer reads the rest. */
const cardSchema = z.object({
  id: TEXT,
  title: TEXT,
  licence: TEXT.default('unknown'),
  shape: z.tuple([side, side, side]),
  classes: z.array(TEXT).min(2).max(MOST_CLASSES),
  splits: z.object({ train: splitSchema, val: splitSchema, test: splitSchema }),
  fingerprint: TEXT.optional(),
  source: TEXT.optional(),
  date: TEXT.optional(),
  warnings: z.array(TEXT).max(1000).optional(),
});

export type DatasetCard = z.output<typeof cardSchema>;

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
    throw new WorkbenchError('dataset.missing', `There is no data set in ${directory}: ${words(error)}.`, { file });
  });
  const parsed = cardSchema.safeParse(parseJson(text, file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw corrupt(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a data set card'}`);
}

/** The same for the same images and labels, whatever the data set is called; `undefined` where its card names no hashes. */
export function fingerprintOf({ fingerprint, splits }: DatasetCard): string | undefined {
  if (fingerprint !== undefined) return fingerprint;
  const hashes = [splits.train, splits.val].flatMap(({ images, labels }) => [images.sha256, labels.sha256]);
  if (hashes.includes(undefined)) return undefined;
  return createHash('sha256').update(hashes.join()).digest('hex');
}

/** Every file of every split is there, of the size and hash that the card names, and a gzipped IDX file. Throws `dataset.*`. */
export async function checkDatasetFiles(directory: string, card: DatasetCard): Promise<void> {
  for (const split of Object.values(card.splits)) {
    for (const { file: name, bytes, sha256 } of [split.images, split.labels]) {
      const file = join(directory, name);
      const content = await readSplitFile(file);
      if (bytes !== undefined && content.length !== bytes) {
        throw corrupt(file, `it has ${content.length} bytes, and its card says ${bytes}`);
      }
      if (sha256 !== undefined && createHash('sha256').update(content).digest('hex') !== sha256) {
        throw corrupt(file, 'its content is not what its card says (SHA-256 differs)');
      }
      if (content[0] !== 0x1f || content[1] !== 0x8b) throw corrupt(file, 'it is not a gzip file');
    }
    await readLabels(directory, split.labels.file, split.count, card.classes.length);
  }
}

/** Classes of a split's images, `[count]`. Throws `dataset.*`. */
export async function readLabels(directory: string, name: string, count: number, classes: number): Promise<Uint8Array> {
  const file = join(directory, name);
  const packed = await readSplitFile(file);
  const content = await unzip(packed, { maxOutputLength: MAX_LABEL_BYTES }).catch((error: unknown) => {
    throw corrupt(file, `it cannot be unpacked: ${words(error)}`);
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

/** The last one, unpacked: a gallery asks for images of one split again and again. */
let unpacked: { readonly file: string; readonly modified: number; readonly content: Buffer } | undefined;

/** Pixels `[indices][height][width][channels]` of some images of a split of `shape`. Throws `dataset.*`. */
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
      throw corrupt(file, `it cannot be unpacked: ${words(error)}`);
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
    throw new WorkbenchError('dataset.missing', `A file of the data set cannot be read: ${words(error)}.`, { file });
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corrupt(file, `it is not JSON (${words(error)})`);
  }
}

function corrupt(file: string, finding: string): WorkbenchError {
  return new WorkbenchError('dataset.corrupt', `${file} is damaged: ${finding}. Import the data set again.`, { file });
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A data set folder in memory: `dataset.json` (title, shape, classes, splits) and gzipped IDX
 * files of its splits. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../../core/errors.ts';
import { datasetChanged, datasetChanges } from '../../core/sources.ts';
import { datasetCardSchema } from '../../core/records/dataset-card.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { DatasetSources, Recorded, SplitName } from '../../core/records/sources.ts';
import type { Normalisation } from '../../core/records/teacher-card.ts';
import { faultOf } from '../../core/records/zod.ts';
import { corrupt, readIdx } from './idx.ts';

export interface Split {
  readonly count: number;
  /** `[count][height][width][channels]`, row-major. */
  readonly pixels: Uint8Array;
  /** `[count]`, class of each image. */
  readonly labels: Uint8Array;
}

export interface Dataset {
  readonly card: DatasetCard;
  /** Of the whole training split, so that it does not depend on how much of it is used. */
  readonly normalisation: Normalisation;
  /** SHA-256 of the training split's pixels and labels. */
  readonly fingerprint: string;
  readonly split: (name: SplitName) => Split;
}

/**
 * Reads the card and the training split; other splits when they are first asked for. Each is hashed
 * as it lies in memory and compared with `expected`: between the host's look and this one somebody
 * may have put other files there. Throws `dataset.*`.
 */
export function loadDataset(directory: string, expected?: Recorded<DatasetSources>): Dataset {
  const card = readCard(join(directory, 'dataset.json'));
  const cache = new Map<SplitName, Split>();
  const split = (name: SplitName): Split => {
    const known = cache.get(name) ?? readSplit(directory, card, name);
    if (expected !== undefined && !cache.has(name)) assertSame(card, name, known, expected);
    cache.set(name, known);
    return known;
  };
  const train = split('train');
  const fingerprint = createHash('sha256').update(train.pixels).update(train.labels).digest('hex');
  return { card, normalisation: normalisationOf(train.pixels, card.shape[2]), fingerprint, split };
}

function assertSame(card: DatasetCard, name: SplitName, split: Split, expected: Recorded<DatasetSources>): void {
  const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const found = { images: hash(split.pixels), labels: hash(split.labels) };
  const changes = datasetChanges(expected, { ...card, splits: { [name]: found } });
  if (changes.length === 0) return;
  throw datasetChanged({ name: card.id, who: 'this training', since: expected.at, changes });
}

/** Mean and standard deviation of all values over 255; of `[...][channels]`, those of each channel
 * where there are several. */
export function normalisationOf(pixels: Uint8Array, channels = 1): Normalisation {
  const moments = Array.from({ length: channels }, (_, channel) => momentsOf(pixels, channel, channels));
  const [only] = moments;
  if (only !== undefined && channels === 1) return only;
  return { mean: moments.map(({ mean }) => mean), deviation: moments.map(({ deviation }) => deviation) };
}

function momentsOf(
  pixels: Uint8Array,
  first: number,
  step: number,
): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  let squares = 0;
  for (let place = first; place < pixels.length; place += step) {
    const value = pixels[place] ?? 0;
    sum += value;
    squares += value * value;
  }
  const count = pixels.length / step;
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(squares / count - mean * mean, 1));
  return { mean: mean / 255, deviation: deviation / 255 };
}

/** Two IDX files as one split. Throws `dataset.corrupt` when they do not fit each other or the
 * expected shape. */
export function readImages(
  imageFile: string,
  labelFile: string,
  shape: readonly [number, number, number],
  classes: number,
): Split {
  const images = readIdx(imageFile, shape[2] === 1 ? 3 : 4);
  const labels = readIdx(labelFile, 1);
  const [count = 0, ...size] = images.shape;
  const wanted = shape[2] === 1 ? shape.slice(0, 2) : shape;
  if (size.join() !== wanted.join()) {
    throw corrupt(imageFile, `its images are ${size.join(' x ')}, and ${wanted.join(' x ')} are expected`);
  }
  if (labels.values.length !== count) {
    throw corrupt(labelFile, `it has ${labels.values.length} labels for ${count} images`);
  }
  const stray = labels.values.find((label) => label >= classes);
  if (stray !== undefined) throw corrupt(labelFile, `it has the label ${stray}, and there are ${classes} classes`);
  return { count, pixels: images.values, labels: labels.values };
}

function readSplit(directory: string, card: DatasetCard, name: SplitName): Split {
  const { count, images, labels } = card.splits[name];
  const file = join(directory, images.file);
  const split = readImages(file, join(directory, labels.file), card.shape, card.classes.length);
  if (split.count !== count) throw corrupt(file, `it has ${split.count} images, and its card says ${count}`);
  return split;
}

function readCard(file: string): DatasetCard {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const message = `There is no data set here: ${file} cannot be read. Choose another data set, or import it again.`;
    throw new WorkbenchError('dataset.missing', message, { file }, { cause: error });
  }
  const parsed = datasetCardSchema.safeParse(parseJson(text, file));
  if (parsed.success) return parsed.data;
  throw corrupt(file, faultOf(parsed.error));
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corrupt(file, `it is not JSON (${String(error)})`, error);
  }
}

/** A data set folder: `dataset.json` (title, shape, classes, splits), and of each split gzipped IDX
 * files, which are read into memory, or a file of rows, which stays where it is. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../../core/errors.ts';
import { COLUMNS, columnBytes, columnOf } from '../../core/columns.ts';
import type { Columns } from '../../core/columns.ts';
import { dataKindOf } from '../../core/data-kinds.ts';
import { namesBytes, namesIn } from '../../core/example-names.ts';
import { datasetChanged, datasetChanges } from '../../core/sources.ts';
import { datasetCardSchema } from '../../core/records/dataset-card.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import { SPLITS } from '../../core/records/sources.ts';
import type { DatasetSources, Recorded, SplitName } from '../../core/records/sources.ts';
import type { Normalisation } from '../../core/records/teacher-card.ts';
import { faultOf } from '../../core/records/zod.ts';
import { strayStep } from '../../core/sequences/steps.ts';
import { corrupt, readBytes, readIdx, unpack } from './idx.ts';
import { openRows, span, VALUES } from './rows.ts';
import type { RowFile } from './rows.ts';

interface Labelled {
  readonly count: number;
  /** `[count]`, class of each image. */
  readonly labels: Uint8Array;
}

/** In memory. */
export interface HeldSplit extends Labelled {
  /** `[count][height][width][channels]`, row-major. */
  readonly pixels: Uint8Array;
}

/** Larger than memory may be. */
export interface RowSplit extends Labelled {
  readonly rows: RowFile;
}

export type Split = HeldSplit | RowSplit;

/** Pixels of the images from `first` to before `end`. Throws `dataset.*`. */
export function pixelsIn(split: Split, first = 0, end: number = split.count): Uint8Array {
  if ('rows' in split) return split.rows.read(span(first, end));
  const bytes = split.pixels.length / split.count;
  return split.pixels.subarray(first * bytes, end * bytes);
}

export interface Dataset {
  readonly card: DatasetCard;
  /** Of the whole training split, so that it does not depend on how much of it is used. */
  readonly normalisation: Normalisation;
  /** SHA-256 of the training split's pixels and labels. */
  readonly fingerprint: string;
  readonly split: (name: SplitName) => Split;
  /** Read whenever they are asked for; empty where the card names none. */
  readonly columns: (name: SplitName) => Columns;
  /** Of each example's file, `[count]`, read whenever they are asked for; absent where none were
   * kept. */
  readonly names: (name: SplitName) => readonly string[] | undefined;
  /** Sound of one example, `[samples]` of 16 bits; absent where none was kept. */
  readonly recording: (name: SplitName, index: number) => Uint8Array | undefined;
  /** Lets go of its files. */
  readonly close: () => void;
}

/**
 * Reads the card and the training split; other splits when they are first asked for. Each is hashed
 * as it lies in memory, or as it is read from the disk, and compared with `expected`: between the
 * host's look and this one somebody may have put other files there. Throws `dataset.*`.
 */
export function loadDataset(directory: string, expected?: Recorded<DatasetSources>): Dataset {
  return datasetIn(directory, readCard(join(directory, 'dataset.json')), expected, new Map());
}

export interface OpeningHooks {
  /** Between two pieces: lets messages in; throws to give up. */
  readonly yieldToEvents: () => Promise<void>;
  /** Images that were hashed so far, of so many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The same; files of rows are hashed in pieces before they are asked for. Throws what
 * `yieldToEvents` throws to give up, too. */
export async function openDataset(
  directory: string,
  expected: Recorded<DatasetSources> | undefined,
  { yieldToEvents, onProgress }: OpeningHooks,
): Promise<Dataset> {
  const card = readCard(join(directory, 'dataset.json'));
  const opened = new Map<SplitName, Split>();
  // Others are hashed only where it is known what they have to be.
  const names = SPLITS.filter((name) => name === 'train' || expected !== undefined);
  const large = names.filter((name) => card.splits[name].images.form === 'rows');
  const total = large.reduce((sum, name) => sum + card.splits[name].count, 0);
  let done = 0;
  try {
    for (const name of large) {
      const split = readSplit(directory, card, name);
      opened.set(name, split);
      if (!('rows' in split)) continue;
      await split.rows.surveyAhead(async ({ length }) => {
        await yieldToEvents();
        onProgress?.((done += length), total);
      });
    }
    return datasetIn(directory, card, expected, opened);
  } catch (error) {
    opened.forEach(closeRows);
    throw error;
  }
}

/** `opened`: splits that somebody has looked at already. */
function datasetIn(
  directory: string,
  card: DatasetCard,
  expected: Recorded<DatasetSources> | undefined,
  opened: ReadonlyMap<SplitName, Split>,
): Dataset {
  const cache = new Map<SplitName, Split>();
  const split = (name: SplitName): Split => {
    const known = cache.get(name);
    if (known !== undefined) return known;
    const found = opened.get(name) ?? readSplit(directory, card, name);
    try {
      if (expected !== undefined) assertSame(card, name, found, expected);
    } catch (error) {
      closeRows(found);
      throw error;
    }
    cache.set(name, found);
    return found;
  };
  const close = (): void => {
    new Set([...opened.values(), ...cache.values()]).forEach(closeRows);
    cache.clear();
  };
  const columns = (name: SplitName): Columns => readColumns(directory, card, name);
  const names = (name: SplitName): readonly string[] | undefined => readNames(directory, card.splits[name]);
  const recording: Dataset['recording'] = (name, index) => recordingOf(directory, card, name, index);
  return { card, ...summaryOf(split('train'), card), split, columns, names, recording, close };
}

function recordingOf(directory: string, { splits }: DatasetCard, name: SplitName, index: number) {
  const { recordings, count } = splits[name];
  if (recordings === undefined) return undefined;
  const rows = openRows(join(directory, recordings.file), count, [2, recordings.samples, 1]);
  try {
    return rows.read(Int32Array.of(index));
  } finally {
    rows.close();
  }
}

function closeRows(split: Split): void {
  if ('rows' in split) split.rows.close();
}

/** Bytes themselves: the whole numbers of a sequence are places in tables. */
const AS_THEY_ARE: Normalisation = { mean: 0, deviation: 1 / 255 };

function summaryOf(split: Split, card: DatasetCard): Pick<Dataset, 'fingerprint' | 'normalisation'> {
  const hash = createHash('sha256');
  const { gives } = dataKindOf(card);
  if (!('rows' in split)) {
    const fingerprint = hash.update(split.pixels).update(split.labels).digest('hex');
    return {
      fingerprint,
      normalisation: gives === 'steps' ? AS_THEY_ARE : normalisationOf(split.pixels, card.shape[2]),
    };
  }
  const { sha256, histogram } = split.rows.survey();
  const fingerprint = hash.update(sha256).update(split.labels).digest('hex');
  return { fingerprint, normalisation: normalisationIn(histogram) };
}

function assertSame(card: DatasetCard, name: SplitName, split: Split, expected: Recorded<DatasetSources>): void {
  const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const images = 'rows' in split ? split.rows.survey().sha256 : hash(split.pixels);
  const changes = datasetChanges(expected, { ...card, splits: { [name]: { images, labels: hash(split.labels) } } });
  if (changes.length === 0) return;
  throw datasetChanged({ name: card.id, who: 'this training', since: expected.at, changes });
}

/** Mean and standard deviation of all values over 255; of `[...][channels]`, those of each channel
 * where there are several. */
export function normalisationOf(pixels: Uint8Array, channels = 1): Normalisation {
  const moments = Array.from({ length: channels }, (_, channel) => momentsOf(pixels, channel, channels));
  return perChannel(moments);
}

/** The same of a histogram `[channels][256]`; sums of whole numbers are exact, so that both
 * agree. */
function normalisationIn(histogram: Float64Array): Normalisation {
  const channels = histogram.length / VALUES;
  const moments = Array.from({ length: channels }, (_, channel) => {
    let [sum, squares, count] = [0, 0, 0];
    for (const [value, times] of histogram.subarray(channel * VALUES, (channel + 1) * VALUES).entries()) {
      sum += times * value;
      squares += times * value * value;
      count += times;
    }
    return momentsFrom(sum, squares, count);
  });
  return perChannel(moments);
}

function perChannel(moments: readonly Moments[]): Normalisation {
  const [only] = moments;
  if (only !== undefined && moments.length === 1) return only;
  return { mean: moments.map(({ mean }) => mean), deviation: moments.map(({ deviation }) => deviation) };
}

interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

function momentsOf(pixels: Uint8Array, first: number, step: number): Moments {
  let sum = 0;
  let squares = 0;
  for (let place = first; place < pixels.length; place += step) {
    const value = pixels[place] ?? 0;
    sum += value;
    squares += value * value;
  }
  return momentsFrom(sum, squares, pixels.length / step);
}

function momentsFrom(sum: number, squares: number, count: number): Moments {
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
): HeldSplit {
  const images = readIdx(imageFile, shape[2] === 1 ? 3 : 4);
  const labels = readIdx(labelFile, 1);
  const [count = 0, ...size] = images.shape;
  const wanted = shape[2] === 1 ? shape.slice(0, 2) : shape;
  if (size.join() !== wanted.join()) {
    throw corrupt(imageFile, `its examples are ${size.join(' x ')}, and ${wanted.join(' x ')} are expected`);
  }
  if (labels.values.length !== count) {
    throw corrupt(labelFile, `it has ${labels.values.length} labels for ${count} examples`);
  }
  checkLabels(labelFile, labels.values, classes);
  return { count, pixels: images.values, labels: labels.values };
}

function checkLabels(file: string, labels: Uint8Array, classes: number): void {
  const stray = labels.find((label) => label >= classes);
  if (stray !== undefined) throw corrupt(file, `it has the label ${stray}, and there are ${classes} classes`);
}

function readSplit(directory: string, card: DatasetCard, name: SplitName): Split {
  const { count, images, labels } = card.splits[name];
  const [file, labelFile] = [join(directory, images.file), join(directory, labels.file)];
  if (images.form !== 'rows') {
    const split = readImages(file, labelFile, card.shape, card.classes.length);
    if (split.count !== count) throw corrupt(file, `it has ${split.count} examples, and its card says ${count}`);
    const stray = card.example?.kind === 'sequence' && strayStep(card.example, card.shape, split.pixels);
    if (stray) throw corrupt(file, stray);
    return split;
  }
  const { values } = readIdx(labelFile, 1);
  if (values.length !== count) throw corrupt(labelFile, `it has ${values.length} labels for ${count} examples`);
  checkLabels(labelFile, values, card.classes.length);
  return { count, labels: values, rows: openRows(file, count, card.shape) };
}

/** Throws `dataset.*`. */
function readColumns(directory: string, card: DatasetCard, split: SplitName): Columns {
  const columns: { -readonly [Name in keyof Columns]: Columns[Name] } = {};
  for (const name of COLUMNS) {
    const entry = card.splits[split].columns?.[name];
    if (entry === undefined) continue;
    const file = join(directory, entry.file);
    const content = unpack(file, readBytes(file), columnBytes(card.splits[split].count));
    const column = columnOf(content, name, card, split);
    if (typeof column === 'string') throw corrupt(file, column);
    columns[name] = column;
  }
  return columns;
}

/** Throws `dataset.*`. */
function readNames(directory: string, { names: entry, count }: DatasetCard['splits'][SplitName]) {
  if (entry === undefined) return undefined;
  const file = join(directory, entry.file);
  const names = namesIn(unpack(file, readBytes(file), namesBytes(count)).toString('utf8'), count);
  if (typeof names === 'string') throw corrupt(file, names);
  return names;
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

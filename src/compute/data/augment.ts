/**
 * Images resident on the device, or read from the disk batch by batch, and batches of them flipped,
 * shifted and cut out, each sample its own way, by a few ops.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | images | normalised pixels with `margin` pixels of black around | `[count, h + 2 margin, w + 2 margin, c]` |
 * | boxes | corners y1, x1, y2, x2 of a crop in units of the padded image; x1 > x2 flips | `[batch, 4]` |
 * | rows, columns | 1 where a row, a column, crosses the sample's hole, else 0 | `[batch, h, 1, 1]`, `[batch, 1, w, 1]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../../core/errors.ts';
import { createRng, split as splitSeed } from '../../core/math/rng.ts';
import type { Recipe } from '../../core/records/recipe.ts';
import { hasNativeKernels } from '../backend/native.ts';
import { only, perAttributes, rawOp } from '../backend/raw.ts';
import type { Normalisation } from '../../core/records/teacher-card.ts';
import type { HeldSplit, Split } from './dataset.ts';
import { span, VALUES } from './rows.ts';
import { batchMaker, heldBatches, numbersOf, streamBatches } from './stream.ts';
import type { BatchStream } from './stream.ts';

/** What makes a view of one sample; mixing takes two. */
export type Augmentation = Omit<Recipe['augmentation'], 'mixup'>;

interface ImageFacts {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly margin: number;
  /** `[count]`, class of each image. */
  readonly labels: Uint8Array;
  readonly dispose: () => void;
}

export interface ResidentImages extends ImageFacts {
  readonly images: Tensor4D;
}

/** They stay on the disk, or in memory as bytes: a batch is put on the device when it is
 * gathered. */
export interface StreamedImages extends ImageFacts {
  readonly stream: BatchStream;
  /** What each byte of a channel stands for, `[channels, 256]`. */
  readonly values: Tensor2D;
  /** Bytes `[n, h, w, c]` as numbers with a margin, where no kernel of ours makes them. */
  readonly batchOf: (pixels: Uint8Array, count: number) => Tensor4D;
}

export type Images = ResidentImages | StreamedImages;

/** How one sample is shown: moved down and right by so many pixels, then mirrored or not, then with
 * holes, if there are any. */
export interface View {
  readonly down: number;
  readonly right: number;
  readonly flipped: boolean;
  /** Shown as the data set's mean: a square that is cut out, and the masks of a spectrogram, which
   * are holes over all rows or all columns. */
  readonly holes?: readonly Hole[];
}

/** Rows `top` to before `bottom`, columns `left` to before `right`, within the image. */
export interface Hole {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

interface ImageOptions {
  /** Room for shifts of up to so many pixels. */
  readonly shift?: number;
  /** So many of the first; absent: all. */
  readonly count?: number;
  /** Of the numbers on the device; absent: `RESIDENT_BYTES`. */
  readonly residentBytes?: number;
}

/**
 * What a set may take on the device. It lies there as numbers, four bytes each, and twice that
 * while it is made; a larger one stays in memory as bytes, and each batch becomes numbers.
 */
const RESIDENT_BYTES = 256 * 2 ** 20;

/**
 * Images of a split for a network: on the device, or from memory or disk, batch by batch, where
 * they are many or in a file of rows. Which of them changes no bit. Throws `dataset.corrupt` for a
 * normalisation that gives no numbers.
 */
export function openImages(
  split: Split,
  shape: readonly [number, number, number],
  normalisation: Normalisation,
  options: ImageOptions = {},
): Images {
  const [height, width, channels] = shape;
  const count = Math.min(options.count ?? split.count, split.count);
  const margin = marginOf(options);
  const resident = 4 * count * (height + 2 * margin) * (width + 2 * margin) * channels;
  if (!('rows' in split) && resident <= (options.residentBytes ?? RESIDENT_BYTES)) {
    return residentImages(split, shape, normalisation, options);
  }
  checkNormalisation(normalisation);
  const numbers = valuesOf(normalisation, channels);
  const values = tf.tensor2d(numbers, [channels, VALUES]);
  const batchOf = batchMaker({ shape, margin, values: numbers });
  const labels = split.labels.subarray(0, count);
  const stream = 'rows' in split ? streamBatches(split.rows) : heldBatches(split.pixels, split.count);
  return { count, height, width, margin, labels, stream, values, batchOf, dispose: () => values.dispose() };
}

/** What each byte of a channel stands for, `[channels][256]`: (byte / 255 - mean) / deviation in
 * single precision, as the device has it. */
function valuesOf(normalisation: Normalisation, channels: number): Float32Array {
  const all = Float32Array.from({ length: VALUES * channels }, (_, place) => Math.floor(place / channels));
  const scaled = tf.tidy(() => {
    const pixels = normalised(tf.tensor4d(all, [1, 1, VALUES, channels]), normalisation);
    return tf.transpose(tf.reshape(pixels, [VALUES, channels]));
  });
  const values = scaled.dataSync<'float32'>();
  scaled.dispose();
  return values;
}

/** Has a batch read before it is gathered, and `next` meanwhile; resident ones are there. Throws
 * `dataset.*`. */
export async function prepareImages(data: Images, samples: Int32Array, next?: Int32Array): Promise<void> {
  if ('stream' in data) await data.stream.prepare(samples, next);
}

/** Images a pass without gradients: as many as their size leaves room for. */
export function passBatch({ height, width }: Pick<Images, 'height' | 'width'>): number {
  return Math.max(1, Math.min(MOST_A_PASS, Math.floor((MOST_A_PASS * SIDE_OF_MOST ** 2) / (height * width))));
}

/** Samples of a pass over all images, batch by batch, each read while the one before is used. */
export async function* passOver(data: Images, yieldToEvents: () => Promise<void>): AsyncGenerator<Int32Array> {
  const batch = passBatch(data);
  const from = (start: number): Int32Array => span(start, Math.max(start, Math.min(start + batch, data.count)));
  for (let start = 0; start < data.count; start += batch) {
    await yieldToEvents();
    await prepareImages(data, from(start), from(start + batch));
    yield from(start);
  }
}

const MOST_A_PASS = 250;
/** Up to this side all of them go at once. */
const SIDE_OF_MOST = 64;

/**
 * Puts the first `count` images of a split on the device, with room for shifts of up to `shift`
 * pixels. Throws `dataset.corrupt` for a normalisation that gives no numbers.
 */
export function residentImages(
  split: HeldSplit,
  shape: readonly [number, number, number],
  normalisation: Normalisation,
  options: ImageOptions = {},
): ResidentImages {
  const [height, width, channels] = shape;
  checkNormalisation(normalisation);
  const count = Math.min(options.count ?? split.count, split.count);
  const margin = marginOf(options);
  const images = numbersOf(split.pixels, count, { shape, margin, values: valuesOf(normalisation, channels) });
  const labels = split.labels.subarray(0, count);
  return { count, height, width, margin, images, labels, dispose: () => images.dispose() };
}

/** One pixel more than any shift: a crop's corner, rounded to single precision, must not fall
 * outside of the image. */
const marginOf = ({ shift = 0 }: ImageOptions): number => shift + 1;

/** Values from 0 to 255 as a network is shown them. */
export function normalised(pixels: Tensor4D, { mean, deviation }: Normalisation): Tensor4D {
  return tf.div(tf.sub(tf.div(pixels, 255), perChannel(mean)), perChannel(deviation));
}

/** Images divided by zero would be trained on as NaN. */
function checkNormalisation({ mean, deviation }: Normalisation): void {
  const all = (value: number | readonly number[], test: (one: number) => boolean) => [value].flat().every(test);
  if (all(mean, Number.isFinite) && all(deviation, (one) => Number.isFinite(one) && one > 0)) return;
  const message =
    `Examples cannot be normalised by a mean of ${String(mean)} and a deviation of ${String(deviation)}. ` +
    'Import the data set, or train the teacher, again.';
  throw new WorkbenchError('dataset.corrupt', message);
}

/** Broadcasts over the last axis. */
function perChannel(value: number | readonly number[]): number | Tensor1D {
  return typeof value === 'number' ? value : tf.tensor1d([...value]);
}

/**
 * View number `view` of a sample of `height` x `width`: decided by seed, sample and number alone,
 * so that anyone can make it again. The square's centre is anywhere in the image and its borders
 * are cut at the image's, as in DeVries and Taylor 2017. A mask is as wide as chance says, up to so
 * many frames or bands, and lies within the spectrogram, as in Park et al. 2019 (SpecAugment).
 */
export function viewOf(
  seed: number,
  sample: number,
  view: number,
  augmentation: Augmentation,
  { height, width }: Pick<Images, 'height' | 'width'>,
): View {
  const { flip, shift, cutout, timeMask, bandMask } = augmentation;
  // Asked for every sample of every batch: nothing to draw is the default recipe's case.
  if (!flip && shift === 0 && cutout === 0 && timeMask === 0 && bandMask === 0) return PLAIN;
  const rng = createRng(splitSeed(splitSeed(seed, sample), view));
  const down = rng.int(2 * shift + 1) - shift;
  const right = rng.int(2 * shift + 1) - shift;
  const flipped = flip && rng.uniform() < 0.5;
  const holes: Hole[] = [];
  if (cutout > 0) {
    const top = rng.int(height) - Math.floor(cutout / 2);
    const left = rng.int(width) - Math.floor(cutout / 2);
    holes.push({
      ...{ top: Math.max(0, top), bottom: Math.min(height, top + cutout) },
      ...{ left: Math.max(0, left), right: Math.min(width, left + cutout) },
    });
  }
  const stretch = (most: number, all: number): readonly [number, number] => {
    const wide = rng.int(Math.min(most, all) + 1);
    const first = rng.int(all - wide + 1);
    return [first, first + wide];
  };
  if (timeMask > 0) {
    const [left, end] = stretch(timeMask, width);
    if (end > left) holes.push({ top: 0, bottom: height, left, right: end });
  }
  if (bandMask > 0) {
    const [top, end] = stretch(bandMask, height);
    if (end > top) holes.push({ top, bottom: end, left: 0, right: width });
  }
  return holes.length === 0 ? { down, right, flipped } : { down, right, flipped, holes };
}

const PLAIN: View = { down: 0, right: 0, flipped: false };

/** Batch `[samples, h, w, c]` of the chosen samples, each in its view (absent: as they are). The
 * caller owns it. */
export function gatherImages(data: Images, samples: Int32Array, views?: readonly View[]): Tensor4D {
  const holes = Math.max(0, ...(views ?? []).map((view) => view.holes?.length ?? 0));
  // The ops know one hole a view; two masks of one spectrogram are two.
  const first = hasNativeKernels() ? 1 : 0;
  if (views === undefined || holes <= first) return gatherViews(data, samples, views);
  return tf.tidy(() => {
    let shown = gatherViews(data, samples, views);
    for (let place = first; place < holes; place += 1) shown = cutOut(shown, views, place);
    return shown;
  });
}

/** Where our kernels are, with the first hole of each view; else without any. */
function gatherViews(data: Images, samples: Int32Array, views?: readonly View[]): Tensor4D {
  if (!('stream' in data)) return gatherResident(data, samples, views);
  const { stream, batchOf, ...facts } = data;
  const pixels = stream.take(samples);
  const places = span(0, samples.length);
  if (hasNativeKernels()) return nativeConversion(data, pixels, places, views);
  return tf.tidy(() => gatherResident({ ...facts, images: batchOf(pixels, samples.length) }, places, views));
}

function gatherResident(data: ResidentImages, samples: Int32Array, views?: readonly View[]): Tensor4D {
  const { height, width, margin } = data;
  if (hasNativeKernels()) return nativeGather(data, samples, views);
  const boxes = new Float32Array(4 * samples.length);
  const lastRow = height + 2 * margin - 1;
  const lastColumn = width + 2 * margin - 1;
  for (let index = 0; index < samples.length; index++) {
    const { down, right, flipped } = views?.[index] ?? PLAIN;
    const top = (margin - down) / lastRow;
    const bottom = (margin - down + height - 1) / lastRow;
    const near = (margin - right) / lastColumn;
    const far = (margin - right + width - 1) / lastColumn;
    boxes.set([top, flipped ? far : near, bottom, flipped ? near : far], 4 * index);
  }
  return tf.tidy(() => {
    return tf.image.cropAndResize(data.images, tf.tensor2d(boxes, [samples.length, 4]), tf.tensor1d(samples, 'int32'), [
      height,
      width,
    ]);
  });
}

const VIEW_FIELDS = 8;
const gatherer = perAttributes((height: number, width: number) =>
  rawOp('TradeGatherViews', 1, { integers: { height, width } }),
);

/** The same by one op, which copies rows instead of sampling them. */
function nativeGather(data: ResidentImages, samples: Int32Array, views?: readonly View[]): Tensor4D {
  const { height, width, margin, images } = data;
  // Sound: the op gives [batch, h, w, c].
  return tf.tidy(() => only(gatherer(height, width)([images, viewTable(samples, views, margin)])) as Tensor4D);
}

const converter = rawOp('TradeGatherBytes', 1, {});

/** Bytes `[n, h, w, c]` as numbers, each image in its view, by one op: no thread of ours waits for
 * as many numbers to be written one by one. */
function nativeConversion(
  { height, width, values }: StreamedImages,
  pixels: Uint8Array,
  places: Int32Array,
  views?: readonly View[],
): Tensor4D {
  const shape = [places.length, height, width, pixels.length / (places.length * height * width)] as const;
  return tf.tidy(() => {
    // TensorFlow.js knows bytes as truths alone.
    const bytes = tf.tensor4d(pixels, [...shape], 'bool');
    // Sound: the op gives [batch, h, w, c].
    return only(converter([bytes, values, viewTable(places, views, 0)])) as Tensor4D;
  });
}

/** A row a view, as the ops read it, of images with such a margin. */
function viewTable(samples: Int32Array, views: readonly View[] | undefined, margin: number): Tensor2D {
  const fields = new Int32Array(VIEW_FIELDS * samples.length);
  samples.forEach((sample, index) => {
    const { down, right, flipped, holes } = views?.[index] ?? PLAIN;
    const { top = 0, left = 0, bottom = 0, right: end = 0 } = holes?.[0] ?? {};
    const corner = [sample, margin - down, margin - right, Number(flipped)];
    fields.set([...corner, top, left, bottom - top, end - left], VIEW_FIELDS * index);
  });
  return tf.tensor2d(fields, [samples.length, VIEW_FIELDS], 'int32');
}

/** The holes of this place in each view's list. The mean of the data set is 0 once normalised. */
function cutOut(images: Tensor4D, views: readonly View[], place: number): Tensor4D {
  const [batch, height, width] = images.shape;
  const rows = new Float32Array(batch * height);
  const columns = new Float32Array(batch * width);
  views.forEach(({ holes }, index) => {
    const hole = holes?.[place];
    if (hole === undefined) return;
    rows.fill(1, index * height + hole.top, index * height + hole.bottom);
    columns.fill(1, index * width + hole.left, index * width + hole.right);
  });
  const blank = tf.mul(tf.tensor4d(rows, [batch, height, 1, 1]), tf.tensor4d(columns, [batch, 1, width, 1]));
  return tf.mul(images, tf.sub(1, blank));
}

export const testing = { passBatch };

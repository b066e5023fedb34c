/**
 * Images resident on the device, and batches of them flipped and shifted, each sample its own way, by one op.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | images | normalised pixels with `margin` pixels of black around | `[count, h + 2 margin, w + 2 margin, c]` |
 * | boxes | corners y1, x1, y2, x2 of a crop in units of the padded image; x1 > x2 flips | `[batch, 4]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { createRng, split as splitSeed } from '../../core/math/rng.ts';
import type { Recipe } from '../../core/recipe.ts';
import type { Normalisation, Split } from './dataset.ts';

export type Augmentation = Recipe['augmentation'];

export interface ResidentImages {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly margin: number;
  readonly images: Tensor4D;
  /** One-hot `[count, classes]`. */
  readonly labels: Tensor2D;
  readonly dispose: () => void;
}

/** How one sample is shown: moved down and right by so many pixels, then mirrored or not. */
export interface View {
  readonly down: number;
  readonly right: number;
  readonly flipped: boolean;
}

/** Puts the first `count` images of a split on the device, with room for shifts of up to `shift` pixels. */
export function residentImages(
  split: Split,
  shape: readonly [number, number, number],
  classes: number,
  normalisation: Normalisation,
  options: { readonly shift?: number; readonly count?: number } = {},
): ResidentImages {
  const [height, width, channels] = shape;
  const count = Math.min(options.count ?? split.count, split.count);
  // One pixel more than any shift: a crop's corner, rounded to single precision, must not fall outside of the image.
  const margin = (options.shift ?? 0) + 1;
  const [images, labels] = tf.tidy(() => {
    const raw = tf.tensor4d(Float32Array.from(split.pixels.subarray(0, count * height * width * channels)), [
      count,
      height,
      width,
      channels,
    ]);
    const padded = tf.pad4d(raw, [
      [0, 0],
      [margin, margin],
      [margin, margin],
      [0, 0],
    ]);
    const scaled = tf.div(
      tf.sub(tf.div(padded, 255), perChannel(normalisation.mean)),
      perChannel(normalisation.deviation),
    );
    const hot = tf.oneHot(tf.tensor1d(Int32Array.from(split.labels.subarray(0, count)), 'int32'), classes);
    return [scaled as Tensor4D, tf.cast(hot, 'float32') as Tensor2D];
  });
  const dispose = (): void => tf.dispose([images, labels]);
  return { count, height, width, margin, images, labels, dispose };
}

/** Broadcasts over the last axis. */
function perChannel(value: number | readonly number[]): number | Tensor1D {
  return typeof value === 'number' ? value : tf.tensor1d([...value]);
}

/** View number `view` of a sample: decided by seed, sample and number alone, so that anyone can make it again. */
export function viewOf(seed: number, sample: number, view: number, augmentation: Augmentation): View {
  const rng = createRng(splitSeed(splitSeed(seed, sample), view));
  const { flip, shift } = augmentation;
  const down = rng.int(2 * shift + 1) - shift;
  const right = rng.int(2 * shift + 1) - shift;
  return { down, right, flipped: flip && rng.uniform() < 0.5 };
}

const PLAIN: View = { down: 0, right: 0, flipped: false };

/** Batch `[samples, h, w, c]` of the chosen samples, each in its view (absent: as they are). The caller owns it. */
export function gatherImages(data: ResidentImages, samples: Int32Array, views?: readonly View[]): Tensor4D {
  const { height, width, margin } = data;
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
  return tf.tidy(() =>
    tf.image.cropAndResize(data.images, tf.tensor2d(boxes, [samples.length, 4]), tf.tensor1d(samples, 'int32'), [
      height,
      width,
    ]),
  );
}

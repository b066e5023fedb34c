/** An exported network against our own forward pass, on validation images: what is written is what
 * was trained. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../core/arch/ops.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { pixelsIn } from '../data/dataset.ts';
import type { Split } from '../data/dataset.ts';
import { createModel } from '../model/model.ts';
import type { Taps } from '../model/model.ts';
import { disposeParameters, unflatten, uploadWeights } from '../model/parameters.ts';
import type { ExportPrecision } from '../tasks/export/task.ts';
import { permuted } from './layout.ts';
import type { TrainedNetwork } from './onnx.ts';
import { openOnnx } from './onnxruntime.ts';

/** A file is tried on so many images; on all of them where the split has fewer. */
const TRIED_IMAGES = 64;

/**
 * Largest difference of a logit, as a share of the largest logit (`relative`) or as it is. Half
 * precision rounds kernels to 11 bits: over the families' reference students it came to 0.0016 of
 * the largest logit at most, single precision to 2e-5.
 */
const BOUNDS = Object.freeze({
  fp32: { limit: 1e-4, relative: false },
  fp16: { limit: 5e-3, relative: true },
}) satisfies Record<ExportPrecision, { readonly limit: number; readonly relative: boolean }>;

export interface Pixels {
  readonly count: number;
  /** `[count][height][width][channels]`, from 0 to 1. */
  readonly values: Float32Array;
}

export interface Comparison {
  /** Largest absolute difference of a logit. */
  readonly maxAbsDiff: number;
  readonly bound: number;
  readonly images: number;
}

/** Images spread evenly over a split of images of this shape. */
export function pixelsOf(split: Split, shape: readonly number[], wanted = TRIED_IMAGES): Pixels {
  const { count } = split;
  const size = sizeOf(shape);
  const images = Math.min(wanted, count);
  const values = new Float32Array(images * size);
  for (let image = 0; image < images; image++) {
    const from = Math.floor((image * count) / images);
    pixelsIn(split, from, from + 1).forEach((value, place) => (values[image * size + place] = value / 255));
  }
  return { count: images, values };
}

/** Logits `[count][classes]` of our own forward pass; `taps` is shown what its layers give. */
export function ownLogits(
  { graph, weights, normalisation }: TrainedNetwork,
  { count, values }: Pixels,
  taps?: Taps,
): Float32Array {
  const model = createModel(graph);
  const parameters = uploadWeights(model.layout, weights);
  const numbers = (one: number | readonly number[]) => tf.tensor1d(typeof one === 'number' ? [one] : [...one]);
  try {
    return tf.tidy(() => {
      const pixels = tf.tensor(values, [count, ...graph.inputShape]);
      const centred = tf.sub(pixels, numbers(normalisation.mean));
      const images = tf.div<Tensor4D>(centred, numbers(normalisation.deviation));
      const weightsOnDevice = unflatten(model.layout, parameters.theta);
      return model
        .forward(images, weightsOnDevice, parameters.statistics, undefined, taps)
        .dataSync<'float32'>()
        .slice();
    });
  } finally {
    disposeParameters(parameters);
  }
}

/** Logits of an ONNX file in ONNX Runtime: one image alone, then the rest, so that the batch is
 * seen to be free. */
export async function onnxLogits(bytes: Uint8Array, shape: readonly number[], pixels: Pixels): Promise<Float32Array> {
  const [height = 0, width = 0, channels = 0] = shape;
  const { values } = permuted(pixels.values, [pixels.count, height, width, channels], [0, 3, 1, 2]);
  const session = await openOnnx(bytes, [channels, height, width], 1);
  try {
    const size = sizeOf(shape);
    const alone = await session.pass(values.subarray(0, size), 1);
    if (pixels.count === 1) return alone;
    return Float32Array.of(...alone, ...(await session.pass(values.subarray(size), pixels.count - 1)));
  } finally {
    await session.dispose();
  }
}

/** Throws `export.failed` when the two differ by more than the precision's bound, or one of them is
 * not a number. */
export function compareLogits(
  ours: Float32Array,
  theirs: Float32Array,
  precision: ExportPrecision,
  images: number,
): Comparison {
  const { limit, relative } = BOUNDS[precision];
  const largest = ours.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const bound = relative ? limit * largest : limit;
  const maxAbsDiff =
    theirs.length === ours.length
      ? ours.reduce((most, value, index) => Math.max(most, Math.abs(value - (theirs[index] ?? Number.NaN))), 0)
      : Number.NaN;
  if (maxAbsDiff <= bound) return { maxAbsDiff, bound, images };
  const remedy =
    precision === 'fp16'
      ? 'Export it in single precision (fp32).'
      : 'Its weights may be out of bounds: look at its curve, and export another student.';
  throw new WorkbenchError(
    'export.failed',
    `The exported network is not the trained one: on ${images} validation examples their logits differ by up to ` +
      `${maxAbsDiff.toPrecision(3)}, and ${bound.toPrecision(3)} is allowed (${precision}). Nothing was ` +
      `written. ${remedy}`,
  );
}

export const testing = { BOUNDS };

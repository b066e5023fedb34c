/**
 * How alike an untrained student and a teacher are in what they make of one batch (Dong et al.
 * 2023, DisWOT).
 *
 * symbol  meaning                                                                   shape
 * F       maps before the global pool                                               [B][...]
 * P       what the classifier sees                                                  [B][C]
 * p, y    softmax of the logits, labels as 0 and 1                                  [B][K]
 * D       slope of the cross-entropy in the classifier's weights, (p - y)ᵀ P / B    [K][C]
 * R, S    F Fᵀ and D Dᵀ, each row of length 1                                       [B][B], [K][K]
 *
 * Published for D is Dᵀ's product, of channels; two networks of unlike widths have no such matrix
 * in common, and theirs of classes says the same of the same slopes.
 */
import * as tf from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../../src/core/errors.ts';
import { gatherImages } from '../../src/compute/data/augment.ts';
import type { Images } from '../../src/compute/data/augment.ts';
import type { Model } from '../../src/compute/model/model.ts';
import { unflatten } from '../../src/compute/model/parameters.ts';
import type { Parameters } from '../../src/compute/model/parameters.ts';

export interface Look {
  /** R, row by row. */
  readonly relation: Float64Array;
  /** S, row by row. */
  readonly semantic: Float64Array;
}

export interface Batch {
  readonly images: Images;
  /** Of all images. */
  readonly labels: Uint8Array;
  /** Places of those that are looked at `[B]`. */
  readonly samples: Int32Array;
}

/** `isTrained`: batch norms use their running statistics, and the batch's own where not. */
export function lookAt({ graph, layout, forward }: Model, parameters: Parameters, batch: Batch, isTrained: boolean) {
  const pool = graph.layers.findLast(({ layer }) => layer.op === 'globalAveragePool' || layer.op === 'meanTokens');
  const [maps, seen] = [pool?.inputs[0], graph.layers.at(-1)?.inputs[0]];
  if (maps === undefined || seen === undefined)
    throw new WorkbenchError('internal', 'There is no pool to look behind.');
  const given = new Map<string, Float32Array>();
  const give = (id: string, output: tf.Tensor): void => void given.set(id, output.dataSync<'float32'>().slice());
  const logits = tf.tidy(() => {
    const images = gatherImages(batch.images, batch.samples);
    const weights = unflatten(layout, parameters.theta);
    const update = isTrained ? undefined : () => undefined;
    const taps = { layers: [maps, seen], give };
    return forward(images, weights, parameters.statistics, update, taps).dataSync<'float32'>().slice();
  });
  const labels = Array.from(batch.samples, (sample) => batch.labels[sample] ?? 0);
  return lookOf(given.get(maps) ?? logits, given.get(seen) ?? logits, logits, labels);
}

/** Of F, P and logits, row by row; `labels` `[B]`. */
export function lookOf(f: Float32Array, p: Float32Array, logits: Float32Array, labels: readonly number[]): Look {
  const [images, classes] = [labels.length, logits.length / labels.length];
  const channels = p.length / images;
  const slopes = new Float64Array(classes * channels);
  labels.forEach((label, image) => {
    const row = logits.subarray(image * classes, (image + 1) * classes);
    const highest = Math.max(...row);
    const total = row.reduce((sum, value) => sum + Math.exp(value - highest), 0);
    row.forEach((value, k) => {
      const error = (Math.exp(value - highest) / total - Number(k === label)) / images;
      for (let c = 0; c < channels; c++) slopes[k * channels + c]! += error * p[image * channels + c]!;
    });
  });
  return { relation: likenesses(f, images), semantic: likenesses(slopes, classes) };
}

/** Products of every two of n rows, each row of the result of length 1: `[n][n]`. */
function likenesses(values: Float32Array | Float64Array, n: number): Float64Array {
  const width = values.length / n;
  const products = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += values[i * width + k]! * values[j * width + k]!;
      products[i * n + j] = sum;
    }
    const row = products.subarray(i * n, (i + 1) * n);
    const length = Math.hypot(...row);
    if (length > 0) row.forEach((value, j) => (row[j] = value / length));
  }
  return products;
}

/** Mean over rows of the squared distance, 0 to 4. */
export function distance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / Math.sqrt(a.length);
}

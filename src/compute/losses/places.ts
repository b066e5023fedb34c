/** Features as maps: tokens laid back on their grid, maps pooled to a smaller size. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { FeatureLevel } from '../../core/distill/feature-levels.ts';
import type { Size } from '../../core/distill/teacher-arrays.ts';

/** `[batch, h, w, c]` of a map or of tokens `[batch, h * w, c]`. */
export function mapOf(features: Tensor, { height, width, channels }: FeatureLevel): Tensor4D {
  // by its rank
  return features.rank === 4 ? (features as Tensor4D) : tf.reshape(features, [-1, height, width, channels]);
}

/**
 * Means over equal cells; where a size is no divisor, cells overlap by a row or a column, as
 * PyTorch's adaptive pool has them: cell i of n goes from floor(i h / n) to before ceil((i + 1) h /
 * n).
 */
export function poolTo(map: Tensor4D, [height, width]: Size): Tensor4D {
  const [, fromHeight, fromWidth, channels] = map.shape;
  if (fromHeight === height && fromWidth === width) return map;
  if (fromHeight % height === 0 && fromWidth % width === 0) {
    const cell: [number, number] = [fromHeight / height, fromWidth / width];
    return tf.avgPool(map, cell, cell, 'valid');
  }
  const [rows, columns] = [cells(fromHeight, height), cells(fromWidth, width)];
  const weights = rows.flatMap((row) => columns.map((column) => row.flatMap((a) => column.map((b) => a * b))));
  const places = tf.reshape(map, [-1, fromHeight * fromWidth, channels]);
  const pooled = tf.matMul(tf.tensor3d([weights]), places);
  return tf.reshape(pooled, [-1, height, width, channels]);
}

/** Weights of the `from` rows in each of `to` cells, `[to][from]`. */
function cells(from: number, to: number): readonly (readonly number[])[] {
  return Array.from({ length: to }, (_, cell) => {
    const start = Math.floor((cell * from) / to);
    const end = Math.ceil(((cell + 1) * from) / to);
    return Array.from({ length: from }, (_row, row) => (row >= start && row < end ? 1 / (end - start) : 0));
  });
}

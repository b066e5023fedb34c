/**
 * Maps made larger or smaller by a matrix for each side: one way for all that a generator needs, on
 * every backend and with exact gradients.
 *
 * | symbol | meaning                                                              | shape            |
 * | x, y   | maps                                                                 | `[n, h, w, c]`, `[n, r, s, c]` |
 * | R, C   | what a row, a column, of y takes of those of x: y = R x Cᵀ           | `[r, h]`, `[s, w]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

/** Row-major. */
export interface Resampling {
  readonly to: number;
  readonly from: number;
  readonly weights: Float32Array;
}

const matrix = (to: number, from: number, weight: (row: number, column: number) => number): Resampling => ({
  ...{ to, from },
  weights: Float32Array.from({ length: to * from }, (_, at) => weight(Math.floor(at / from), at % from)),
});

/** Each value stands for itself, again and again; `to` is a multiple of `from`. */
export const nearest = (to: number, from: number): Resampling =>
  matrix(to, from, (row, column) => Number(Math.floor((row * from) / to) === column));

/** Between the centres of the two that are nearest; what lies outside is the edge. */
export const bilinear = (to: number, from: number): Resampling =>
  matrix(to, from, (row, column) => {
    const place = Math.min(from - 1, Math.max(0, ((row + 0.5) * from) / to - 0.5));
    return Math.max(0, 1 - Math.abs(place - column));
  });

/** Twice as many, each first one of two 0: with a convolution of 2 x 2 behind it a transposed one
 * of stride 2, whose kernel is turned by half a turn. */
export const spread = (from: number): Resampling =>
  matrix(2 * from, from, (row, column) => Number(row === 2 * column + 1));

/** The mean of what each covers, in shares; `to` is `from` at most. */
const area = (to: number, from: number): Resampling =>
  matrix(to, from, (row, column) => {
    const [start, end] = [(row * from) / to, ((row + 1) * from) / to];
    return (Math.max(0, Math.min(end, column + 1) - Math.max(start, column)) * to) / from;
  });

/** y */
export function resampled(x: Tensor4D, rows: Resampling, columns: Resampling): Tensor4D {
  const [n, h, w, c] = x.shape;
  return tf.tidy(() => {
    const byRow = tf.reshape(tf.transpose(x, [1, 0, 2, 3]), [h, n * w * c]);
    const tall: Tensor4D = tf.reshape(tf.matMul(tensorOf(rows), byRow), [rows.to, n, w, c]);
    const byColumn = tf.reshape(tf.transpose(tall, [2, 0, 1, 3]), [w, rows.to * n * c]);
    const wide: Tensor4D = tf.reshape(tf.matMul(tensorOf(columns), byColumn), [columns.to, rows.to, n, c]);
    return tf.transpose(wide, [2, 1, 0, 3]);
  });
}

const tensorOf = ({ to, from, weights }: Resampling): Tensor2D => tf.tensor2d(weights, [to, from]);

/** Bytes of images `[n][h][w][c]` as numbers from −1 to 1, made smaller by area
 * `[n][side][side][c]`: what a generator is to make. */
export function shrunk(pixels: Uint8Array, shape: readonly [number, number, number], side: number): Float32Array {
  const [h, w, c] = shape;
  const [rows, columns] = [area(side, h), area(side, w)];
  const n = pixels.length / (h * w * c);
  const out = new Float32Array(n * side * side * c);
  const half = new Float64Array(side * w * c);
  for (let image = 0; image < n; image++) {
    half.fill(0);
    for (let r = 0; r < side; r++) {
      for (let y = 0; y < h; y++) {
        const weight = rows.weights[r * h + y]!;
        if (weight === 0) continue;
        const from = (image * h + y) * w * c;
        for (let k = 0; k < w * c; k++) half[r * w * c + k]! += weight * pixels[from + k]!;
      }
    }
    for (let r = 0; r < side; r++) {
      for (let s = 0; s < side; s++) {
        for (let k = 0; k < c; k++) {
          let sum = 0;
          for (let x = 0; x < w; x++) sum += columns.weights[s * w + x]! * half[(r * w + x) * c + k]!;
          out[((image * side + r) * side + s) * c + k] = sum / 127.5 - 1;
        }
      }
    }
  }
  return out;
}

export const testing = { area };

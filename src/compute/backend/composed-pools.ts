/**
 * Gradients of pools. The WebAssembly backend's own are wrong (tfjs 4.22): its average divides by
 * the whole window at the edges too, where the forward pass averages over fewer places, and its
 * maximum starts from 0, so that a window of negative numbers has no gradient.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x, y, dy | input, output, gradient of the output | `[n, h, w, c]`, `[n, oh, ow, c]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { padMap, seenOf, spreadForInput, spreadOf } from './sliding-window.ts';
import type { Convolution } from './sliding-window.ts';

/** Less than any feature, and finite: the backend's arithmetic need not care for infinities. */
const LOWEST = -3e38;

/** Every place of a window gets its share of dy. */
export function averagePoolGradient(dy: Tensor4D, pool: Convolution): Tensor4D {
  const { inHeight, inWidth, inChannels, filterHeight, filterWidth } = pool;
  const ones = (channels: number): Tensor4D => tf.ones([filterHeight, filterWidth, channels, 1]);
  const inside = seenOf(tf.ones([1, inHeight, inWidth, 1]), pool);
  const counts = tf.depthwiseConv2d(inside, ones(1), [pool.strideHeight, pool.strideWidth], 'valid');
  return tf.depthwiseConv2d(spreadForInput(tf.div(dy, counts), pool), ones(inChannels), 1, 'valid');
}

/** The first place of a window, row by row, that holds its maximum gets dy: as TensorFlow has
 * it. */
export function maxPoolGradient(dy: Tensor4D, x: Tensor4D, y: Tensor4D, pool: Convolution): Tensor4D {
  const { inHeight, inWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = pool;
  const seen = seenOf(x, pool, [1, 1], LOWEST);
  const [batch, height, width, channels] = seen.shape;
  let left = dy;
  let sum: Tensor4D = tf.zeros([
    batch,
    Math.max(height, padInfo.top + inHeight),
    Math.max(width, padInfo.left + inWidth),
    channels,
  ]);
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const end = [batch, height - filterHeight + row + 1, width - filterWidth + column + 1, channels];
      const tap = tf.stridedSlice(seen, [0, row, column, 0], end, [1, strideHeight, strideWidth, 1]) as Tensor4D;
      const taken = tf.mul<Tensor4D>(left, tf.cast(tf.equal(tap, y), 'float32'));
      left = tf.sub(left, taken);
      const spread = spreadOf(taken, strideHeight, strideWidth);
      const [, spreadHeight, spreadWidth] = spread.shape;
      const [, sumHeight, sumWidth] = sum.shape;
      const moved = padMap(spread, [row, sumHeight - spreadHeight - row], [column, sumWidth - spreadWidth - column]);
      sum = tf.add(sum, moved);
    }
  }
  return tf.slice(sum, [0, padInfo.top, padInfo.left, 0], [-1, inHeight, inWidth, -1]);
}

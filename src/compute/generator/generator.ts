/**
 * A generator: a dense layer to maps of 4 x 4, cells that double their side, and a layer to images.
 * After AutoGAN's cells, as E2GAN searches them.
 *
 * | symbol | meaning                                  | shape                |
 * | z      | latent, standard normal                  | `[n, LATENT]`        |
 * | x      | maps before a cell, and behind it        | `[n, h, w, CHANNELS]`, `[n, 2h, 2w, CHANNELS]` |
 *
 * A cell with norms and activations before its convolutions:
 *   a = conv1(up(relu(norm(x)))), h = conv2(relu(norm(a + Σ conv1x1(nearest(a of earlier cells)))))
 * behind them:
 *   a = relu(norm(conv1(up(x)))), h = relu(norm(conv2(a + Σ ...)))
 * and with a shortcut h + conv1x1(up(x)). Batch norms use the batch's own statistics, also where
 * samples are only looked at.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { FIRST_SIDE } from '../../core/generator/cells.ts';
import type { Cell } from '../../core/generator/cells.ts';
import { bilinear, nearest, resampled, spread } from './maps.ts';
import type { Resampling } from './maps.ts';
import { convolved } from './weights.ts';
import type { Weights } from './weights.ts';

/** E2GAN has 128 channels and a latent of 128, on CIFAR-10. [R] */
const CHANNELS = 16;
export const LATENT = 64;

const EPSILON = 1e-5;

/** Images from −1 to 1. Weights are made where they are not there yet: a cell more is a generator
 * grown. Call it inside a tidy. */
export function generate(weights: Weights, cells: readonly Cell[], latent: Tensor2D, channels: number): Tensor4D {
  const n = latent.shape[0];
  // Sound: a latent times a matrix.
  const dense = tf.matMul(latent, weights.matrix('first/kernel', [LATENT, FIRST_SIDE ** 2 * CHANNELS]) as Tensor2D);
  let maps: Tensor4D = tf.reshape(tf.add(dense, weights.constant('first/bias', FIRST_SIDE ** 2 * CHANNELS, 0)), [
    ...[n, FIRST_SIDE, FIRST_SIDE, CHANNELS],
  ] as [number, number, number, number]);
  const inner: Tensor4D[] = [];
  cells.forEach((cell, index) => {
    const given = cellMaps(weights, { name: `cell${index}`, cell }, maps, inner);
    inner.push(given.inner);
    maps = given.maps;
  });
  // The layer to images is that of its side: it is drawn anew where the generator grows.
  const name = `images${cells.length}`;
  const ready = tf.relu(normed(weights, `${name}/norm`, 'batch', maps));
  return tf.tanh(convolution(weights, name, ready, 3, channels));
}

function cellMaps(
  weights: Weights,
  { name, cell }: { readonly name: string; readonly cell: Cell },
  x: Tensor4D,
  earlier: readonly Tensor4D[],
): { readonly inner: Tensor4D; readonly maps: Tensor4D } {
  const side = 2 * x.shape[1];
  const isPre = cell.order === 'pre';
  const settled = (part: string, maps: Tensor4D): Tensor4D =>
    tf.relu(normed(weights, `${name}/${part}`, cell.norm, maps));
  const convolve = (part: string, maps: Tensor4D): Tensor4D =>
    convolution(weights, `${name}/${part}`, maps, 3, CHANNELS);
  const up = (part: string, maps: Tensor4D): Tensor4D => upsampled(weights, `${name}/${part}`, cell.upsampling, maps);
  const first = isPre
    ? convolve('conv1', up('up', settled('norm1', x)))
    : settled('norm1', convolve('conv1', up('up', x)));
  const sum = earlier.reduce((maps, one, index) => {
    if (cell.skips[index] !== true) return maps;
    const grown = byMatrix(one, nearest(side, one.shape[1]));
    return tf.add(maps, convolution(weights, `${name}/skip${index}`, grown, 1, CHANNELS));
  }, first);
  const second = isPre ? convolve('conv2', settled('norm2', sum)) : settled('norm2', convolve('conv2', sum));
  if (!cell.shortcut) return { inner: first, maps: second };
  const past = convolution(weights, `${name}/shortcut`, up('shortcut/up', x), 1, CHANNELS);
  return { inner: first, maps: tf.add(second, past) };
}

const byMatrix = (x: Tensor4D, resampling: Resampling): Tensor4D => resampled(x, resampling, resampling);

function upsampled(weights: Weights, name: string, how: Cell['upsampling'], x: Tensor4D): Tensor4D {
  const side = x.shape[1];
  switch (how) {
    case 'bilinear':
      return byMatrix(x, bilinear(2 * side, side));
    case 'nearest':
      return byMatrix(x, nearest(2 * side, side));
    case 'deconvolution':
      return convolution(weights, name, byMatrix(x, spread(side)), 2, CHANNELS);
  }
}

function convolution(weights: Weights, name: string, x: Tensor4D, size: number, channels: number): Tensor4D {
  const kernel = weights.matrix(`${name}/kernel`, [size, size, x.shape[3], channels]);
  return convolved(x, kernel, weights.constant(`${name}/bias`, channels, 0));
}

function normed(weights: Weights, name: string, how: Cell['norm'], x: Tensor4D): Tensor4D {
  if (how === 'none') return x;
  const { mean, variance } = tf.moments(x, how === 'batch' ? [0, 1, 2] : [1, 2], true);
  const scale = weights.constant(`${name}/scale`, x.shape[3], 1);
  const shift = weights.constant(`${name}/shift`, x.shape[3], 0);
  const even = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
  return tf.add(tf.mul(even, scale), shift);
}

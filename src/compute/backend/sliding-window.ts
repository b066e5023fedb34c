/**
 * What a sliding window sees of a map, and the way back, written as pads and slices.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x, dy | a map, the gradient of what windows made of it | `[n, h, w, c]`, `[n, oh, ow, f]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';

export type Convolution = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/**
 * The part of the padded input that windows see:
 * `[n, (oh - 1) stride + k, (ow - 1) stride + k, c]`. `step` leaves out what 1x1 windows skip,
 * `margin` is the value of the padding.
 */
export function seenOf(x: Tensor4D, convolution: Convolution, [down, across] = [1, 1], margin = 0): Tensor4D {
  const { padInfo, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = convolution;
  const { top, bottom, left, right } = padInfo;
  const padded = padMap(x, [top, bottom], [left, right], margin);
  const height = (outHeight - 1) * strideHeight + filterHeight;
  const width = (outWidth - 1) * strideWidth + filterWidth;
  const [batch, paddedHeight, paddedWidth, channels] = padded.shape;
  if (down === 1 && across === 1 && paddedHeight === height && paddedWidth === width) return padded;
  return tf.stridedSlice(padded, [0, 0, 0, 0], [batch, height, width, channels], [1, down, across, 1]) as Tensor4D;
}

/**
 * Gradient `[1, 1, c, f]` of a 1x1 filter: one product over the places that it sees. oneDNN's own,
 * where places are left out, writes past its memory if fewer channels come in than it takes at a
 * time (uxlfoundation/oneDNN, issue 6035): with AVX-512 and 12 channels at 56 x 56 the heap was
 * broken, and the program died some steps later.
 */
export function pointwiseFilterGradient(x: Tensor4D, dy: Tensor4D, convolution: Convolution): Tensor4D {
  const { inChannels, outChannels, strideHeight, strideWidth } = convolution;
  const features = tf.reshape(seenOf(x, convolution, [strideHeight, strideWidth]), [-1, inChannels]);
  const gradients = tf.reshape(dy, [-1, outChannels]);
  return tf.reshape(tf.matMul(features, gradients, true, false), [1, 1, inChannels, outChannels]);
}

/** dy, spread by the stride, with a margin of zeros that makes a valid convolution with the filter
 * as large as the input. */
export function spreadForInput(dy: Tensor4D, convolution: Convolution): Tensor4D {
  const { inHeight, inWidth, filterHeight, filterWidth, padInfo, strideHeight, strideWidth } = convolution;
  const spread = spreadOf(dy, strideHeight, strideWidth);
  const [, height, width] = spread.shape;
  return padMap(
    spread,
    [filterHeight - 1 - padInfo.top, inHeight - height + padInfo.top],
    [filterWidth - 1 - padInfo.left, inWidth - width + padInfo.left],
  );
}

/** dy with stride - 1 zeros between neighbours:
 * `[n, (oh - 1) stride + 1, (ow - 1) stride + 1, f]`. */
export function spreadOf(dy: Tensor4D, strideHeight: number, strideWidth: number): Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return dy;
  const [batch, height, width, channels] = dy.shape;
  const apart = tf.pad(tf.reshape(dy, [batch, height, 1, width, 1, channels]), [
    [0, 0],
    [0, 0],
    [0, strideHeight - 1],
    [0, 0],
    [0, strideWidth - 1],
    [0, 0],
  ]);
  const joined: Tensor4D = tf.reshape(apart, [batch, height * strideHeight, width * strideWidth, channels]);
  return tf.slice(joined, [0, 0, 0, 0], [-1, (height - 1) * strideHeight + 1, (width - 1) * strideWidth + 1, -1]);
}

export function padMap(x: Tensor4D, rows: [number, number], columns: [number, number], value = 0): Tensor4D {
  if ([...rows, ...columns].every((margin) => margin === 0)) return x;
  return tf.pad4d(x, [[0, 0], rows, columns, [0, 0]], value);
}

/**
 * Gradients that the WebAssembly backend lacks, composed from slices and matrix products: those of convolutions with
 * respect to their filters, and both of depthwise convolutions.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x, dy | input, gradient of the output | `[batch, h, w, c]`, `[batch, oh, ow, f]` |
 * | tap | what one place (row, column) of a filter sees of the padded input | `[batch, oh, ow, c]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { KernelFunc, Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';

type Convolution = ReturnType<typeof tf.backend_util.computeConv2DInfo>;
type Size = [number, number, number, number];

/** Registers the missing kernels for the backend `wasm`. */
export function registerComposedKernels(): void {
  const kernels: Readonly<Record<string, KernelFunc>> = {
    Conv2DBackpropFilter: ({ inputs, attrs }) => {
      const { x, dy } = inputs as { readonly x: TensorInfo; readonly dy: TensorInfo };
      const filterShape = attrs?.['filterShape'] as unknown as Size; // as tfjs's own gradient passes it
      const convolution = convolutionOf(x, filterShape, attrs, false);
      return tf.tidy(() => filterGradient(tensorOf(x), tensorOf(dy), convolution));
    },
    DepthwiseConv2dNativeBackpropFilter: ({ inputs, attrs }) => {
      const { x, dy } = inputs as { readonly x: TensorInfo; readonly dy: TensorInfo };
      const filterShape = attrs?.['filterShape'] as unknown as Size; // as tfjs's own gradient passes it
      const convolution = convolutionOf(x, filterShape, attrs, true);
      return tf.tidy(() => depthwiseFilterGradient(tensorOf(x), tensorOf(dy), convolution));
    },
    DepthwiseConv2dNativeBackpropInput: ({ inputs, attrs }) => {
      const { dy, filter } = inputs as { readonly dy: TensorInfo; readonly filter: TensorInfo };
      const inputShape = attrs?.['inputShape'] as unknown as Size; // as tfjs's own gradient passes it
      const shaped = { shape: inputShape, dtype: dy.dtype, dataId: dy.dataId };
      const convolution = convolutionOf(shaped, filter.shape as Size, attrs, true);
      return tf.tidy(() => depthwiseInputGradient(tensorOf(dy), tensorOf(filter), convolution));
    },
  };
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, 'wasm') === undefined) {
      tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
    }
  }
}

/** One product a tap: tap^T dy, `[c, f]`. */
function filterGradient(x: Tensor4D, dy: Tensor4D, convolution: Convolution): Tensor {
  const { inChannels, outChannels, filterHeight, filterWidth } = convolution;
  const gradient = tf.reshape(dy, [-1, outChannels]);
  const padded = pad(x, convolution);
  const products = taps(convolution).map(([row, column]) =>
    tf.matMul(tf.reshape(tap(padded, row, column, convolution), [-1, inChannels]), gradient, true, false),
  );
  return tf.reshape(tf.stack(products), [filterHeight, filterWidth, inChannels, outChannels]);
}

/** The channels do not mix: one sum over places a tap, `[c]`. */
function depthwiseFilterGradient(x: Tensor4D, dy: Tensor4D, convolution: Convolution): Tensor {
  const { inChannels, filterHeight, filterWidth } = convolution;
  const padded = pad(x, convolution);
  const sums = taps(convolution).map(([row, column]) =>
    tf.sum(tf.mul(tap(padded, row, column, convolution), dy), [0, 1, 2]),
  );
  return tf.reshape(tf.stack(sums), [filterHeight, filterWidth, inChannels, 1]);
}

/** Every tap hands dy times its weights back to the places that it saw: between them zeros, as far apart as the stride. */
function depthwiseInputGradient(dy: Tensor4D, filter: Tensor4D, convolution: Convolution): Tensor {
  const { inChannels, inHeight, inWidth, filterHeight, filterWidth, padInfo } = convolution;
  const spread = dilate(dy, convolution);
  const [, height = 1, width = 1] = spread.shape;
  const totalHeight = Math.max(height + filterHeight - 1, padInfo.top + inHeight);
  const totalWidth = Math.max(width + filterWidth - 1, padInfo.left + inWidth);
  let sum: Tensor4D | undefined;
  for (const [row, column] of taps(convolution)) {
    const weights = tf.reshape(tf.slice(filter, [row, column, 0, 0], [1, 1, inChannels, 1]), [inChannels]);
    const moved: Tensor4D = tf.pad4d(tf.mul(spread, weights) as Tensor4D, [
      [0, 0],
      [row, totalHeight - height - row],
      [column, totalWidth - width - column],
      [0, 0],
    ]);
    sum = sum ? tf.add<Tensor4D>(sum, moved) : moved;
  }
  if (sum === undefined) throw new Error('A filter without taps');
  return tf.slice(sum, [0, padInfo.top, padInfo.left, 0], [-1, inHeight, inWidth, -1]);
}

function convolutionOf(x: TensorInfo, filter: Size, attrs: unknown, depthwise: boolean): Convolution {
  const { strides, pad: padding } = attrs as { readonly strides: number; readonly pad: 'same' | 'valid' };
  return tf.backend_util.computeConv2DInfo(x.shape as Size, filter, strides, 1, padding, undefined, depthwise);
}

function tensorOf(info: TensorInfo): Tensor4D {
  // Kernels are called with the engine's own tensors.
  return info as Tensor4D;
}

function taps({ filterHeight, filterWidth }: Convolution): readonly (readonly [number, number])[] {
  return Array.from({ length: filterHeight * filterWidth }, (_, index) => [
    Math.floor(index / filterWidth),
    index % filterWidth,
  ]);
}

function pad(x: Tensor4D, { padInfo }: Convolution): Tensor4D {
  const { top, bottom, left, right } = padInfo;
  return tf.pad4d(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
}

function tap(padded: Tensor4D, row: number, column: number, convolution: Convolution): Tensor4D {
  const { outHeight, outWidth, strideHeight, strideWidth } = convolution;
  const end = [row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1];
  const [batch, , , channels] = padded.shape;
  return tf.stridedSlice(
    padded,
    [0, row, column, 0],
    [batch, end[0] ?? 0, end[1] ?? 0, channels],
    [1, strideHeight, strideWidth, 1],
  ) as Tensor4D;
}

/** Puts stride - 1 zeros between neighbours: `[batch, (oh - 1) stride + 1, (ow - 1) stride + 1, c]`. */
function dilate(dy: Tensor4D, { strideHeight, strideWidth }: Convolution): Tensor4D {
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
  const joined = tf.reshape(apart, [batch, height * strideHeight, width * strideWidth, channels]) as Tensor4D;
  return tf.slice(joined, [0, 0, 0, 0], [-1, (height - 1) * strideHeight + 1, (width - 1) * strideWidth + 1, -1]);
}

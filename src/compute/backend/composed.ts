/**
 * Gradients that the WebAssembly backend lacks, gets wrong, or computes ten times slower than it
 * must, written as the forward convolutions and plain matrix products that it has fast kernels for.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x, dy | input, gradient of the output | `[n, h, w, c]`, `[n, oh, ow, f]` |
 * | filter | of a convolution, of a depthwise one | `[k, k, c, f]`, `[k, k, c, 1]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { KernelFunc, NamedTensorInfoMap, Tensor, Tensor2D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { averagePoolGradient, maxPoolGradient } from './composed-pools.ts';
import { pointwiseFilterGradient, seenOf, spreadForInput } from './sliding-window.ts';
import type { Convolution } from './sliding-window.ts';

type Size = [number, number, number, number];

/** Registers the kernels for the backend `wasm`, in place of its own. */
export function registerComposedKernels(): void {
  const multiply = tf.getKernel('BatchMatMul', 'wasm').kernelFunc;
  const kernels: Readonly<Record<string, KernelFunc>> = {
    Conv2DBackpropFilter: (call) =>
      filterGradient(given(call.inputs, 'x'), given(call.inputs, 'dy'), ofFilter(call, false)),
    Conv2DBackpropInput: (call) =>
      inputGradient(given(call.inputs, 'dy'), given(call.inputs, 'filter'), ofInput(call, false)),
    DepthwiseConv2dNativeBackpropFilter: (call) =>
      depthwiseFilterGradient(given(call.inputs, 'x'), given(call.inputs, 'dy'), ofFilter(call, true)),
    DepthwiseConv2dNativeBackpropInput: (call) =>
      depthwiseInputGradient(given(call.inputs, 'dy'), given(call.inputs, 'filter'), ofInput(call, true)),
    AvgPoolGrad: (call) => averagePoolGradient(given(call.inputs, 'dy'), poolOf(call)),
    MaxPoolGrad: (call) =>
      maxPoolGradient(
        given(call.inputs, 'dy'),
        given(call.inputs, 'input'),
        given(call.inputs, 'output'),
        poolOf(call),
      ),
    BatchMatMul: (call) => plainProduct(call) ?? multiply(call),
  };
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    // Asked for a missing kernel, tfjs answers undefined, whatever its type says.
    if ((tf.getKernel(kernelName, 'wasm') as unknown) !== undefined) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: (call) => tf.tidy(() => kernelFunc(call) as Tensor),
    });
  }
}

type Call = Parameters<KernelFunc>[0];

/** A transposed factor takes a slow path of the backend: transpose it first. Undefined where the
 * product is plain or batched. */
function plainProduct({ inputs, attrs }: Call): Tensor | undefined {
  const { transposeA, transposeB } = attrs as unknown as { readonly transposeA: boolean; readonly transposeB: boolean };
  const [a, b] = [given(inputs, 'a'), given(inputs, 'b')];
  const isBatched = [a, b].some((factor) => factor.shape.slice(0, -2).some((length) => length !== 1));
  if (isBatched || (!transposeA && !transposeB)) return undefined;
  const rows = (factor: Tensor, transposed: boolean): Tensor2D => {
    const matrix: Tensor2D = tf.reshape(factor, factor.shape.slice(-2) as [number, number]);
    return transposed ? tf.transpose(matrix) : matrix;
  };
  const product = tf.matMul(rows(a, transposeA), rows(b, transposeB));
  return tf.reshape(product, [...a.shape.slice(0, -2), ...product.shape]);
}

/** dw[i,j,c,f] = sum over n and places of seen[n,i+..,j+..,c] dy[n,..,f]: a convolution with images
 * as channels. */
function filterGradient(x: Tensor4D, dy: Tensor4D, convolution: Convolution): Tensor {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = convolution;
  if (filterHeight === 1 && filterWidth === 1) return pointwiseFilterGradient(x, dy, convolution);
  const images = tf.transpose(seenOf(x, convolution), [3, 1, 2, 0]);
  const filters = tf.transpose(dy, [1, 2, 0, 3]);
  return tf.transpose(tf.conv2d(images, filters, 1, 'valid', 'NHWC', [strideHeight, strideWidth]), [1, 2, 0, 3]);
}

/** The same with every channel of every image as a channel of its own, then summed over images. */
function depthwiseFilterGradient(x: Tensor4D, dy: Tensor4D, convolution: Convolution): Tensor {
  const { batchSize, inChannels, outHeight, outWidth, filterHeight, filterWidth } = convolution;
  const { strideHeight, strideWidth } = convolution;
  const seen = tf.transpose(seenOf(x, convolution), [1, 2, 0, 3]);
  const [height = 1, width = 1] = seen.shape;
  const channels = batchSize * inChannels;
  const image: Tensor4D = tf.reshape(seen, [1, height, width, channels]);
  const filter: Tensor4D = tf.reshape(tf.transpose(dy, [1, 2, 0, 3]), [outHeight, outWidth, channels, 1]);
  const products = tf.depthwiseConv2d(image, filter, 1, 'valid', 'NHWC', [strideHeight, strideWidth]);
  const sums = tf.sum(tf.reshape(products, [filterHeight, filterWidth, batchSize, inChannels]), 2);
  return tf.reshape(sums, [filterHeight, filterWidth, inChannels, 1]);
}

/** Every place of dy hands its gradient back to what it saw: a convolution with the filter turned
 * by half a turn. */
function inputGradient(dy: Tensor4D, filter: Tensor4D, convolution: Convolution): Tensor {
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(spreadForInput(dy, convolution), turned, 1, 'valid');
}

function depthwiseInputGradient(dy: Tensor4D, filter: Tensor4D, convolution: Convolution): Tensor {
  return tf.depthwiseConv2d(spreadForInput(dy, convolution), tf.reverse(filter, [0, 1]), 1, 'valid');
}

/** The convolution whose filter is asked for. */
function ofFilter({ inputs, attrs }: Call, depthwise: boolean): Convolution {
  const size = attrs?.['filterShape'] as unknown as Size; // as tfjs's own gradient passes it
  return convolutionOf(given(inputs, 'x').shape, size, attrs, depthwise);
}

/** The convolution whose input is asked for. */
function ofInput({ inputs, attrs }: Call, depthwise: boolean): Convolution {
  const size = attrs?.['inputShape'] as unknown as Size; // as tfjs's own gradient passes it
  return convolutionOf(size, given(inputs, 'filter').shape, attrs, depthwise);
}

/** The pool whose input is asked for, as a convolution with windows of its size. */
function poolOf({ inputs, attrs }: Call): Convolution {
  const { filterSize, strides, pad } = attrs as unknown as {
    readonly filterSize: number | [number, number];
    readonly strides: number | [number, number];
    readonly pad: 'same' | 'valid';
  };
  return tf.backend_util.computePool2DInfo(given(inputs, 'input').shape, filterSize, strides, 1, pad);
}

function convolutionOf(x: Size, filter: Size, attrs: unknown, depthwise: boolean): Convolution {
  const { strides, pad } = attrs as { readonly strides: number | [number, number]; readonly pad: 'same' | 'valid' };
  return tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad, undefined, depthwise);
}

function given(inputs: NamedTensorInfoMap, name: string): Tensor4D {
  const info: TensorInfo | undefined = inputs[name];
  if (info === undefined) throw new Error(`A kernel was called without ${name}`);
  // Kernels are called with the engine's own tensors.
  return info as Tensor4D;
}

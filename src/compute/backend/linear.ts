/**
 * Convolutions and products with a matrix of weights, each with the bias and the activation that
 * follow it as one node of the tape. Without the native kernels they are tfjs's own ops, one after
 * the other.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x | map, or rows | `[batch, h, w, in]`, `[rows, in]` |
 * | kernel | filter HWIO; depthwise; matrix | `[kh, kw, in, out]`, `[kh, kw, in, 1]`, `[in, out]` |
 * | y | act(kernel * x + bias), padded as TensorFlow's SAME | `[batch, ceil(h/sh), ceil(w/sw), out]`, `[rows, out]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { Sides } from '../../core/arch/graph.ts';
import { sidesOf } from '../../core/arch/ops.ts';
import { addBias, activate, biasActivation, nativeBiasActivation } from './activation.ts';
import { byTensorFlowJs, differentiable, savedAt } from './differentiable.ts';
import { hasNativeKernels, quickerKernels } from './native.ts';
import type { FusedActivation } from './native.ts';
import { only, perAttributes, rawOp, tensorFlow } from './raw.ts';
import type { RawOp } from './raw.ts';
import { reshape } from './shape-ops.ts';
import { padMap, pointwiseFilterGradient } from './sliding-window.ts';

export interface LinearOptions {
  readonly bias: Tensor1D | undefined;
  readonly activation: FusedActivation;
}

export interface ConvolutionOptions extends LinearOptions {
  readonly stride: Sides;
  /** Whether x is the image itself, whose gradient nobody asks for. */
  readonly first: boolean;
}

/** A linear map: its product, and its gradients of x and the kernel. */
export interface LinearOps {
  readonly forward: (x: Tensor, kernel: Tensor) => Tensor;
  readonly gradient: (dy: Tensor, x: Tensor, kernel: Tensor) => Tensor[];
}

/** What the tape needs of one: the gradient of x may not be asked for. */
interface Product {
  readonly forward: (x: Tensor, kernel: Tensor) => Tensor;
  readonly gradient: (dy: Tensor, x: Tensor, kernel: Tensor) => Tensor[];
  /** Whether the gradients begin with that of x. */
  readonly ofInput: boolean;
}

export function convolution(x: Tensor4D, kernel: Tensor4D, options: ConvolutionOptions): Tensor {
  const { first, bias, activation } = options;
  const stride = sidesOf(options.stride);
  if (tensorFlow() === undefined) return composed(tf.conv2d(x, kernel, [...stride], 'same'), options);
  const isOurs = hasNativeKernels() && kernel.size <= quickerKernels().largest.convolution;
  const { forward, inputGradient, kernelGradient } = (isOurs ? nativeConvolution : tensorFlowConvolution)(...stride);
  const ops: Product = {
    forward,
    gradient: (dy, input, filter) => [
      ...(first ? [] : [inputGradient(dy, input, filter)]),
      kernelGradient(dy, input, filter),
    ],
    ofInput: !first,
  };
  if (hasNativeKernels()) return product(x, kernel, bias, activation, ops);
  return composed(product(x, kernel, undefined, 'none', ops), options);
}

export function depthwiseConvolution(x: Tensor4D, kernel: Tensor4D, options: ConvolutionOptions): Tensor {
  const { bias, activation } = options;
  const stride = sidesOf(options.stride);
  const [down, across] = stride;
  if (down !== across && tensorFlow() !== undefined) return unevenDepthwise(x, kernel, options);
  if (!hasNativeKernels()) return composed(tf.depthwiseConv2d(x, kernel, [down, across], 'same'), options);
  const { forward, inputGradient, kernelGradient } =
    isSquare(kernel, stride) && quickerKernels().depthwise ? nativeDepthwise(down) : tensorFlowDepthwise(down, across);
  return product(x, kernel, bias, activation, {
    forward,
    gradient: (dy, input, filter) => [inputGradient(dy, input, filter), kernelGradient(dy, input, filter)],
    ofInput: true,
  });
}

/** Of the sizes that our own depthwise kernels have. */
const isSquare = ({ shape: [height, width] }: Tensor4D, [down, across]: readonly [number, number]): boolean =>
  height === width && down === across;

/** TensorFlow's depthwise convolution takes one stride: the places of two are picked from a
 * convolution without one, over what they see of the map. */
function unevenDepthwise(x: Tensor4D, kernel: Tensor4D, options: ConvolutionOptions): Tensor {
  const [strideHeight, strideWidth] = sidesOf(options.stride);
  const strides: [number, number] = [strideHeight, strideWidth];
  const { outHeight, outWidth, padInfo } = tf.backend_util.computeConv2DInfo(
    ...([x.shape, kernel.shape, strides, 1, 'same'] as const),
    ...([undefined, true] as const),
  );
  const picked = byTensorFlowJs([x, kernel], (map, filter) => {
    const { top, bottom, left, right } = padInfo;
    const padded = padMap(map as Tensor4D, [top, bottom], [left, right]);
    const all = tf.depthwiseConv2d(padded, filter as Tensor4D, 1, 'valid');
    const places = (count: number, stride: number): Tensor1D =>
      tf.tensor1d(
        Int32Array.from({ length: count }, (_, place) => place * stride),
        'int32',
      );
    return tf.gather(tf.gather(all, places(outHeight, strideHeight), 1), places(outWidth, strideWidth), 2);
  });
  return biasActivation(picked, options.bias, options.activation);
}

/** Over the last axis of tokens or vectors. */
export function dense(x: Tensor, kernel: Tensor2D, options: LinearOptions): Tensor {
  const { bias, activation } = options;
  if (hasNativeKernels() && kernel.size <= quickerKernels().largest.product) {
    return product(x, kernel, bias, activation, { ...PRODUCTS.ours, ofInput: true });
  }
  const [inputs, units] = kernel.shape;
  const rows = x.rank === 2 ? (x as Tensor2D) : reshape<tf.Rank.R2>(x, [-1, inputs]);
  const y = hasNativeKernels()
    ? product(rows, kernel, bias, activation, { ...PRODUCTS.theirs, ofInput: true })
    : composed(tf.matMul(rows, kernel), options);
  return x.rank === 2 ? y : reshape(y, [...x.shape.slice(0, -1), units]);
}

function composed(y: Tensor, { bias, activation }: LinearOptions): Tensor {
  return activate(bias ? addBias(y, bias) : y, activation);
}

function product(
  x: Tensor,
  kernel: Tensor,
  bias: Tensor1D | undefined,
  activation: FusedActivation,
  { forward, gradient, ofInput }: Product,
): Tensor {
  const inputs = [...(ofInput ? [x] : []), kernel, ...(bias ? [bias] : [])];
  return differentiable(inputs, (save) => {
    const linear = forward(x, kernel);
    const plain = bias === undefined && activation === 'none';
    const pass = plain ? undefined : nativeBiasActivation(linear, bias, activation);
    save([x, kernel, ...(pass?.saved ?? [])]);
    return {
      value: pass?.value ?? linear,
      gradient: (dy, saved) => {
        const [slope = dy, ...biasGradient] = pass?.gradient(dy, saved.slice(2)) ?? [];
        const slopes = gradient(slope, savedAt(saved, 0), savedAt(saved, 1));
        return bias ? [...slopes, ...biasGradient] : slopes;
      },
    };
  });
}

function shapeOf(tensor: TensorInfo): Tensor1D {
  return tf.tensor1d(tensor.shape, 'int32');
}

const nativeProduct = rawOp('TradeProduct', 1, {});
const nativeProductGradient = rawOp('TradeProductGrad', 2, {});

/** Not by MatMul, which was seen to corrupt the heap while a sampling profiler sent signals. */
const matrixOp = (left: boolean, right: boolean): RawOp =>
  rawOp('BatchMatMulV2', 1, { types: { T: 'float32' }, booleans: { adj_x: left, adj_y: right } });
const matMul = matrixOp(false, false);
const matMulTransposedLeft = matrixOp(true, false);
const matMulTransposedRight = matrixOp(false, true);

/** Over the last axis of x by our kernels, `[..., inner]`; over rows by TensorFlow's,
 * `[rows, inner]`. */
export const PRODUCTS: { readonly ours: LinearOps; readonly theirs: LinearOps } = {
  ours: {
    forward: (x, matrix) => only(nativeProduct([x, matrix])),
    gradient: (dy, x, matrix) => [...nativeProductGradient([dy, x, matrix])],
  },
  theirs: {
    forward: (x, matrix) => only(matMul([x, matrix])),
    gradient: (dy, x, matrix) => [only(matMulTransposedRight([dy, matrix])), only(matMulTransposedLeft([x, dy]))],
  },
};

interface ConvolutionOps {
  readonly forward: (x: Tensor, kernel: Tensor) => Tensor;
  readonly inputGradient: (dy: Tensor, x: Tensor, kernel: Tensor) => Tensor;
  readonly kernelGradient: (dy: Tensor, x: Tensor, kernel: Tensor) => Tensor;
}

const tensorFlowConvolution = perAttributes((down: number, across: number): ConvolutionOps => {
  const ops = tensorFlowOps('Conv2D', [down, across]);
  if (down === 1 && across === 1) return ops;
  return {
    ...ops,
    kernelGradient: (dy, x, kernel) => {
      const [map, filter] = [x as Tensor4D, kernel as Tensor4D]; // as a convolution's are
      if (filter.shape[0] !== 1 || filter.shape[1] !== 1) return ops.kernelGradient(dy, x, kernel);
      const seen = tf.backend_util.computeConv2DInfo(map.shape, filter.shape, [down, across], 1, 'same');
      return tf.tidy(() => pointwiseFilterGradient(map, dy as Tensor4D, seen));
    },
  };
});

const tensorFlowDepthwise = perAttributes((down: number, across: number) =>
  tensorFlowOps('DepthwiseConv2dNative', [down, across]),
);

function tensorFlowOps(name: string, stride: readonly [number, number]): ConvolutionOps {
  const attributes = {
    types: { T: 'float32' },
    integers: { strides: [1, ...stride, 1] },
    strings: { padding: 'SAME', data_format: 'NHWC' },
  } as const;
  const forward = rawOp(name, 1, attributes);
  const inputGradient = rawOp(`${name}BackpropInput`, 1, attributes);
  const kernelGradient = rawOp(`${name}BackpropFilter`, 1, attributes);
  return {
    forward: (x, kernel) => only(forward([x, kernel])),
    inputGradient: (dy, x, kernel) => only(inputGradient([shapeOf(x), kernel, dy])),
    kernelGradient: (dy, x, kernel) => only(kernelGradient([x, shapeOf(kernel), dy])),
  };
}

const nativeConvolution = perAttributes((down: number, across: number) =>
  nativeOps('TradeConvolution', { down, across }),
);
const nativeDepthwise = perAttributes((stride: number) => nativeOps('TradeDepthwise', { stride }));

function nativeOps(name: string, integers: Readonly<Record<string, number>>): ConvolutionOps {
  const forward = rawOp(name, 1, { integers });
  const inputGradient = rawOp(`${name}InputGrad`, 1, { integers });
  const kernelGradient = rawOp(`${name}FilterGrad`, 1, { integers });
  return {
    forward: (x, kernel) => only(forward([x, kernel])),
    inputGradient: (dy, x, kernel) => only(inputGradient([dy, kernel, x])),
    kernelGradient: (dy, x, kernel) => only(kernelGradient([dy, x, kernel])),
  };
}

const withBoth = ({ forward, inputGradient, kernelGradient }: ConvolutionOps): LinearOps => ({
  forward,
  gradient: (dy, x, kernel) => [inputGradient(dy, x, kernel), kernelGradient(dy, x, kernel)],
});

/** With stride 1, ours and TensorFlow's: for measuring which is quicker. */
export const CONVOLUTIONS = { ours: withBoth(nativeConvolution(1, 1)), theirs: withBoth(tensorFlowConvolution(1, 1)) };
export const DEPTHWISE = { ours: withBoth(nativeDepthwise(1)), theirs: withBoth(tensorFlowDepthwise(1, 1)) };

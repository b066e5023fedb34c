/**
 * Convolutions and products with a matrix of weights, each with the bias and the activation that follow it as one node
 * of the tape. Without the native kernels they are tfjs's own ops, one after the other.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x | map, or rows | `[batch, h, w, in]`, `[rows, in]` |
 * | kernel | filter HWIO; depthwise; matrix | `[k, k, in, out]`, `[k, k, in, 1]`, `[in, out]` |
 * | y | act(kernel * x + bias), padded as TensorFlow's SAME | `[batch, ceil(h/s), ceil(w/s), out]`, `[rows, out]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { addBias, activate, nativeBiasActivation } from './activation.ts';
import { differentiable, savedAt } from './differentiable.ts';
import { hasNativeKernels } from './native.ts';
import type { FusedActivation } from './native.ts';
import { only, rawOp } from './raw.ts';
import type { RawOp } from './raw.ts';
import { reshape } from './shape-ops.ts';

export interface LinearOptions {
  readonly bias: Tensor1D | undefined;
  readonly activation: FusedActivation;
}

export interface ConvolutionOptions extends LinearOptions {
  readonly stride: number;
  /** Whether x is the image itself, whose gradient nobody asks for. */
  readonly first: boolean;
}

/** What the tape needs of a linear map: its product, and the gradients of x (absent: not asked for) and the kernel. */
interface Product {
  readonly forward: (x: Tensor, kernel: Tensor) => Tensor;
  readonly inputGradient?: (dy: Tensor, x: Tensor, kernel: Tensor) => Tensor;
  readonly kernelGradient: (dy: Tensor, x: Tensor, kernel: Tensor) => Tensor;
}

export function convolution(x: Tensor4D, kernel: Tensor4D, options: ConvolutionOptions): Tensor {
  const { stride, first, bias, activation } = options;
  if (!hasNativeKernels()) return composed(tf.conv2d(x, kernel, stride, 'same'), options);
  const { forward, inputGradient, kernelGradient } = convolutionOps(stride);
  return product(x, kernel, bias, activation, {
    forward: (input, filter) => only(forward([input, filter])),
    ...(first ? {} : { inputGradient: (dy, input, filter) => only(inputGradient([shapeOf(input), filter, dy])) }),
    kernelGradient: (dy, input, filter) => only(kernelGradient([input, shapeOf(filter), dy])),
  });
}

export function depthwiseConvolution(x: Tensor4D, kernel: Tensor4D, options: ConvolutionOptions): Tensor {
  const { stride, bias, activation } = options;
  if (!hasNativeKernels()) return composed(tf.depthwiseConv2d(x, kernel, stride, 'same'), options);
  const { forward, inputGradient, kernelGradient } = depthwiseOps(stride);
  return product(x, kernel, bias, activation, {
    forward: (input, filter) => only(forward([input, filter])),
    inputGradient: (dy, input, filter) => only(inputGradient([dy, filter, input])),
    kernelGradient: (dy, input, filter) => only(kernelGradient([dy, input, filter])),
  });
}

/** Over the last axis of tokens or vectors. */
export function dense(x: Tensor, kernel: Tensor2D, options: LinearOptions): Tensor {
  const [inputs, units] = kernel.shape;
  const rows = x.rank === 2 ? (x as Tensor2D) : reshape<tf.Rank.R2>(x, [-1, inputs]);
  const { bias, activation } = options;
  const y = hasNativeKernels()
    ? product(rows, kernel, bias, activation, {
        forward: (input, matrix) => only(matMul([input, matrix])),
        inputGradient: (dy, _input, matrix) => only(matMulTransposedRight([dy, matrix])),
        kernelGradient: (dy, input) => only(matMulTransposedLeft([input, dy])),
      })
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
  { forward, inputGradient, kernelGradient }: Product,
): Tensor {
  const inputs = [...(inputGradient ? [x] : []), kernel, ...(bias ? [bias] : [])];
  return differentiable(inputs, (save) => {
    const linear = forward(x, kernel);
    const plain = bias === undefined && activation === 'none';
    const pass = plain ? undefined : nativeBiasActivation(linear, bias, activation);
    save([x, kernel, ...(pass?.saved ?? [])]);
    return {
      value: pass?.value ?? linear,
      gradient: (dy, saved) => {
        const [input, matrix] = [savedAt(saved, 0), savedAt(saved, 1)];
        const [slope = dy, ...biasGradient] = pass?.gradient(dy, saved.slice(2)) ?? [];
        return [
          ...(inputGradient ? [inputGradient(slope, input, matrix)] : []),
          kernelGradient(slope, input, matrix),
          ...(bias ? biasGradient : []),
        ];
      },
    };
  });
}

function shapeOf(tensor: TensorInfo): Tensor1D {
  return tf.tensor1d(tensor.shape, 'int32');
}

const matrixOp = (left: boolean, right: boolean): RawOp =>
  rawOp('BatchMatMulV2', 1, { types: { T: 'float32' }, booleans: { adj_x: left, adj_y: right } });
const matMul = matrixOp(false, false);
const matMulTransposedLeft = matrixOp(true, false);
const matMulTransposedRight = matrixOp(false, true);

interface ConvolutionOps {
  readonly forward: RawOp;
  readonly inputGradient: RawOp;
  readonly kernelGradient: RawOp;
}

const convolutionOps = perStride((stride) => {
  const attributes = {
    types: { T: 'float32' },
    integers: { strides: [1, stride, stride, 1] },
    strings: { padding: 'SAME', data_format: 'NHWC' },
  } as const;
  return {
    forward: rawOp('Conv2D', 1, attributes),
    inputGradient: rawOp('Conv2DBackpropInput', 1, attributes),
    kernelGradient: rawOp('Conv2DBackpropFilter', 1, attributes),
  };
});

const depthwiseOps = perStride((stride) => ({
  forward: rawOp('TradeDepthwise', 1, { integers: { stride } }),
  inputGradient: rawOp('TradeDepthwiseInputGrad', 1, { integers: { stride } }),
  kernelGradient: rawOp('TradeDepthwiseFilterGrad', 1, { integers: { stride } }),
}));

function perStride(make: (stride: number) => ConvolutionOps): (stride: number) => ConvolutionOps {
  const known = new Map<number, ConvolutionOps>();
  return (stride) => {
    const ops = known.get(stride) ?? make(stride);
    known.set(stride, ops);
    return ops;
  };
}

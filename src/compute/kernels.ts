/**
 * One kernel per op of the architecture graph: what a layer does to tensors. Batches lead: a map is `[batch, h, w, c]`,
 * tokens are `[batch, t, c]`, a vector `[batch, c]`. Convolutions and pools pad as TensorFlow's SAME; GELU is exact.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ActivationKind, OpName } from '../core/arch/graph.ts';
import type { OpOf } from '../core/arch/ops.ts';
import { addBias, gelu, layerNorm, meanPositions, NORM_EPSILON, rectify, trainBatchNorm } from './backend/fused.ts';
import type { Statistics } from './backend/fused.ts';

/** What a kernel may read beside its inputs. */
export interface KernelContext {
  /** A weight of this layer by its short name. */
  readonly weight: (name: string) => Tensor;
  readonly statistics: () => Statistics;
  /** Present while training: takes the batch norm's new running statistics. */
  readonly update?: (statistics: Statistics) => void;
}

export type Kernel<K extends OpName> = (op: OpOf<K>, inputs: readonly Tensor[], context: KernelContext) => Tensor;
export type Kernels = { readonly [K in OpName]: Kernel<K> };

export const KERNELS = {
  input: (_op, inputs) => first(inputs),
  conv2d: (op, inputs, { weight }) => {
    const y = tf.conv2d(first(inputs) as Tensor4D, weight('kernel') as Tensor4D, op.stride, 'same');
    return op.bias ? addBias(y, weight('bias') as Tensor1D) : y;
  },
  depthwiseConv2d: (op, inputs, { weight }) => {
    const y = tf.depthwiseConv2d(first(inputs) as Tensor4D, weight('kernel') as Tensor4D, op.stride, 'same');
    return op.bias ? addBias(y, weight('bias') as Tensor1D) : y;
  },
  batchNorm: (_op, inputs, { weight, statistics, update }) => {
    const x = first(inputs);
    const map = x.rank === 4 ? x : tf.reshape(x, [-1, 1, 1, x.shape.at(-1) ?? 1]);
    const gamma = weight('gamma') as Tensor1D;
    const beta = weight('beta') as Tensor1D;
    const running = statistics();
    const y = update
      ? trainBatchNorm(map, gamma, beta, running, update)
      : tf.batchNorm(map, running.mean, running.variance, beta, gamma, NORM_EPSILON);
    return x.rank === 4 ? y : tf.reshape(y, x.shape);
  },
  layerNorm: (_op, inputs, { weight }) =>
    layerNorm(first(inputs), weight('gamma') as Tensor1D, weight('beta') as Tensor1D),
  activation: (op, inputs) => ACTIVATIONS[op.kind](first(inputs)),
  add: (_op, inputs) => inputs.slice(1).reduce((sum, term) => tf.add(sum, term), first(inputs)),
  scale: (_op, inputs) => {
    const [features, gate] = inputs as readonly [Tensor, Tensor];
    return tf.mul(features, tf.reshape(gate, [-1, 1, 1, gate.shape.at(-1) ?? 1]));
  },
  dense: (op, inputs, { weight }) => dense(first(inputs), weight('kernel'), op.bias ? weight('bias') : undefined),
  globalAveragePool: (_op, inputs) => meanPositions(first(inputs)),
  averagePool: (op, inputs) => tf.avgPool(first(inputs) as Tensor4D, op.size, op.stride, 'same'),
  maxPool: (op, inputs) => tf.maxPool(first(inputs) as Tensor4D, op.size, op.stride, 'same'),
  tokens: (_op, inputs) => {
    const [, height = 1, width = 1, channels = 1] = first(inputs).shape;
    return tf.reshape(first(inputs), [-1, height * width, channels]);
  },
  positionEmbedding: (_op, inputs, { weight }) => tf.add(first(inputs), weight('embedding')),
  transpose: (_op, inputs) => tf.transpose(first(inputs), [0, 2, 1]),
  attention: (op, inputs, context) => attention(first(inputs) as Tensor3D, op.heads, context),
  meanTokens: (_op, inputs) => meanPositions(first(inputs)),
} as const satisfies Kernels;

const ACTIVATIONS = {
  relu: (x) => rectify(x, 'relu'),
  relu6: (x) => rectify(x, 'relu6'),
  gelu,
  sigmoid: (x) => tf.sigmoid(x),
  hardSigmoid: (x) => hardSigmoid(x),
  hardSwish: (x) => tf.mul(x, hardSigmoid(x)),
} as const satisfies Record<ActivationKind, (x: Tensor) => Tensor>;

/** `min(max(x + 3, 0), 6) / 6` */
function hardSigmoid(x: Tensor): Tensor {
  return tf.mul(rectify(tf.add(x, 3), 'relu6'), 1 / 6);
}

/** Over the last axis of tokens or vectors. */
function dense(x: Tensor, kernel: Tensor, bias: Tensor | undefined): Tensor {
  const [inputs = 1, units = 1] = kernel.shape;
  const rows = x.rank === 2 ? (x as Tensor2D) : tf.reshape(x, [-1, inputs]);
  const product = tf.matMul(rows, kernel as Tensor2D);
  const y = bias ? addBias(product, bias as Tensor1D) : product;
  return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), units]);
}

/**
 * softmax(Q K^T / sqrt(d)) V over heads of width d = c / heads (Vaswani et al. 2017). Columns of the joint kernel are
 * queries, keys and values in turn, each head after head.
 */
function attention(x: Tensor3D, heads: number, { weight }: KernelContext): Tensor {
  const [, tokens, channels] = x.shape;
  const width = channels / heads;
  const joint = tf.reshape(dense(x, weight('qkvKernel'), weight('qkvBias')), [-1, tokens, 3, heads, width]);
  const [query, key, value] = tf.unstack(tf.transpose(joint, [2, 0, 3, 1, 4])) as [Tensor4D, Tensor4D, Tensor4D];
  const scores = tf.softmax(tf.matMul(tf.mul(query, 1 / Math.sqrt(width)), key, false, true));
  const mixed = tf.reshape(tf.transpose(tf.matMul(scores, value), [0, 2, 1, 3]), [-1, tokens, channels]);
  return dense(mixed, weight('outKernel'), weight('outBias'));
}

function first(inputs: readonly Tensor[]): Tensor {
  const [input] = inputs;
  if (input === undefined) throw new Error('A layer has no input');
  return input;
}

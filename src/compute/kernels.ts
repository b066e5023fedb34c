/**
 * One kernel per op of the architecture graph: what a layer does to tensors. Batches lead: a map is `[batch, h, w, c]`,
 * tokens are `[batch, t, c]`, a vector `[batch, c]`. Convolutions and pools pad as TensorFlow's SAME; GELU is exact.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ActivationKind, OpName } from '../core/arch/graph.ts';
import type { OpOf } from '../core/arch/ops.ts';
import { differentiable } from './backend/differentiable.ts';
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
  layerScale: (_op, inputs, { weight }) => tf.mul(first(inputs), weight('gamma')),
  channels: (op, inputs) => {
    const x = first(inputs);
    const whole = x.shape.slice(0, -1);
    return tf.slice(x, [...whole.map(() => 0), op.from], [...whole, op.count]);
  },
  concat: (_op, inputs) => tf.concat([...inputs], -1),
  channelShuffle: (op, inputs) => {
    const x = first(inputs);
    const grouped = tf.reshape(x, [-1, op.groups, (x.shape.at(-1) ?? 0) / op.groups]);
    return tf.reshape(tf.transpose(grouped, [0, 2, 1]), x.shape);
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
  attention: (op, inputs, context) => attention(first(inputs) as Tensor3D, op, context),
  meanTokens: (_op, inputs) => meanPositions(first(inputs)),
} as const satisfies Kernels;

const ACTIVATIONS = {
  relu: (x) => rectify(x, 'relu'),
  relu6: (x) => rectify(x, 'relu6'),
  gelu,
  sigmoid: (x) => tf.sigmoid(x),
  hardSigmoid: (x) => hardSigmoid(x),
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
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
 * queries, keys and values in turn, each head after head. With a grid the scores get the relative biases before softmax.
 */
function attention(x: Tensor3D, { heads, grid }: OpOf<'attention'>, { weight }: KernelContext): Tensor {
  const [, tokens, channels] = x.shape;
  const width = channels / heads;
  const joint = tf.reshape(dense(x, weight('qkvKernel'), weight('qkvBias')), [-1, tokens, 3, heads, width]);
  const [query, key, value] = tf.unstack(tf.transpose(joint, [2, 0, 3, 1, 4])) as [Tensor4D, Tensor4D, Tensor4D];
  const products = tf.matMul(tf.mul(query, 1 / Math.sqrt(width)), key, false, true);
  const scores = grid === undefined ? products : tf.add(products, relativeBiases(weight('relativeBias'), grid));
  const mixed = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), value), [0, 2, 1, 3]), [-1, tokens, channels]);
  return dense(mixed, weight('outKernel'), weight('outBias'));
}

/**
 * The bias of every pair of places of a grid, `[heads, t, t]` (query, key), from the table `[(2h-1)(2w-1), heads]`: query
 * (i,j) and key (k,l) read row (i-k+h-1)(2w-1) + (j-l+w-1). Liu et al. 2021 (Swin), section 3.2. The gradient is a
 * product with the one-hot rows: WebAssembly has no kernel that scatters.
 */
function relativeBiases(table: Tensor, [height, width]: readonly [number, number]): Tensor {
  const [offsets = 1, heads = 1] = table.shape;
  const count = height * width;
  const rows = Int32Array.from({ length: count * count }, (_, pair) => {
    const [query, key] = [Math.floor(pair / count), pair % count];
    const down = Math.floor(query / width) - Math.floor(key / width) + height - 1;
    return down * (2 * width - 1) + (query % width) - (key % width) + width - 1;
  });
  const pairs = differentiable([table], () => ({
    value: tf.gather(table, tf.tensor1d(rows, 'int32')),
    gradient: (dy) => tf.matMul(tf.oneHot(tf.tensor1d(rows, 'int32'), offsets), dy as Tensor2D, true, false),
  }));
  return tf.transpose(tf.reshape(pairs, [count, count, heads]), [2, 0, 1]);
}

function first(inputs: readonly Tensor[]): Tensor {
  const [input] = inputs;
  if (input === undefined) throw new Error('A layer has no input');
  return input;
}

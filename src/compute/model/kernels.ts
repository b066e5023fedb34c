/**
 * One kernel per op of the architecture graph: what a layer does to tensors. Batches lead: a map is
 * `[batch, h, w, c]`, tokens are `[batch, t, c]`, a vector `[batch, c]`. Convolutions and pools pad
 * as TensorFlow's SAME; GELU is exact.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { OpName } from '../../core/arch/graph.ts';
import type { OpOf } from '../../core/arch/ops.ts';
import { byTensorFlowJs } from '../backend/differentiable.ts';
import { biasActivation, tanh } from '../backend/activation.ts';
import { attend } from '../backend/attention.ts';
import { batchNorm, layerNorm, trainBatchNorm } from '../backend/norms.ts';
import type { Statistics } from '../backend/norms.ts';
import { convolution, dense, depthwiseConvolution } from '../backend/linear.ts';
import type { ConvolutionOptions, LinearOptions } from '../backend/linear.ts';
import type { FusedActivation } from '../backend/native.ts';
import { perAttributes } from '../backend/raw.ts';
import {
  addToEach,
  averagePool,
  gatherRows,
  joinChannels,
  maxPool,
  reshape,
  scaleChannels,
  someChannels,
  sum,
} from '../backend/shape-ops.ts';
import { embed, gru, lastToken, product } from '../backend/sequences.ts';
import { gate, meanPositions, shuffleChannels, transposeTokens } from '../backend/positions.ts';

/** What a kernel may read beside its inputs. */
export interface KernelContext {
  /** A weight of this layer by its short name. */
  readonly weight: (name: string) => Tensor;
  readonly statistics: () => Statistics;
  /** Present while training: takes the batch norm's new running statistics. */
  readonly update?: (statistics: Statistics) => void;
  /** Of the layers that follow and that this one computes too; see `fusion.ts`. */
  readonly activation?: FusedActivation;
  readonly shortcut?: Tensor;
  /** Whether the first input is the image. */
  readonly first?: boolean;
}

export type Kernel<K extends OpName> = (op: OpOf<K>, inputs: readonly Tensor[], context: KernelContext) => Tensor;
export type Kernels = { readonly [K in OpName]: Kernel<K> };

export const KERNELS = {
  input: (_op, inputs) => first(inputs),
  conv2d: (op, inputs, context) =>
    convolution(first(inputs) as Tensor4D, context.weight('kernel') as Tensor4D, windowed(op, context)),
  depthwiseConv2d: (op, inputs, context) =>
    depthwiseConvolution(first(inputs) as Tensor4D, context.weight('kernel') as Tensor4D, windowed(op, context)),
  batchNorm: (_op, inputs, { weight, statistics, update, activation = 'none', shortcut }) => {
    const x = first(inputs);
    const asMap = (tensor: Tensor): Tensor4D =>
      tensor.rank === 4 ? (tensor as Tensor4D) : reshape<tf.Rank.R4>(tensor, [-1, 1, 1, tensor.shape.at(-1) ?? 1]);
    const gamma = weight('gamma') as Tensor1D;
    const beta = weight('beta') as Tensor1D;
    const end = { activation, shortcut: shortcut && asMap(shortcut) };
    const y = update
      ? trainBatchNorm(asMap(x), gamma, beta, statistics(), update, end)
      : batchNorm(asMap(x), gamma, beta, statistics(), end);
    return x.rank === 4 ? y : reshape(y, x.shape);
  },
  layerNorm: (_op, inputs, { weight }) =>
    layerNorm(first(inputs), weight('gamma') as Tensor1D, weight('beta') as Tensor1D),
  activation: ({ kind }, inputs) =>
    kind === 'tanh' ? tanh(first(inputs)) : biasActivation(first(inputs), undefined, kind),
  add: (_op, inputs) => inputs.slice(1).reduce(sum, first(inputs)),
  multiply: (_op, inputs) => {
    const [left, right] = inputs as readonly [Tensor, Tensor]; // as the graph was checked
    return product(left, right);
  },
  scale: (_op, inputs) => {
    const [features, factors] = inputs as readonly [Tensor, Tensor2D]; // a map and a vector, as the graph was checked
    return gate(features, factors);
  },
  layerScale: (_op, inputs, { weight }) => scaleChannels(first(inputs), weight('gamma')),
  channels: (op, inputs) => someChannels(first(inputs), op.from, op.count),
  concat: (_op, inputs) => joinChannels(inputs),
  channelShuffle: (op, inputs) => shuffleChannels(first(inputs), op.groups),
  dense: (op, inputs, context) => dense(first(inputs), context.weight('kernel') as Tensor2D, biased(op, context)),
  globalAveragePool: (_op, inputs) => meanPositions(first(inputs)),
  averagePool: (op, inputs) => averagePool(first(inputs) as Tensor4D, op.size, op.stride),
  maxPool: (op, inputs) => maxPool(first(inputs) as Tensor4D, op.size, op.stride),
  tokens: (_op, inputs) => {
    const [, height = 1, width = 1, channels = 1] = first(inputs).shape;
    return reshape(first(inputs), [-1, height * width, channels]);
  },
  positionEmbedding: (_op, inputs, { weight }) => addToEach(first(inputs), weight('embedding')),
  transpose: (_op, inputs) => transposeTokens(first(inputs)),
  attention: ({ heads, grid }, inputs, { weight }) => {
    const project = (x: Tensor, name: 'qkv' | 'out'): Tensor3D =>
      dense(x, weight(`${name}Kernel`) as Tensor2D, {
        bias: weight(`${name}Bias`) as Tensor1D,
        activation: 'none',
      }) as Tensor3D; // tokens stay tokens
    const bias = grid && relativeBiases(weight('relativeBias'), grid);
    return project(attend(project(first(inputs), 'qkv'), heads, bias), 'out');
  },
  meanTokens: (_op, inputs) => meanPositions(first(inputs)),
  lastToken: (_op, inputs) => lastToken(first(inputs) as Tensor3D),
  embed: (op, inputs, { weight }) => embed(first(inputs) as Tensor4D, weight('table') as Tensor2D, op),
  gru: (_op, inputs, { weight }) =>
    gru(first(inputs) as Tensor3D, {
      kernel: weight('kernel') as Tensor2D,
      recurrent: weight('recurrent') as Tensor2D,
      bias: weight('bias') as Tensor1D,
      recurrentBias: weight('recurrentBias') as Tensor1D,
    }),
} as const satisfies Kernels;

function biased({ bias }: { readonly bias: boolean }, { weight, activation = 'none' }: KernelContext): LinearOptions {
  return { bias: bias ? (weight('bias') as Tensor1D) : undefined, activation };
}

function windowed(op: OpOf<'conv2d' | 'depthwiseConv2d'>, context: KernelContext): ConvolutionOptions {
  return { ...biased(op, context), stride: op.stride, first: context.first ?? false };
}

/**
 * The bias of every pair of places of a grid, `[heads, t, t]` (query, key), from the table
 * `[(2h-1)(2w-1), heads]`: query (i,j) and key (k,l) read row (i-k+h-1)(2w-1) + (j-l+w-1). Liu et
 * al. 2021 (Swin), section 3.2.
 */
function relativeBiases(table: Tensor, [height, width]: readonly [number, number]): Tensor3D {
  const [, heads = 1] = table.shape;
  const count = height * width;
  const pairs = reshape(gatherRows(table, relativeRows(height, width)), [count, count, heads]);
  return byTensorFlowJs([pairs], (x) => tf.transpose(x as Tensor3D, [2, 0, 1]));
}

/** Which row of the table each pair of a grid's places reads, `[t * t]`. */
export const relativeRows = perAttributes((height: number, width: number) => {
  const count = height * width;
  return Int32Array.from({ length: count * count }, (_, pair) => {
    const [query, key] = [Math.floor(pair / count), pair % count];
    const down = Math.floor(query / width) - Math.floor(key / width) + height - 1;
    return down * (2 * width - 1) + (query % width) - (key % width) + width - 1;
  });
});

function first(inputs: readonly Tensor[]): Tensor {
  const [input] = inputs;
  if (input === undefined) throw new Error('A layer has no input');
  return input;
}

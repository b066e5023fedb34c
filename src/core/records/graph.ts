/** Architecture graphs (`arch/graph.ts`): every layer by its op, with its attributes. */
import { z } from './zod.ts';

/** Larger ones are no networks that this program trains, and their sizes would overflow. */
const MOST_LAYERS = 5000;
const size = z.int().min(1).max(65_536);
const name = z.string().min(1).max(200);
/** Of rows and of columns alike, or `[rows, columns]`. */
const sides = z.union([size, z.tuple([size, size]).readonly()]);

/** What a layer computes. */
const opSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('input') }),
  z.strictObject({ op: z.literal('conv2d'), filters: size, kernel: sides, stride: sides, bias: z.boolean() }),
  z.strictObject({ op: z.literal('depthwiseConv2d'), kernel: sides, stride: sides, bias: z.boolean() }),
  z.strictObject({ op: z.literal('batchNorm') }),
  z.strictObject({ op: z.literal('layerNorm') }),
  z.strictObject({
    op: z.literal('activation'),
    kind: z.enum(['relu', 'relu6', 'gelu', 'swish', 'hardSwish', 'sigmoid', 'hardSigmoid', 'tanh']),
  }),
  z.strictObject({ op: z.literal('add') }),
  /** Two inputs of one shape, value by value. */
  z.strictObject({ op: z.literal('multiply') }),
  /** Two inputs: a map `[h,w,c]` and a gate `[c]` (squeeze-and-excitation). */
  z.strictObject({ op: z.literal('scale') }),
  /** Learned factor of each channel (CaiT, ConvNeXt). */
  z.strictObject({ op: z.literal('layerScale') }),
  /** `count` channels of the last axis, from channel `from` on. */
  z.strictObject({ op: z.literal('channels'), from: z.int().min(0).max(65_536), count: size }),
  /** Two or more maps of one size, tokens of one count, or vectors, along channels. */
  z.strictObject({ op: z.literal('concat') }),
  /** Channel `g * n + i` of `groups` groups of n comes to `i * groups + g` (ShuffleNet). */
  z.strictObject({ op: z.literal('channelShuffle'), groups: size }),
  z.strictObject({ op: z.literal('dense'), units: size, bias: z.boolean() }),
  /** `[h,w,c] -> [c]` */
  z.strictObject({ op: z.literal('globalAveragePool') }),
  z.strictObject({ op: z.literal('averagePool'), size: sides, stride: sides }),
  z.strictObject({ op: z.literal('maxPool'), size: sides, stride: sides }),
  /** `[h,w,c] -> [h*w,c]` */
  z.strictObject({ op: z.literal('tokens') }),
  /** Learned, added to tokens. */
  z.strictObject({ op: z.literal('positionEmbedding') }),
  /** `[t,c] -> [c,t]` */
  z.strictObject({ op: z.literal('transpose') }),
  /**
   * Multi-head self-attention with its four projections, `[t,c] -> [t,c]`. With a grid
   * `[height,width]`, whose places are the tokens row by row, every head learns a bias of its
   * scores for each offset between two places (CoAtNet, Swin).
   */
  z.strictObject({ op: z.literal('attention'), heads: size, grid: z.tuple([size, size]).readonly().optional() }),
  /** `[t,c] -> [c]` */
  z.strictObject({ op: z.literal('meanTokens') }),
  /** `[t,c] -> [c]`: the last token. */
  z.strictObject({ op: z.literal('lastToken') }),
  /**
   * `[steps,1,bytes] -> [steps,units]`: a row of a learned table for each step. Its number is a
   * whole one of `bytes` channels from `channel` on, the higher byte first, less than `values`.
   */
  z.strictObject({
    op: z.literal('embed'),
    channel: z.int().min(0).max(63),
    bytes: z.union([z.literal(1), z.literal(2)]),
    values: size,
    units: size,
  }),
  /** `[t,c] -> [t,units]`: a gated recurrent unit, from a state of zeros (source: `ops.ts`). */
  z.strictObject({ op: z.literal('gru'), units: size }),
]);

const layerSchema = z.strictObject({
  /** Unique in the graph, stable for the same architecture, readable: `stage2.block1.conv1`. */
  id: name,
  layer: opSchema,
  /** Ids of earlier layers. */
  inputs: z.array(name).max(100).readonly(),
});

export const graphSchema = z.strictObject({
  family: name,
  inputShape: z.array(size).min(1).max(3).readonly(),
  classes: size,
  layers: z.array(layerSchema).min(1).max(MOST_LAYERS).readonly(),
});

/** Architecture graphs (`arch/graph.ts`): every layer by its op, with its attributes. */
import { z } from './zod.ts';

/** Larger ones are no networks that this program trains, and their sizes would overflow. */
const MOST_LAYERS = 5000;
const size = z.int().min(1).max(65_536);
const name = z.string().min(1).max(200);

/** What a layer computes. */
const opSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('input') }),
  z.strictObject({ op: z.literal('conv2d'), filters: size, kernel: size, stride: size, bias: z.boolean() }),
  z.strictObject({ op: z.literal('depthwiseConv2d'), kernel: size, stride: size, bias: z.boolean() }),
  z.strictObject({ op: z.literal('batchNorm') }),
  z.strictObject({ op: z.literal('layerNorm') }),
  z.strictObject({
    op: z.literal('activation'),
    kind: z.enum(['relu', 'relu6', 'gelu', 'swish', 'hardSwish', 'sigmoid', 'hardSigmoid']),
  }),
  z.strictObject({ op: z.literal('add') }),
  /** Two inputs: a map `[h,w,c]` and a gate `[c]` (squeeze-and-excitation). */
  z.strictObject({ op: z.literal('scale') }),
  /** Learned factor of each channel (CaiT, ConvNeXt). */
  z.strictObject({ op: z.literal('layerScale') }),
  /** `count` channels of the last axis, from channel `from` on. */
  z.strictObject({ op: z.literal('channels'), from: z.int().min(0).max(65_536), count: size }),
  /** Two or more maps of one size, along channels. */
  z.strictObject({ op: z.literal('concat') }),
  /** Channel `g * n + i` of `groups` groups of n comes to `i * groups + g` (ShuffleNet). */
  z.strictObject({ op: z.literal('channelShuffle'), groups: size }),
  z.strictObject({ op: z.literal('dense'), units: size, bias: z.boolean() }),
  /** `[h,w,c] -> [c]` */
  z.strictObject({ op: z.literal('globalAveragePool') }),
  z.strictObject({ op: z.literal('averagePool'), size, stride: size }),
  z.strictObject({ op: z.literal('maxPool'), size, stride: size }),
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

/**
 * The architecture graph: typed layers with named inputs and no weights. Families build it; cost,
 * trainer, exporter, diagram and diff read it. It is plain JSON, so it crosses processes and is
 * stored with the trial.
 *
 * Shapes leave the batch out: a map is `[height, width, channels]`, tokens are
 * `[tokens, channels]`, a vector `[channels]`. Convolutions and pools pad as TensorFlow's SAME.
 */

export type Shape = readonly number[];

export type ActivationKind = 'relu' | 'relu6' | 'gelu' | 'swish' | 'hardSwish' | 'sigmoid' | 'hardSigmoid';

/** What a layer computes, with its attributes. One record per op in `ops.ts` gives shape, weights
 * and cost. */
export type Op =
  | { readonly op: 'input' }
  | {
      readonly op: 'conv2d';
      readonly filters: number;
      readonly kernel: number;
      readonly stride: number;
      readonly bias: boolean;
    }
  | { readonly op: 'depthwiseConv2d'; readonly kernel: number; readonly stride: number; readonly bias: boolean }
  | { readonly op: 'batchNorm' }
  | { readonly op: 'layerNorm' }
  | { readonly op: 'activation'; readonly kind: ActivationKind }
  | { readonly op: 'add' }
  /** Two inputs: a map `[h,w,c]` and a gate `[c]` (squeeze-and-excitation). */
  | { readonly op: 'scale' }
  /** Learned factor of each channel (CaiT, ConvNeXt). */
  | { readonly op: 'layerScale' }
  /** `count` channels of the last axis, from channel `from` on. */
  | { readonly op: 'channels'; readonly from: number; readonly count: number }
  /** Two or more maps of one size, along channels. */
  | { readonly op: 'concat' }
  /** Channel `g * n + i` of `groups` groups of n comes to `i * groups + g` (ShuffleNet). */
  | { readonly op: 'channelShuffle'; readonly groups: number }
  | { readonly op: 'dense'; readonly units: number; readonly bias: boolean }
  /** `[h,w,c] -> [c]` */
  | { readonly op: 'globalAveragePool' }
  | { readonly op: 'averagePool'; readonly size: number; readonly stride: number }
  | { readonly op: 'maxPool'; readonly size: number; readonly stride: number }
  /** `[h,w,c] -> [h*w,c]` */
  | { readonly op: 'tokens' }
  /** Learned, added to tokens. */
  | { readonly op: 'positionEmbedding' }
  /** `[t,c] -> [c,t]` */
  | { readonly op: 'transpose' }
  /**
   * Multi-head self-attention with its four projections, `[t,c] -> [t,c]`. With a grid
   * `[height,width]`, whose places are the tokens row by row, every head learns a bias of its
   * scores for each offset between two places (CoAtNet, Swin).
   */
  | { readonly op: 'attention'; readonly heads: number; readonly grid?: readonly [height: number, width: number] }
  /** `[t,c] -> [c]` */
  | { readonly op: 'meanTokens' };

export type OpName = Op['op'];

export interface Layer {
  /** Unique in the graph, stable for the same architecture, readable: `stage2.block1.conv1`. */
  readonly id: string;
  readonly layer: Op;
  /** Ids of earlier layers. */
  readonly inputs: readonly string[];
}

/** Layers in topological order: the first is the input, the last gives the logits `[classes]`. */
export interface ArchitectureGraph {
  readonly family: string;
  readonly inputShape: Shape;
  readonly classes: number;
  readonly layers: readonly Layer[];
}

export type Initializer = 'heNormal' | 'glorotUniform' | 'zeros' | 'ones' | 'millionth' | 'truncatedNormal02';

/** One tensor of a layer. `trainable: false` marks running statistics: stored and counted apart,
 * never in `params`. */
export interface WeightSpec {
  /** `kernel`, `bias`, `gamma`, ...; the full name of a weight is `${layer.id}/${name}`. */
  readonly name: string;
  /** Kernels are HWIO (`[k,k,in,out]`), depthwise `[k,k,channels,1]`, dense `[in,out]`. */
  readonly shape: readonly number[];
  readonly init: Initializer;
  readonly trainable: boolean;
  /** Weight decay applies (kernels; not norms and biases). */
  readonly decay: boolean;
}

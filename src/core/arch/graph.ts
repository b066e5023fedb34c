/**
 * The architecture graph: typed layers with named inputs and no weights. Families build it; cost,
 * trainer, exporter, diagram and diff read it. It is plain JSON, so it crosses processes and is
 * stored with the trial.
 *
 * Shapes leave the batch out: a map is `[height, width, channels]`, tokens are
 * `[tokens, channels]`, a vector `[channels]`. Convolutions and pools pad as TensorFlow's SAME.
 */

import type { graphSchema } from '../records/graph.ts';
import type { RecordOf } from '../records/zod.ts';

export type Shape = readonly number[];

/** Layers in topological order: the first is the input, the last gives the logits `[classes]`. */
export type ArchitectureGraph = RecordOf<typeof graphSchema>;
export type Layer = ArchitectureGraph['layers'][number];
/** One record per op in `ops.ts` gives shape, weights and cost. */
export type Op = Layer['layer'];
export type OpName = Op['op'];
/** Of rows and of columns alike, or `[rows, columns]`. */
export type Sides = Extract<Op, { op: 'conv2d' }>['kernel'];
export type ActivationKind = Extract<Op, { op: 'activation' }>['kind'];

export type Initializer = 'heNormal' | 'glorotUniform' | 'zeros' | 'ones' | 'millionth' | 'truncatedNormal02';

/** One tensor of a layer. `trainable: false` marks running statistics: stored and counted apart,
 * never in `params`. */
export interface WeightSpec {
  /** `kernel`, `bias`, `gamma`, ...; the full name of a weight is `${layer.id}/${name}`. */
  readonly name: string;
  /** Kernels are HWIO (`[kh,kw,in,out]`), depthwise `[kh,kw,channels,1]`, dense `[in,out]`, of a
   * recurrent unit `[in,3 units]`, tables `[values,units]`. */
  readonly shape: readonly number[];
  readonly init: Initializer;
  readonly trainable: boolean;
  /** Weight decay applies (kernels; not norms and biases). */
  readonly decay: boolean;
}

/** An architecture graph that runs: its layout of weights and its forward pass. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ArchitectureGraph, Layer, OpName } from '../../core/arch/graph.ts';
import type { Statistics } from '../backend/norms.ts';
import { isRecording } from '../backend/tape.ts';
import { fuse } from './fusion.ts';
import type { FusedLayer } from './fusion.ts';
import { KERNELS } from './kernels.ts';
import type { Kernel, KernelContext } from './kernels.ts';
import { layoutOf } from './parameters.ts';
import type { Layout } from './parameters.ts';

export interface Model {
  readonly graph: ArchitectureGraph;
  readonly layout: Layout;
  /**
   * Logits `[batch, classes]` of images `[batch, h, w, c]`. `weights` as `layout.trainable`. With
   * `update` the batch norms use the batch's statistics and hand over their new running ones by
   * layer; without, they use `statistics`. `taps` is shown what its layers give.
   * Call it inside a tidy. Where no gradient will be asked for, a layer's output is disposed once
   * its last reader is through: a teacher's maps for a batch would take hundreds of megabytes.
   */
  readonly forward: (
    images: Tensor4D,
    weights: readonly Tensor[],
    statistics: ReadonlyMap<string, Statistics>,
    update?: (layerId: string, statistics: Statistics) => void,
    taps?: Taps,
  ) => Tensor2D;
  readonly head: Head;
}

/** The last layer, which gives the logits. */
export interface Head {
  readonly layerId: string;
  /** The layer whose outputs it reads, `[batch, channels]`. */
  readonly reads: string;
  /** `weight`: its own by their full names. Call it inside a tidy. */
  readonly forward: (features: Tensor, weight: (name: string) => Tensor) => Tensor2D;
}

export interface Taps {
  readonly layers: readonly string[];
  readonly give: (layerId: string, output: Tensor) => void;
}

/** Throws `graph.invalid` when the graph is unsound. `layout`: where it is known already, and the
 * graph with it. */
export function createModel(graph: ArchitectureGraph, layout: Layout = layoutOf(graph)): Model {
  const slots = new Map(layout.trainable.map((slot, index) => [slot.name, index]));
  const image = graph.layers[0]?.id;
  const plans = new Map<string, Plan>();
  /** One plan for training and judging, one for each set of layers that are looked at. */
  const planFor = (taps: readonly string[]): Plan => {
    const key = taps.join(' ');
    const plan = plans.get(key) ?? planOf(fuse(graph, new Set(taps)), taps);
    plans.set(key, plan);
    return plan;
  };
  return {
    graph,
    layout,
    head: headOf(graph),
    forward: (images, weights, statistics, update, taps) => {
      const values = new Map<string, Tensor>();
      let last: Tensor = images;
      const { layers, readLastBy } = planFor(taps?.layers ?? []);
      const keepsAll = update !== undefined || willBeDifferentiated();
      for (const { layer, activation, shortcut, output } of layers) {
        const { id, inputs } = layer;
        const tensors = layer.layer.op === 'input' ? [images] : inputs.map((input) => found(values.get(input), input));
        const context: KernelContext = {
          weight: (name) => found(weights[slots.get(`${id}/${name}`) ?? -1], `${id}/${name}`),
          statistics: () => found(statistics.get(id), `${id} statistics`),
          ...(update ? { update: (updated) => update(id, updated) } : {}),
          activation,
          ...(shortcut === undefined ? {} : { shortcut: found(values.get(shortcut), shortcut) }),
          first: inputs[0] === image,
        };
        const compute = (): Tensor => kernelOf(layer.layer)(layer.layer, tensors, context);
        last = keepsAll ? compute() : tf.tidy(compute);
        values.set(output, last);
        if (taps?.layers.includes(output)) taps.give(output, last);
        if (!keepsAll) forget(values, readLastBy.get(output) ?? [], images);
      }
      // Sound: the graph was checked to end in a vector of logits.
      return last as Tensor2D;
    },
  };
}

function headOf(graph: ArchitectureGraph): Head {
  const last = graph.layers.at(-1);
  const reads = last?.inputs[0];
  if (last === undefined || reads === undefined) throw new Error('The graph has no layer that gives logits');
  const { id, layer } = last;
  return {
    ...{ layerId: id, reads },
    // Sound: the graph was checked to end in a vector of logits.
    forward: (features, weight) =>
      kernelOf(layer)(layer, [features], {
        weight: (name) => weight(`${id}/${name}`),
        statistics: () => found<Statistics>(undefined, `${id} statistics`),
      }) as Tensor2D,
  };
}

interface Plan {
  readonly layers: readonly FusedLayer[];
  /** By a layer's output: whose outputs nobody reads after it. */
  readonly readLastBy: ReadonlyMap<string, readonly string[]>;
}

/** What taps look at stays: they may keep it. */
function planOf(layers: readonly FusedLayer[], taps: readonly string[]): Plan {
  const readers = new Map<string, string>();
  for (const { layer, shortcut, output } of layers) {
    for (const read of [...layer.inputs, ...(shortcut === undefined ? [] : [shortcut])]) readers.set(read, output);
  }
  const readLastBy = new Map<string, string[]>();
  for (const [read, reader] of readers) {
    if (!taps.includes(read)) readLastBy.set(reader, [...(readLastBy.get(reader) ?? []), read]);
  }
  return { layers, readLastBy };
}

const willBeDifferentiated = (): boolean => isRecording() || tf.engine().state.gradientDepth > 0;

/** A layer that does nothing gives what it was given: that stays while anybody has it. */
function forget(values: Map<string, Tensor>, ids: readonly string[], images: Tensor): void {
  for (const id of ids) {
    const value = values.get(id);
    values.delete(id);
    if (value !== undefined && value !== images && ![...values.values()].includes(value)) value.dispose();
  }
}

function kernelOf(op: Layer['layer']): Kernel<OpName> {
  // Sound: the record's kernel takes exactly the variant it is looked up by; TypeScript cannot
  // correlate the two.
  return KERNELS[op.op] as unknown as Kernel<OpName>;
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`The graph names "${name}", which is not there`);
  return value;
}

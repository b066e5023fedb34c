/** An architecture graph that runs: its layout of weights and its forward pass. */
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ArchitectureGraph, Layer, OpName } from '../../core/arch/graph.ts';
import type { Statistics } from '../backend/norms.ts';
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
   * Call it inside a tidy.
   */
  readonly forward: (
    images: Tensor4D,
    weights: readonly Tensor[],
    statistics: ReadonlyMap<string, Statistics>,
    update?: (layerId: string, statistics: Statistics) => void,
    taps?: Taps,
  ) => Tensor2D;
}

export interface Taps {
  readonly layers: readonly string[];
  readonly give: (layerId: string, output: Tensor) => void;
}

/** Throws `graph.invalid` when the graph is unsound. */
export function createModel(graph: ArchitectureGraph): Model {
  const layout = layoutOf(graph);
  const slots = new Map(layout.trainable.map((slot, index) => [slot.name, index]));
  const image = graph.layers[0]?.id;
  const plans = new Map<string, readonly FusedLayer[]>();
  /** One plan for training and judging, one for each set of layers that are looked at. */
  const planFor = (taps: readonly string[]): readonly FusedLayer[] => {
    const key = taps.join(' ');
    const plan = plans.get(key) ?? fuse(graph, new Set(taps));
    plans.set(key, plan);
    return plan;
  };
  return {
    graph,
    layout,
    forward: (images, weights, statistics, update, taps) => {
      const values = new Map<string, Tensor>();
      let last: Tensor = images;
      for (const { layer, activation, shortcut, output } of planFor(taps?.layers ?? [])) {
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
        last = kernelOf(layer.layer)(layer.layer, tensors, context);
        values.set(output, last);
        if (taps?.layers.includes(output)) taps.give(output, last);
      }
      // Sound: the graph was checked to end in a vector of logits.
      return last as Tensor2D;
    },
  };
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

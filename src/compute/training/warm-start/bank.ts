/** The known filters that new ones are combined of, layer by layer. */
import type { ArchitectureGraph } from '../../../core/arch/graph.ts';
import { split } from '../../../core/math/rng.ts';
import { kernelOf, sameSides } from './carry.ts';
import type { Carried, Windows } from './carry.ts';
import { straight } from './channels.ts';
import { carriedOf } from './inherit.ts';
import type { Parent } from './inherit.ts';
import { matchGraphs } from './match.ts';
import type { Twin } from './match.ts';

/** By the full names of the child's weights: `[rows]` of a kernel, one number of the rest. */
export type Filter = ReadonlyMap<string, Float32Array>;

export interface Bank {
  /** Of all parents that have the layer, over the child's inputs, one parent after the other. */
  readonly filters: readonly Filter[];
  /** The first of these parents' layer. */
  readonly twin: Twin;
  /** Full name of the weight that is scaled by the square of an amount. */
  readonly squared: string;
}

const NORM = ['gamma', 'beta', 'mean', 'variance'];

/** By the child's layers, in the order of the graph. */
export function banksOf(graph: ArchitectureGraph, parents: readonly Parent[], seed: number): readonly Bank[] {
  const norms = normsOf(graph);
  const banks = new Map<string, Bank>();
  for (const [index, parent] of parents.entries()) {
    const weights = new Map<string, Float32Array>(); // nothing is put into it
    for (const carried of carriedOf(matchGraphs(graph, parent.graph), { weights, parent, seed: split(seed, index) })) {
      const { twin } = carried;
      const { id } = twin.layer;
      const known = banks.get(id) ?? { filters: [], twin, squared: `${norms.get(id) ?? ''}/variance` };
      banks.set(id, { ...known, filters: [...known.filters, ...filtersOf(carried, parent, norms.get(id))] });
    }
  }
  return graph.layers.flatMap(({ id }) => banks.get(id) ?? []).filter(({ filters }) => filters.length > 0);
}

/** Batch norms, by the layers that they read. */
function normsOf(graph: ArchitectureGraph): ReadonlyMap<string, string> {
  const norms = graph.layers.filter(({ layer }) => layer.op === 'batchNorm');
  return new Map(norms.map(({ id, inputs }) => [inputs[0] ?? '', id]));
}

/** Windows of filters or units; absent where a layer has none, or others. */
function windowsOf({ layer: { layer: own }, parent: { layer: other } }: Twin): Windows | undefined {
  if (own.op === 'dense') return { own: 1, parent: 1 };
  if (own.op !== 'conv2d' || other.op !== 'conv2d' || !sameSides(own.stride, other.stride)) return undefined;
  return { own: own.kernel, parent: other.kernel };
}

function filtersOf(carried: Carried, parent: Parent, norm: string | undefined): readonly Filter[] {
  const { id, layer } = carried.twin.layer;
  const windows = windowsOf(carried.twin);
  if (windows === undefined) return [];
  const width = carried.twin.parentShape.at(-1) ?? 0;
  const kernel = kernelOf(carried, straight(width), windows);
  const hasBias = 'bias' in layer && layer.bias;
  const names = [
    ...(hasBias ? [`${id}/bias`] : []),
    ...(norm === undefined ? [] : NORM.map((name) => `${norm}/${name}`)),
  ];
  return [...straight(width)].map((filter) => {
    const column = Float32Array.from({ length: kernel.length / width }, (_, row) => kernel[row * width + filter] ?? 0);
    const numbers = names.map((name) => [name, Float32Array.of(parent.weights.get(name)?.[filter] ?? 0)] as const);
    return new Map([[`${id}/kernel`, column], ...numbers]);
  });
}

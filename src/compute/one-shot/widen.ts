/**
 * What a stage of a search begins with: the strongest paths of the stage before, and its weights,
 * repeated where layers have become wider, as in the code of DrNAS. A filter that is repeated gives
 * the same; who reads it has its weight divided by how often: Chen et al., "Net2Net" (ICLR 2016).
 */
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import { byEdge } from '../../core/one-shot/method.ts';
import type { HostWeights, Layout, WeightSlot } from '../model/parameters.ts';

/** A layout with the graph that says what its layers are. */
export interface Laid {
  readonly graph: ArchitectureGraph;
  readonly layout: Layout;
}

/** Of each edge so many, those that count most; the first of equal ones. `[paths]` */
export function strongestPaths(
  levels: readonly number[],
  shares: Float64Array,
  kept: readonly boolean[],
  keep: number,
): readonly boolean[] {
  const marks = byEdge(levels, Float64Array.from(kept, Number));
  return byEdge(levels, shares).flatMap((values, edge) => {
    const inPlay = [...values.keys()].filter((level) => marks[edge]?.[level] === 1);
    const order = inPlay.sort((left, right) => (values[right] ?? 0) - (values[left] ?? 0));
    const chosen = new Set(order.slice(0, Math.max(1, keep)));
    return Array.from(values, (_, level) => chosen.has(level));
  });
}

/** `fresh`: what weights are that the other layout does not have. */
export function widenedWeights(from: Laid, to: Laid, weights: HostWeights, fresh: HostWeights): HostWeights {
  const known = new Map(slotsOf(from.layout).map((slot) => [slot.name, slot]));
  return new Map(
    [...fresh].map(([name, own]) => {
      const [slot, values] = [known.get(name), weights.get(name)];
      const wanted = slotsOf(to.layout).find((one) => one.name === name);
      return [name, slot && values && wanted ? widened(to.graph, slot, wanted, values, 1) : own] as const;
    }),
  );
}

/** The optimiser's vectors, `[params]`: what it remembers is repeated with the weights. A second
 * moment is divided by squares. */
export function widenedVectors(from: Laid, to: Laid, vectors: HostWeights): HostWeights {
  const places = placesOf(from.layout);
  return new Map(
    [...vectors].map(([name, vector]) => {
      const wide = new Float32Array(to.layout.params);
      for (const [slot, start] of placesOf(to.layout).values()) {
        const [known, at = 0] = places.get(slot.name) ?? [];
        if (known === undefined) continue;
        wide.set(
          widened(to.graph, known, slot, vector.subarray(at, at + known.size), name === 'second' ? 2 : 1),
          start,
        );
      }
      return [name, wide] as const;
    }),
  );
}

const slotsOf = ({ trainable, other, kept }: Layout): readonly WeightSlot[] => [...trainable, ...other, ...kept];

function placesOf({ trainable }: Layout): ReadonlyMap<string, readonly [WeightSlot, number]> {
  let start = 0;
  return new Map(
    trainable.map((slot) => {
      const place = [slot.name, [slot, start]] as const;
      start += slot.size;
      return place;
    }),
  );
}

/** Along each axis what there was comes again and again. */
function widened(
  graph: ArchitectureGraph,
  from: WeightSlot,
  to: WeightSlot,
  values: Float32Array,
  power: number,
): Float32Array {
  const [shape, wide] = [from.spec.shape, to.spec.shape];
  if (shape.join() === wide.join()) return values.slice();
  const op = graph.layers.find(({ id }) => id === to.layerId)?.layer.op;
  // Kernels are `[k,k,in,out]`, dense ones `[in,out]`.
  const input = to.spec.name === 'kernel' && (op === 'conv2d' || op === 'dense') ? wide.length - 2 : -1;
  return Float32Array.from({ length: to.size }, (_, place) => {
    let [rest, stride, source, times] = [place, 1, 0, 1];
    for (let axis = wide.length - 1; axis >= 0; axis -= 1) {
      const [size, old] = [wide[axis] ?? 1, shape[axis] ?? 1];
      const index = (rest % size) % old;
      if (axis === input) times = Math.ceil((size - index) / old);
      source += index * stride;
      stride *= old;
      rest = Math.floor(rest / size);
    }
    return (values[source] ?? 0) / times ** power;
  });
}

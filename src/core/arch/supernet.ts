/**
 * A network that holds all students of a family at once. Where students differ, it has all their
 * paths side by side, each scaled by how much it counts; a path that counts 1 while its rivals
 * count 0 is a student's.
 */
import { layerCosts } from './cost.ts';
import type { candidateSchema } from '../records/candidate.ts';
import type { RecordOf } from '../records/zod.ts';
import type { ArchitectureGraph } from './graph.ts';

/** A place where students differ by one dimension of their family. */
export interface SupernetEdge {
  readonly id: string;
  readonly dimension: string;
  /**
   * For each level of the dimension, in its order: layers whose `gamma` is how much the path
   * counts. That is a `layerScale` at its end, or its last `batchNorm`, whose offset is then held
   * at zero. None for a path that gives nothing.
   */
  readonly paths: readonly (readonly string[])[];
  /** Nodes of a cell that it goes from and to, from 0; absent where the family has none. */
  readonly between?: readonly [number, number];
}

/** How many paths each edge has, `[edges]`. */
export const pathCounts = (edges: readonly SupernetEdge[]): readonly number[] => edges.map(({ paths }) => paths.length);

export interface Supernet {
  readonly graph: ArchitectureGraph;
  readonly edges: readonly SupernetEdge[];
  /** Levels of dimensions that it has no edge for. */
  readonly base?: RecordOf<typeof candidateSchema>['config'];
}

/** Whether each path gives nothing, `[paths]`. */
export const emptyPaths = (edges: readonly SupernetEdge[]): readonly boolean[] =>
  edges.flatMap(({ paths }) => paths.map((layers) => layers.length === 0));

/** Of whole students by the paths that they take: params and MACs are sums. */
export interface PathCosts {
  /** Of what every student has. */
  readonly base: { readonly params: number; readonly macs: number };
  /** `[paths]` */
  readonly params: Float64Array;
  readonly macs: Float64Array;
}

/** Ops that a path is made of. */
const ON_PATHS: ReadonlySet<string> = new Set([
  ...['conv2d', 'depthwiseConv2d', 'batchNorm', 'layerScale', 'activation', 'averagePool', 'maxPool'],
]);

/** Scales at the end of paths are no part of a student. */
export function pathCosts({ graph, edges }: Pick<Supernet, 'graph' | 'edges'>): PathCosts {
  const rows = new Map(layerCosts(graph).map((row) => [row.id, row]));
  const readers = new Map<string, number>();
  for (const input of graph.layers.flatMap(({ inputs }) => inputs)) readers.set(input, (readers.get(input) ?? 0) + 1);
  const onPath = (id: string): readonly string[] => {
    const row = rows.get(id);
    if (row === undefined || !ON_PATHS.has(row.layer.layer.op)) return [];
    const own = row.layer.inputs.filter((input) => readers.get(input) === 1);
    return [id, ...own.flatMap(onPath)];
  };
  const paths = edges.flatMap((edge) => edge.paths).map((ends) => ends.flatMap(onPath));
  const isScale = (id: string): boolean => rows.get(id)?.layer.layer.op === 'layerScale';
  const sum = (ids: readonly string[], cost: 'params' | 'macs'): number =>
    ids.reduce((total, id) => total + (rows.get(id)?.[cost] ?? 0), 0);
  const taken = new Set(paths.flat());
  const rest = [...rows.keys()].filter((id) => !taken.has(id));
  const costs = (cost: 'params' | 'macs'): Float64Array =>
    Float64Array.from(paths, (ids) =>
      sum(
        ids.filter((id) => !isScale(id)),
        cost,
      ),
    );
  return {
    base: { params: sum(rest, 'params'), macs: sum(rest, 'macs') },
    params: costs('params'),
    macs: costs('macs'),
  };
}

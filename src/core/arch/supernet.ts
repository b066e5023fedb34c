/**
 * A network that holds all students of a family at once. Where students differ, it has all their
 * paths side by side, each scaled by how much it counts; a path that counts 1 while its rivals
 * count 0 is a student's.
 */
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
}

/** How many paths each edge has, `[edges]`. */
export const pathCounts = (edges: readonly SupernetEdge[]): readonly number[] => edges.map(({ paths }) => paths.length);

export interface Supernet {
  readonly graph: ArchitectureGraph;
  readonly edges: readonly SupernetEdge[];
}

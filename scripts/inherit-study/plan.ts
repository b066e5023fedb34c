/**
 * Pairs of the recorded table's ResNet lattice: children, and of each the parent that it begins
 * with. Parents are few, spread over the lattice by params, and trained in full; a child's is the
 * one with which it shares most levels.
 */
import { createRng } from '../../src/core/math/rng.ts';
import { tableStudents } from '../record-table/plan.ts';
import type { TableStudent } from '../record-table/students.ts';

export const PARENTS = 6;
export const PAIRS = 60;
const ORDER_SEED = 5;

/** How a child's weights are made of its parent's: as the product does, or by the map of its first
 * version, the leading block of each weight. */
export const ARMS = ['inherit', 'overlay', 'expand'] as const;
export type Arm = (typeof ARMS)[number];

export interface Pair {
  readonly child: TableStudent;
  readonly parent: TableStudent;
}

export function pairsOf(students = tableStudents()): readonly Pair[] {
  const lattice = students.filter(({ family, set }) => family === 'resnet' && set === 'lattice');
  const ordered = [...lattice].sort((a, b) => a.params - b.params || (a.id < b.id ? -1 : 1));
  const parents = Array.from(
    { length: PARENTS },
    (_, part) => ordered[Math.floor(((part + 0.5) / PARENTS) * ordered.length)],
  );
  const known = parents.filter((parent) => parent !== undefined);
  const children = createRng(ORDER_SEED)
    .shuffle(ordered.filter((student) => !known.includes(student)))
    .slice(0, PAIRS);
  return children.map((child) => ({ child, parent: nearest(child, known) }));
}

/** The first of those that differ in fewest levels. */
function nearest(child: TableStudent, parents: readonly TableStudent[]): TableStudent {
  const apart = ({ config }: TableStudent): number =>
    Object.keys(child.config).filter((name) => child.config[name] !== config[name]).length;
  return parents.reduce((best, parent) => (apart(parent) < apart(best) ? parent : best));
}

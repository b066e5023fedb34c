/**
 * Hypervolumes of measured points: what they dominate below a reference that a point counts where
 * it is better than in every objective. One with a NaN, infinite or missing objective adds nothing.
 */
import { WorkbenchError } from '../errors.ts';
import { cornerOf, covers, isFiniteCorner } from './dominance.ts';
import type { Corner } from './dominance.ts';
import { createDominatedVolume } from './dominated-volume.ts';
import type { Metrics, Objective } from '../objective.ts';

/** Volume between the points and the reference, in the product of the objectives' units; exact for
 * any d. */
export function hypervolume(
  points: readonly Metrics[],
  objectives: readonly Objective[],
  reference: Readonly<Record<string, number>>,
): number {
  return hypervolumeHistory(points, objectives, reference).at(-1) ?? 0;
}

/**
 * Hypervolume of the first 1, 2, ..., n points: `[n]`, never falling, each from the one before it.
 * Throws when an objective has no reference.
 */
export function hypervolumeHistory(
  points: readonly Metrics[],
  objectives: readonly Objective[],
  reference: Readonly<Record<string, number>>,
): readonly number[] {
  const front = growFront(objectives, reference);
  return points.map((point) => front.add(point).hypervolume);
}

export interface GrowingFront {
  /** Takes the point in: how many points the front has now (of equal ones the first), and what they
   * dominate. */
  add(point: Metrics): { readonly size: number; readonly hypervolume: number };
}

/**
 * A front kept up to date point by point: each costs a pass over the front, not over all points
 * before it. Throws when an objective has no reference.
 */
export function growFront(objectives: readonly Objective[], reference: Readonly<Record<string, number>>): GrowingFront {
  const r = cornerOf(reference, objectives);
  if (!isFiniteCorner(r)) {
    const names = objectives.map((objective) => objective.metric).join(', ');
    throw new WorkbenchError('config.invalid', `The reference point needs a finite value for each of: ${names}.`, {
      field: 'reference',
    });
  }
  const volume = createDominatedVolume(r);
  let front: Corner[] = [];
  let hypervolume = 0;
  return {
    add(point) {
      const corner = cornerOf(point, objectives);
      if (isFiniteCorner(corner) && !front.some((other) => covers(other, corner))) {
        front = front.filter((other) => !covers(corner, other));
        front.push(corner);
        hypervolume = volume.add(corner);
      }
      return { size: front.length, hypervolume };
    },
  };
}

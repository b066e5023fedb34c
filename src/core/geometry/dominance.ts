/**
 * Who is better where objectives conflict.
 *
 * | symbol | meaning                         | shape |
 * | corner | objectives, all to be minimised | `[m]` |
 */
import { sign } from '../objective.ts';
import type { Metrics, Objective } from '../objective.ts';

export type Corner = ArrayLike<number>;

/** Where metrics lie among the objectives, `[m]`, as costs: NaN where one is missing. */
export const cornerOf = (metrics: Metrics, objectives: readonly Objective[]): readonly number[] =>
  objectives.map(({ metric, goal }) => -sign(goal) * (metrics[metric] ?? NaN));

export const isFiniteCorner = (corner: readonly number[]): boolean => corner.every(Number.isFinite);

/** `left` is nowhere worse in the first `m` axes, so that equals cover each other. NaN covers
 * nothing and is not covered. */
export function covers(left: Corner, right: Corner, m = left.length): boolean {
  for (let j = 0; j < m; j++) if (!(left[j]! <= right[j]!)) return false;
  return true;
}

/** Nowhere worse and somewhere better. */
export const dominates = (left: Corner, right: Corner): boolean => covers(left, right) && !covers(right, left);

/** Better than the bound in every axis: only such a corner has any hypervolume. */
export function isWithin(corner: Corner, bound: Corner): boolean {
  for (let j = 0; j < bound.length; j++) if (!(corner[j]! < bound[j]!)) return false;
  return true;
}

/**
 * Indices, ascending, of the corners `[n][m]` that no other dominates; of equals the first. In
 * lexicographic order whatever covers a corner stands before it, so one pass against the front so
 * far is enough.
 */
export function nondominated(corners: readonly Corner[]): readonly number[] {
  const order = corners.map((_, i) => i).sort((a, b) => compare(corners[a]!, corners[b]!) || a - b);
  const front: number[] = [];
  for (const i of order) if (!front.some((other) => covers(corners[other]!, corners[i]!))) front.push(i);
  return front.sort((a, b) => a - b);
}

function compare(left: Corner, right: Corner): number {
  for (let j = 0; j < left.length; j++) {
    if (left[j]! < right[j]!) return -1;
    if (left[j]! > right[j]!) return 1;
  }
  return 0;
}

/**
 * The part of a box that no point covers, cut into disjoint boxes. Exact hypervolumes and the
 * expected ones rest on it.
 *
 * | symbol | meaning                                                                     | shape    |
 * | m      | dimensions                                                                  |          |
 * | points | each covers everything that is nowhere less than it                         | `[n][m]` |
 * | corner | least corner of the box; −∞ is allowed                                       | `[m]`    |
 * | bound  | greatest corner                                                             | `[m]`    |
 *
 * By sweeping the last axis upwards: what a point is the first to cover in the other axes was free
 * from the corner up to that point, and what none covers is free up to the bound. Both are the same
 * problem with an axis less. In two axes there are at most n + 1 boxes, in three at most 2n + 1 (as
 * many as in Lacour, Klamroth and Fonseca 2017), in four O(n²).
 */
import { covers } from './dominance.ts';
import type { Corner } from './dominance.ts';

/** Called with arrays that are used again: copy what is to be kept. */
export type VisitBox = (lower: Float64Array, upper: Float64Array) => void;

export function eachFreeBox(points: readonly Corner[], corner: Corner, bound: Corner, visit: VisitBox): void {
  const m = corner.length;
  const lower = new Float64Array(m);
  const upper = new Float64Array(m);
  walk(points, corner, bound, m, lower, upper, visit);
}

/** The same in the first `m` axes; the boxes' others stand in `lower` and `upper` already. */
function walk(
  points: readonly Corner[],
  corner: Corner,
  bound: Corner,
  m: number,
  lower: Float64Array,
  upper: Float64Array,
  visit: VisitBox,
): void {
  const last = m - 1;
  if (m === 0) {
    if (points.length === 0) visit(lower, upper);
    return;
  }
  const bottom = corner[last]!;
  const top = bound[last]!;
  const ordered = clip(points, corner, bound, m).sort((a, b) => a[last]! - b[last]!);
  lower[last] = bottom;
  let swept: Float64Array[] = [];
  for (const point of ordered) {
    if (swept.some((other) => covers(other, point, last))) continue;
    if (point[last]! > bottom) {
      upper[last] = point[last]!;
      walk(swept, point, bound, last, lower, upper, visit);
    }
    swept = swept.filter((other) => !covers(point, other, last));
    swept.push(point);
  }
  upper[last] = top;
  if (top > bottom) walk(swept, corner, bound, last, lower, upper, visit);
}

/** Points that reach into the box, moved up to its corner. */
function clip(points: readonly Corner[], corner: Corner, bound: Corner, m: number): Float64Array[] {
  const inside: Float64Array[] = [];
  for (const point of points) {
    let j = 0;
    while (j < m && point[j]! < bound[j]!) j++;
    if (j < m) continue;
    const clipped = new Float64Array(m);
    for (j = 0; j < m; j++) clipped[j] = Math.max(point[j]!, corner[j]!);
    inside.push(clipped);
  }
  return inside;
}

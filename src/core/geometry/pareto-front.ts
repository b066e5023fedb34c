/**
 * Pareto fronts of measured points.
 *
 * | symbol | meaning                                                                                | shape |
 * | points | metrics by name; one with a NaN, infinite or missing objective is on no front          | `[n]` |
 * | corner | a point's objectives, all to be minimised                                              | `[d]` |
 */
import { cornerOf, isFiniteCorner, nondominated } from './dominance.ts';
import type { Metrics, Objective } from '../objective.ts';

/** Indices of the points that no other dominates, ascending; of equal points the first stands for
 * all. */
export function paretoFront(points: readonly Metrics[], objectives: readonly Objective[]): readonly number[] {
  const corners = points.map((point) => cornerOf(point, objectives));
  const finite = [...corners.keys()].filter((index) => isFiniteCorner(corners[index]!));
  return nondominated(finite.map((index) => corners[index]!)).map((place) => finite[place]!);
}

/**
 * Indices of the points `[n]` of least cost and greatest gain that no other dominates, by rising
 * cost; of equal points the first. For tens of thousands of points as columns; one with a NaN or
 * infinite value is on no front.
 */
export function planeFront(costs: Float64Array, gains: Float64Array): readonly number[] {
  const rows = Array.from(costs, (_cost, index) => index).filter(
    (index) => Number.isFinite(costs[index]) && Number.isFinite(gains[index]),
  );
  rows.sort((a, b) => costs[a]! - costs[b]! || gains[b]! - gains[a]! || a - b);
  let best = -Infinity;
  return rows.filter((index) => {
    if (gains[index]! <= best) return false;
    best = gains[index]!;
    return true;
  });
}

/** The items on the front of their metrics, in their own order. */
export function paretoItems<T>(
  items: readonly T[],
  metricsOf: (item: T) => Metrics,
  objectives: readonly Objective[],
): readonly T[] {
  const front = new Set(paretoFront(items.map(metricsOf), objectives));
  return items.filter((_item, index) => front.has(index));
}

/**
 * Index of the knee among the points: the member of the front farthest below the chord between the
 * front's ends (in more than two objectives: the plane through the ends of the axes), each
 * objective scaled to [0, 1] over the front. Undefined where no member lies below it, as on a front
 * of fewer than three.
 */
export function kneePoint(points: readonly Metrics[], objectives: readonly Objective[]): number | undefined {
  const rows = paretoFront(points, objectives).map((index) => ({
    index,
    corner: cornerOf(points[index]!, objectives),
  }));
  const axes = objectives.map((_objective, axis) => {
    const values = rows.map(({ corner }) => corner[axis]!);
    const low = Math.min(...values);
    return { low, range: Math.max(...values) - low };
  });
  let knee: number | undefined;
  // Rounding leaves points on the chord a few ulps below it.
  let farthest = 1e-12;
  for (const { index, corner } of rows) {
    const scaled = axes.map(({ low, range }, axis) => (range > 0 ? (corner[axis]! - low) / range : 0));
    const below = 1 - scaled.reduce((sum, value) => sum + value, 0);
    if (rows.length >= 3 && below > farthest) [knee, farthest] = [index, below];
  }
  return knee;
}

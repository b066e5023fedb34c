/**
 * Pareto fronts and hypervolumes of measured points.
 *
 * symbol   meaning                                                          shape
 * points   metrics by name; a point with a NaN, infinite or missing
 *          objective is on no front and adds no volume                      [n]
 * costs    a point's objectives, all to be minimised (a goal of `maximize`
 *          is negated)                                                      [d]
 * r        reference point as costs: a point counts where it is better
 *          than r in every objective                                        [d]
 */
import { WorkbenchError } from './errors.ts';
import { createDominatedVolume } from './math/dominated-volume.ts';
import type { Limit, Metrics, Objective } from './objective.ts';

type Costs = readonly number[];

/** `left` is nowhere worse than `right` and somewhere better. A point that never wins dominates none. */
export function dominates(left: Metrics, right: Metrics, objectives: readonly Objective[]): boolean {
  const [winner, loser] = [costsOf(left, objectives), costsOf(right, objectives)];
  if (winner === undefined) return false;
  return loser === undefined || (coversCosts(winner, loser) && !coversCosts(loser, winner));
}

/** Every limit is kept; a metric that is missing or NaN keeps none. */
export function isFeasible(metrics: Metrics, limits: readonly Limit[]): boolean {
  return limits.every((limit) => (metrics[limit.metric] ?? NaN) <= limit.max);
}

/** Indices of the points that no other dominates, ascending; of equal points the first stands for all. */
export function paretoFront(points: readonly Metrics[], objectives: readonly Objective[]): readonly number[] {
  const rows = points.flatMap((point, index) => {
    const costs = costsOf(point, objectives);
    return costs ? [{ costs, index }] : [];
  });
  return frontOfRows(rows)
    .map((row) => row.index)
    .sort((left, right) => left - right);
}

/**
 * Indices of the points `[n]` of least cost and greatest gain that no other dominates, by rising cost; of equal points the first.
 * For tens of thousands of points as columns; one with a NaN or infinite value is on no front.
 */
export function planeFront(costs: Float64Array, gains: Float64Array): readonly number[] {
  const rows = Array.from(costs, (_cost, index) => index).filter(
    (index) => Number.isFinite(costs[index]) && Number.isFinite(gains[index]),
  );
  // Sound: the indices are those of the columns.
  const [costOf, gainOf] = [(index: number) => costs[index] as number, (index: number) => gains[index] as number];
  rows.sort((left, right) => costOf(left) - costOf(right) || gainOf(right) - gainOf(left) || left - right);
  let best = -Infinity;
  return rows.filter((index) => {
    if (gainOf(index) <= best) return false;
    best = gainOf(index);
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

/** Volume between the points and the reference, in the product of the objectives' units; exact for any d. */
export function hypervolume(
  points: readonly Metrics[],
  objectives: readonly Objective[],
  reference: Readonly<Record<string, number>>,
): number {
  return hypervolumeHistory(points, objectives, reference).at(-1) ?? 0;
}

/**
 * Hypervolume of the first 1, 2, ..., n points: `[n]`, never falling, each from the one before it. Throws when an objective
 * has no reference.
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
  /** Takes the point in: how many points the front has now (of equal ones the first), and what they dominate. */
  add(point: Metrics): { readonly size: number; readonly hypervolume: number };
}

/**
 * A front kept up to date point by point: each costs a pass over the front, not over all points before it. Throws when an
 * objective has no reference.
 */
export function growFront(objectives: readonly Objective[], reference: Readonly<Record<string, number>>): GrowingFront {
  const r = costsOf(reference, objectives);
  if (r === undefined) {
    const names = objectives.map((objective) => objective.metric).join(', ');
    throw new WorkbenchError('config.invalid', `The reference point needs a finite value for each of: ${names}.`, {
      field: 'reference',
    });
  }
  const volume = createDominatedVolume(r);
  let front: Costs[] = [];
  let hypervolume = 0;
  return {
    add(point) {
      const costs = costsOf(point, objectives);
      if (costs && !front.some((other) => coversCosts(other, costs))) {
        front = front.filter((other) => !coversCosts(costs, other));
        front.push(costs);
        hypervolume = volume.add(costs);
      }
      return { size: front.length, hypervolume };
    },
  };
}

/**
 * Index of the knee among the points: the member of the front farthest below the chord between the front's ends (in more
 * than two objectives: the plane through the ends of the axes), each objective scaled to [0, 1] over the front. Undefined
 * where no member lies below it, as on a front of fewer than three.
 */
export function kneePoint(points: readonly Metrics[], objectives: readonly Objective[]): number | undefined {
  const rows = paretoFront(points, objectives).map((index) => ({
    index,
    costs: costsOf(points[index] ?? {}, objectives) ?? [],
  }));
  const axes = objectives.map((_objective, axis) => {
    const values = rows.map((row) => row.costs[axis] ?? 0);
    const low = Math.min(...values);
    return { low, range: Math.max(...values) - low };
  });
  let knee: number | undefined;
  // Rounding leaves points on the chord a few ulps below it.
  let farthest = 1e-12;
  for (const { index, costs } of rows) {
    const scaled = axes.map(({ low, range }, axis) => (range > 0 ? ((costs[axis] ?? 0) - low) / range : 0));
    const below = 1 - scaled.reduce((sum, value) => sum + value, 0);
    if (rows.length >= 3 && below > farthest) [knee, farthest] = [index, below];
  }
  return knee;
}

/** Undefined when an objective is missing, NaN or infinite. */
function costsOf(metrics: Metrics, objectives: readonly Objective[]): Costs | undefined {
  const costs = objectives.map(({ metric, goal }) => (goal === 'maximize' ? -1 : 1) * (metrics[metric] ?? NaN));
  return costs.every(Number.isFinite) ? costs : undefined;
}

/** Nowhere worse (weak dominance: equal costs cover each other). */
function coversCosts(left: Costs, right: Costs): boolean {
  return left.every((cost, axis) => cost <= (right[axis] ?? NaN));
}

/** In lexicographic order whatever covers a row stands before it, so one pass against the front so far is enough. */
function frontOfRows<R extends { readonly costs: Costs; readonly index: number }>(rows: readonly R[]): readonly R[] {
  const ordered = [...rows].sort((left, right) => compareCosts(left.costs, right.costs) || left.index - right.index);
  const front: R[] = [];
  for (const row of ordered) {
    if (!front.some((other) => coversCosts(other.costs, row.costs))) front.push(row);
  }
  return front;
}

function compareCosts(left: Costs, right: Costs): number {
  for (const [axis, cost] of left.entries()) {
    const difference = cost - (right[axis] ?? NaN);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The part of objective space that a new point may still win, cut into cells along the known costs.
 *
 * | symbol | meaning                                                                                | shape  |
 * | m      | known objectives, all minimised                                                        |        |
 * | k      | points of the front                                                                    |        |
 * | level  | best value that the front reaches at the costs of a cell (the reference's where none)   | [cells]|
 *
 * With costs known, the hypervolume gained by value y at costs c is Σ_cells vol(cell ∩
 * {costs >= c}) · max(0, y − level). One cost gives the k + 1 segments of the front's staircase;
 * none gives a single cell of volume 1, whose gain is plain improvement. Of several costs, a cell
 * is a box that one point of the front is the best to reach: at most 2k + 1 of them with two costs,
 * O(k²) with three (free-boxes.ts).
 */
import { covers, isWithin } from './dominance.ts';
import { eachFreeBox } from './free-boxes.ts';

/** A point in the space of objectives: the value to maximise and the known costs to minimise. */
export interface Outcome {
  readonly value: number;
  readonly costs: readonly number[];
}

/** All of it to be minimised: `[1 + m]`. */
export const outcomeCorner = ({ value, costs }: Outcome): readonly number[] => [-value, ...costs];

export interface Cells {
  readonly dimensions: number;
  readonly count: number;
  /** Corners, `[count][m]`; the lower ones may be −∞. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Distinct levels, rising: `[levels]`. */
  readonly levels: readonly number[];
  /** Index into `levels` of each cell, `[count]`. */
  readonly levelOf: Int32Array;
  /** Where the levels begin: from the best value down, with an index into `levels`; the reference's
   * is that of all costs. */
  readonly front: readonly { readonly costs: readonly number[]; readonly level: number }[];
  /** Costs that count nothing any more, `[m]`. */
  readonly bound: readonly number[];
}

/** Cells for the outcomes known so far. Outcomes beyond the reference in a cost, or no better than
 * its value, count nothing. */
export function createCells(outcomes: readonly Outcome[], reference: Outcome): Cells {
  const m = reference.costs.length;
  const useful = outcomes
    .filter(({ value, costs }) => value > reference.value && isWithin(costs, reference.costs))
    .sort((a, b) => b.value - a.value);
  const levels = [...new Set([reference.value, ...useful.map(({ value }) => value)])].sort((a, b) => a - b);
  const position = new Map(levels.map((value, index) => [value, index]));
  const lower: number[] = [];
  const upper: number[] = [];
  const levelOf: number[] = [];
  const everywhere: Outcome = { value: reference.value, costs: reference.costs.map(() => -Infinity) };
  const reached: (readonly number[])[] = [];
  const front: { readonly costs: readonly number[]; readonly level: number }[] = [];
  // From the best value down, what a point is the first to reach has its value as level.
  for (const { value, costs } of [...useful, everywhere]) {
    if (reached.some((better) => covers(better, costs, m))) continue;
    const level = position.get(value) ?? 0;
    eachFreeBox(reached, costs, reference.costs, (from, to) => {
      lower.push(...from);
      upper.push(...to);
      levelOf.push(level);
    });
    reached.push(costs);
    front.push({ costs, level });
  }
  return {
    dimensions: m,
    count: levelOf.length,
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
    levels,
    levelOf: Int32Array.from(levelOf),
    front,
    bound: reference.costs,
  };
}

/**
 * The lowest level that costs `[m]` can improve on (that of the cell they lie in: what the front
 * reaches there) and the volume of everything they dominate; `undefined` beyond the reference. No
 * level of theirs is lower, so the gain is at most that volume times the improvement over that
 * level.
 */
export function lowestLevel(
  { dimensions: m, front, bound }: Cells,
  costs: ArrayLike<number>,
): { readonly level: number; readonly volume: number } | undefined {
  let volume = 1;
  for (let j = 0; j < m; j++) {
    if (!(costs[j]! < bound[j]!)) return undefined;
    volume *= bound[j]! - costs[j]!;
  }
  let level = 0;
  for (const point of front) {
    if (!covers(point.costs, costs, m)) continue;
    level = point.level;
    break;
  }
  return { level, volume };
}

/** Volume that costs `[m]` dominate at each level, added to `out` (`[levels]`) with a weight. */
export function addDominatedVolumes(cells: Cells, costs: ArrayLike<number>, weight: number, out: Float64Array): void {
  const { dimensions: m, lower, upper, levelOf } = cells;
  for (let cell = 0; cell < cells.count; cell++) {
    let volume = weight;
    for (let j = cell * m, k = 0; k < m; j++, k++) {
      const side = upper[j]! - Math.max(lower[j]!, costs[k]!);
      if (side > 0) volume *= side;
      else {
        volume = 0;
        break;
      }
    }
    out[levelOf[cell]!]! += volume;
  }
}

/** Volume that costs `[m]` dominate at each level, `[levels]`. */
function dominatedVolumes(cells: Cells, costs: ArrayLike<number>): Float64Array {
  const volumes = new Float64Array(cells.levels.length);
  addDominatedVolumes(cells, costs, 1, volumes);
  return volumes;
}

/** Hypervolume gained by an outcome. */
export function hypervolumeGain(cells: Cells, { value, costs }: Outcome): number {
  const volumes = dominatedVolumes(cells, costs);
  return cells.levels.reduce((sum, level, i) => sum + volumes[i]! * Math.max(0, value - level), 0);
}

export const testing = { dominatedVolumes };

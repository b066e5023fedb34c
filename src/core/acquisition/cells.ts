/**
 * The part of objective space that a new point may still win, cut into cells along the known costs.
 *
 * | symbol | meaning                                                                                | shape  |
 * | m      | known objectives, all minimised                                                        |        |
 * | k      | points of the front                                                                    |        |
 * | level  | best value that the front reaches at the costs of a cell (the reference's where none)   | [cells]|
 *
 * With costs known, the hypervolume gained by value y at costs c is Σ_cells vol(cell ∩ {costs >= c}) · max(0, y − level).
 * One cost gives the k + 1 segments of the front's staircase; none gives a single cell of volume 1, whose gain is plain
 * improvement. Cells of several costs are those of the grid through the front's coordinates.
 */

/** A point in the space of objectives: the value to maximise and the known costs to minimise. */
export interface Outcome {
  readonly value: number;
  readonly costs: readonly number[];
}

export interface Cells {
  readonly dimensions: number;
  readonly count: number;
  /** Where the grid is cut along each cost, rising from −∞ to the reference: `[m][cuts]`. The first cost turns fastest. */
  readonly edges: readonly (readonly number[])[];
  /** Corners, `[count][m]`. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Distinct levels, rising: `[levels]`. */
  readonly levels: readonly number[];
  /** Index into `levels` of each cell, `[count]`. */
  readonly levelOf: Int32Array;
}

/** Cells for the outcomes known so far. Outcomes beyond the reference in a cost, or no better than its value, count nothing. */
export function createCells(outcomes: readonly Outcome[], reference: Outcome): Cells {
  const m = reference.costs.length;
  const useful = outcomes.filter(
    ({ value, costs }) => value > reference.value && costs.every((cost, j) => cost < (reference.costs[j] ?? -Infinity)),
  );
  const edges = reference.costs.map((bound, j) =>
    [...new Set([-Infinity, ...useful.map(({ costs }) => costs[j] ?? bound), bound])].sort((a, b) => a - b),
  );
  const count = edges.reduce((product, list) => product * (list.length - 1), 1);
  const lower = new Float64Array(count * m);
  const upper = new Float64Array(count * m);
  const values = new Float64Array(count);
  for (let cell = 0; cell < count; cell++) {
    let rest = cell;
    edges.forEach((list, j) => {
      const step = rest % (list.length - 1);
      rest = Math.floor(rest / (list.length - 1));
      lower[cell * m + j] = list[step]!;
      upper[cell * m + j] = list[step + 1]!;
    });
    const corner = lower.subarray(cell * m, cell * m + m);
    values[cell] = useful.reduce(
      (best, { value, costs }) => (value > best && costs.every((cost, j) => cost <= corner[j]!) ? value : best),
      reference.value,
    );
  }
  const levels = [...new Set(values)].sort((a, b) => a - b);
  const position = new Map(levels.map((level, index) => [level, index]));
  return {
    dimensions: m,
    count,
    edges,
    lower,
    upper,
    levels,
    levelOf: Int32Array.from(values, (value) => position.get(value) ?? 0),
  };
}

/**
 * The lowest level that costs `[m]` can improve on (that of the cell they lie in: what the front reaches there) and the
 * volume of everything they dominate; `undefined` beyond the reference. No level of theirs is lower, so the gain is at most
 * that volume times the improvement over that level.
 */
export function lowestLevel(
  cells: Cells,
  costs: ArrayLike<number>,
): { readonly level: number; readonly volume: number } | undefined {
  let cell = 0;
  let stride = 1;
  let volume = 1;
  for (let j = 0; j < cells.dimensions; j++) {
    const cuts = cells.edges[j]!;
    const last = cuts.length - 1;
    if (!(costs[j]! < cuts[last]!)) return undefined;
    volume *= cuts[last]! - costs[j]!;
    let step = 0;
    while (cuts[step + 1]! <= costs[j]!) step++;
    cell += step * stride;
    stride *= last;
  }
  return { level: cells.levelOf[cell]!, volume };
}

/** Volume that costs `[m]` dominate at each level, written into `out` (`[levels]`). */
export function dominatedVolumes(cells: Cells, costs: ArrayLike<number>, out: Float64Array): Float64Array {
  const { dimensions: m, lower, upper, levelOf } = cells;
  out.fill(0);
  for (let cell = 0; cell < cells.count; cell++) {
    let volume = 1;
    for (let j = 0; j < m && volume > 0; j++) {
      volume *= Math.max(0, upper[cell * m + j]! - Math.max(lower[cell * m + j]!, costs[j]!));
    }
    out[levelOf[cell]!]! += volume;
  }
  return out;
}

/** Hypervolume gained by an outcome. */
export function hypervolumeGain(cells: Cells, { value, costs }: Outcome): number {
  const volumes = dominatedVolumes(cells, costs, new Float64Array(cells.levels.length));
  return cells.levels.reduce((sum, level, i) => sum + volumes[i]! * Math.max(0, value - level), 0);
}

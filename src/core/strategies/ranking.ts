/**
 * Who is better where objectives conflict: nondomination ranks and crowding distances of Deb, Pratap, Agarwal and Meyarivan
 * 2002 (NSGA-II), with their constrained domination for limits that only a measurement tells.
 *
 * | symbol | meaning                                             | shape  |
 * | n, m   | points, objectives                                  |        |
 * | point  | objectives, all to be minimised                     | [m]    |
 * | rank   | 0 for the front, 1 for the front without it, ...    | [n]    |
 */
import type { Problem } from '../objective.ts';
import type { Outcome } from '../acquisition/cells.ts';
import { outcomeOf } from './ledger.ts';
import type { Ledger, LedgerTrial } from './ledger.ts';

type Point = readonly number[];

/** A trial with its place; `outcome` is absent where it broke a measured limit. */
export interface Standing {
  readonly trial: LedgerTrial;
  readonly outcome: Outcome | undefined;
  readonly rank: number;
  /** Within its rank; Infinity at the ends of a front. */
  readonly crowding: number;
}

/** Nowhere worse and somewhere better. */
function dominates(a: Point, b: Point): boolean {
  let better = false;
  for (let j = 0; j < a.length; j++) {
    if (a[j]! > b[j]!) return false;
    if (a[j]! < b[j]!) better = true;
  }
  return better;
}

/** Fast nondominated sorting (section III.A): `[n]`. Equal points have equal ranks. */
export function nondominationRanks(points: readonly Point[]): readonly number[] {
  const ranks = new Array<number>(points.length).fill(0);
  const beats: number[][] = points.map(() => []);
  const beatenBy = new Int32Array(points.length);
  points.forEach((a, i) => {
    for (let k = i + 1; k < points.length; k++) {
      const b = points[k]!;
      if (dominates(a, b)) {
        beats[i]!.push(k);
        beatenBy[k]! += 1;
      } else if (dominates(b, a)) {
        beats[k]!.push(i);
        beatenBy[i]! += 1;
      }
    }
  });
  let front = points.flatMap((_, i) => (beatenBy[i] === 0 ? [i] : []));
  for (let rank = 0; front.length > 0; rank++) {
    const next: number[] = [];
    for (const i of front) {
      ranks[i] = rank;
      for (const k of beats[i]!) {
        beatenBy[k]! -= 1;
        if (beatenBy[k] === 0) next.push(k);
      }
    }
    front = next;
  }
  return ranks;
}

/** Crowding distances of one front (section III.B): `[n]`, sums over objectives of the gap between a point's neighbours. */
export function crowdingDistances(points: readonly Point[]): readonly number[] {
  const distances = new Array<number>(points.length).fill(0);
  for (let j = 0; j < (points[0]?.length ?? 0); j++) {
    const order = points.map((_, i) => i).sort((a, b) => points[a]![j]! - points[b]![j]! || a - b);
    const at = (place: number): number => points[order[place]!]![j]!;
    const range = at(order.length - 1) - at(0);
    order.forEach((i, place) => {
      if (place === 0 || place === order.length - 1) distances[i] = Infinity;
      else if (range > 0) distances[i]! += (at(place + 1) - at(place - 1)) / range;
    });
  }
  return distances;
}

/** By how much a told trial breaks measured limits, relative to them; 0 within all, Infinity where one has no number. */
function violation(problem: Problem, { metrics, costs }: LedgerTrial): number {
  return problem.limits.reduce((worst, { metric, max }) => {
    const measured = { ...metrics, ...costs }[metric];
    if (measured === undefined || measured <= max) return worst;
    const excess = max > 0 ? measured / max - 1 : Infinity;
    return Math.max(worst, Number.isNaN(excess) ? Infinity : excess);
  }, 0);
}

/**
 * Told trials from best to worst, by rank and then by crowding; equals in the order of the trials. Those that broke a
 * measured limit stand behind all others, ranked by how much (constrained domination, section VI).
 */
export function standings(problem: Problem, ledger: Ledger): readonly Standing[] {
  const told = ledger.trials.filter(({ state }) => state === 'told');
  const judged = told.flatMap((trial) => {
    const outcome = outcomeOf(problem, trial);
    return outcome ? [{ trial, outcome, point: [-outcome.value, ...outcome.costs] }] : [];
  });
  const ranks = nondominationRanks(judged.map(({ point }) => point));
  const worst = ranks.reduce((most, rank) => Math.max(most, rank), -1);
  const standing: Standing[] = [];
  for (let rank = 0; rank <= worst; rank++) {
    const front = judged.filter((_, i) => ranks[i] === rank);
    const crowding = crowdingDistances(front.map(({ point }) => point));
    front.forEach(({ trial, outcome }, i) => standing.push({ trial, outcome, rank, crowding: crowding[i] ?? 0 }));
  }
  standing.sort((a, b) => a.rank - b.rank || compareCrowding(b.crowding, a.crowding) || a.trial.trial - b.trial.trial);
  const broken = told
    .map((trial) => ({ trial, over: violation(problem, trial) }))
    .filter(({ over }) => over > 0)
    .sort((a, b) => (a.over === b.over ? a.trial.trial - b.trial.trial : a.over - b.over));
  let rank = worst;
  broken.forEach(({ trial, over }, i) => {
    if (i === 0 || over !== broken[i - 1]?.over) rank++;
    standing.push({ trial, outcome: undefined, rank, crowding: 0 });
  });
  return standing;
}

/** Infinity equals itself. */
const compareCrowding = (a: number, b: number): number => (a === b ? 0 : a - b);

/**
 * How good a search was at any time: curves of a score after 1, 2, ..., n trainings, one a seed,
 * read across seeds.
 *
 * symbol   meaning                                                                         shape
 * curve    score after i + 1 trainings; one that ends early (no candidate left) keeps
 *          its last value                                                                  [n]
 * share    hypervolume of what was trained, as a share of the best there is, in [0, 1]
 * gap      1 - share, not less than GAP_FLOOR: a table can be solved, a logarithm cannot
 */
import type { Goal } from './objective.ts';
import { holm, pairedBootstrap } from './math/paired-bootstrap.ts';
import { quantileOfSorted } from './math/quantile.ts';

export type AnytimeCurve = readonly number[];

/** Gaps below a ten-thousandth count as one: closer to the whole front than any report reads. */
export const GAP_FLOOR = 1e-4;

/** Fewer paired seeds describe and claim nothing. */
export const CLAIM_SEEDS = 5;
export const CLAIM_LEVEL = 0.05;

export interface Spread {
  readonly median: number;
  readonly worst: number;
  /** Quartiles by value, whatever is better. */
  readonly lower: number;
  readonly upper: number;
}

/** `count` from 1; NaN of a curve without points. */
export function scoreAfter(curve: AnytimeCurve, count: number): number {
  return curve[Math.min(count, curve.length) - 1] ?? NaN;
}

/** A curve by epochs instead of by trainings, `[budget]`: the score that the trainings within the
 * first so many epochs have; `before` as long as there is none. `epochs` `[n]`: spent by then. */
export function byEpoch(curve: AnytimeCurve, epochs: readonly number[], budget: number, before: number): AnytimeCurve {
  const scores: number[] = [];
  let trained = 0;
  for (let spent = 1; spent <= budget; spent += 1) {
    while (trained < curve.length && (epochs[trained] ?? Infinity) <= spent) trained += 1;
    scores.push(trained === 0 ? before : (curve[trained - 1] ?? before));
  }
  return scores;
}

/** Over the seeds, after `count` trainings. A seed without a score yet is the worst of all. */
export function spreadAfter(curves: readonly AnytimeCurve[], count: number, goal: Goal): Spread {
  const last = goal === 'maximize' ? -Infinity : Infinity;
  const scores = curves.map((curve) => scoreAfter(curve, count)).map((score) => (Number.isNaN(score) ? last : score));
  const sorted = Float64Array.from(scores).sort();
  const at = (share: number): number => finiteOrNaN(quantileOfSorted(sorted, share));
  return {
    median: at(0.5),
    worst: finiteOrNaN((goal === 'maximize' ? sorted[0] : sorted.at(-1)) ?? NaN),
    lower: at(0.25),
    upper: at(0.75),
  };
}

/** Trainings until the score is at least as good as `threshold`; Infinity where it never is. */
function trainingsToReach(curve: AnytimeCurve, threshold: number, goal: Goal): number {
  const index = curve.findIndex((score) => (goal === 'maximize' ? score >= threshold : score <= threshold));
  return index < 0 ? Infinity : index + 1;
}

/** Trainings by which `share` of the seeds, rounded up, were there; Infinity where fewer ever
 * were. */
function trainingsOfShare(trainings: readonly number[], share: number): number {
  const sorted = Float64Array.from(trainings).sort();
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? NaN;
}

/** When the seeds of a strategy got as far as a threshold. */
export interface Reached {
  readonly seeds: number;
  /** Seeds that ever did. */
  readonly reached: number;
  /** Trainings by which half of the seeds had, and nine of ten; Infinity where fewer ever did. */
  readonly half: number;
  readonly most: number;
}

export function reachedBy(curves: readonly AnytimeCurve[], threshold: number, goal: Goal): Reached {
  const trainings = curves.map((curve) => trainingsToReach(curve, threshold, goal));
  return {
    seeds: curves.length,
    reached: trainings.filter(Number.isFinite).length,
    half: trainingsOfShare(trainings, 0.5),
    most: trainingsOfShare(trainings, 0.9),
  };
}

/** Milliseconds of each ask, of those of each row `[n]`: the rows of one ask share its time. */
export function timesOfAsks(askMs: readonly number[], batch: number): readonly number[] {
  return askMs.filter((_, index) => index % batch === 0);
}

/** Logarithm to base ten of the gap. */
export const logGap = (share: number): number => Math.log10(Math.max(GAP_FLOOR, 1 - share));

/** Area under log10(gap) from 1 to `length` trainings, divided by their number: -2 is a gap of a
 * hundredth all along. */
export function logGapArea(shares: AnytimeCurve, length: number): number {
  let sum = 0;
  for (let count = 1; count <= length; count += 1) sum += logGap(scoreAfter(shares, count));
  return sum / length;
}

/** Where anytime curves of up to `length` trainings are read: 1, 2 and 5 times powers of ten from
 * 10 on, and the end. */
export function readingCounts(length: number): readonly number[] {
  const counts = [1, 10, 100, 1000, 10_000].flatMap((power) => [10, 20, 50].map((step) => step * power));
  return length < 1 ? [] : [...counts.filter((count) => count < length), length];
}

export interface Comparison {
  readonly id: string;
  /** Seeds that both played. */
  readonly seeds: number;
  /** Mean over them of the chosen one's area under log10(gap) minus this one's: negative speaks for
   * the chosen one. */
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
  readonly p: number;
  /** By Holm, over all comparisons with the chosen one. */
  readonly adjustedP: number;
  /** Of the chosen one; `descriptive` where the seeds are too few to claim anything. */
  readonly verdict: 'better' | 'worse' | 'open' | 'descriptive';
}

/** Curves of hypervolume shares by seed. */
export type SeededCurves = ReadonlyMap<number, AnytimeCurve>;

/**
 * Is the chosen strategy better than each of the others? Paired bootstrap over seeds of the area
 * under log10(gap) up to `length` trainings, with Holm's correction (algorithms card 21). Same
 * input, same answer.
 */
export function compareWith(
  chosen: SeededCurves,
  others: ReadonlyMap<string, SeededCurves>,
  length: number,
): readonly Comparison[] {
  const tests = [...others].map(([id, curves]) => {
    const differences = [...chosen].flatMap(([seed, curve]) => {
      const other = curves.get(seed);
      return other ? [logGapArea(curve, length) - logGapArea(other, length)] : [];
    });
    return { id, seeds: differences.length, ...pairedBootstrap(differences) };
  });
  const adjusted = holm(tests.map(({ p }) => p));
  return tests.map(({ id, seeds, mean, lower, upper, p }, index) => {
    const adjustedP = adjusted[index] ?? 1;
    const sided = mean < 0 ? 'better' : 'worse';
    const verdict = seeds < CLAIM_SEEDS ? 'descriptive' : adjustedP <= CLAIM_LEVEL ? sided : 'open';
    return { id, seeds, difference: mean, lower, upper, p, adjustedP, verdict };
  });
}

const finiteOrNaN = (value: number): number => (Number.isFinite(value) ? value : NaN);

export const testing = { trainingsToReach, trainingsOfShare };

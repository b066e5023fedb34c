/** Tests of the claim: paired by search seed, in both directions of training seeds, one family of
 * them, corrected together. */
import { CLAIM_LEVEL, CLAIM_SEEDS, logGapArea } from '../../src/core/anytime.ts';
import type { AnytimeCurve, SeededCurves } from '../../src/core/anytime.ts';
import { holm, pairedBootstrap } from '../../src/core/math/paired-bootstrap.ts';
import { meanInterval, meanOf } from '../study/statistics.ts';
import type { Interval } from '../study/statistics.ts';

/** The first is claimed to be better than the second. */
export interface Pair {
  readonly chosen: SeededCurves;
  readonly other: SeededCurves;
  /** Trainings of a search. */
  readonly budget: number;
}

export interface DirectedPair {
  readonly id: string;
  /** One a direction. */
  readonly directions: readonly Pair[];
}

/** Of several landscapes on which the first was held against the second. */
export type Verdict = 'better' | 'worse' | 'open' | 'flips' | 'one way' | 'descriptive';

export interface DirectedComparison {
  readonly id: string;
  /** Pairs in the direction that has the fewest. */
  readonly seeds: number;
  /** Mean difference of the endpoint, one a direction: below 0 speaks for the chosen. */
  readonly differences: readonly number[];
  readonly adjustedP: number;
  readonly verdict: Verdict;
}

/** A curve's endpoint over `budget` trainings. */
export const endpointOf = (shares: AnytimeCurve, budget: number): number => logGapArea(shares, budget);

/** Differences of the endpoint of the seeds that both sides have `[n]`. */
export const endpointGaps = ({ chosen, other, budget }: Pair): readonly number[] =>
  [...chosen].flatMap(([seed, curve]) => {
    const rival = other.get(seed);
    return rival ? [endpointOf(curve, budget) - endpointOf(rival, budget)] : [];
  });

/** Neither all below 0 nor all above it, with some of each. */
export const signFlips = (differences: readonly number[]): boolean =>
  differences.some((value) => value < 0) && differences.some((value) => value > 0);

/**
 * Paired bootstrap (10,000 resamples, seed 1) of the mean difference in each direction. What is to
 * hold in both has the larger p of the two, and Holm's correction is over all pairs. A difference
 * whose sign flips between the directions is not shown, however small its p. Same input, same
 * answer.
 */
export function testDirections(pairs: readonly DirectedPair[]): readonly DirectedComparison[] {
  const tests = pairs.map(({ id, directions }) => {
    const gaps = directions.map(endpointGaps);
    const boots = gaps.map((differences) => pairedBootstrap(differences));
    const seeds = Math.min(...gaps.map((differences) => differences.length));
    return { id, seeds, differences: boots.map(({ mean }) => mean), p: Math.max(...boots.map(({ p }) => p)) };
  });
  const adjusted = holm(tests.map(({ p }) => p));
  return tests.map(({ id, seeds, differences }, index): DirectedComparison => {
    const adjustedP = adjusted[index] ?? 1;
    return { id, seeds, differences, adjustedP, verdict: verdictOf(seeds, differences, adjustedP) };
  });
}

function verdictOf(seeds: number, differences: readonly number[], adjustedP: number): Verdict {
  if (seeds < CLAIM_SEEDS) return 'descriptive';
  if (signFlips(differences)) return 'flips';
  if (adjustedP > CLAIM_LEVEL) return 'open';
  if (differences.length < 2) return 'one way';
  return meanOf(differences) < 0 ? 'better' : 'worse';
}

export interface LandscapeComparison extends Interval {
  readonly verdict: Exclude<Verdict, 'one way'> | 'reaches 0';
}

/** Differences of whole landscapes, for the chosen where they lie `betterWhere`: their mean, its
 * t-interval, and what both say. */
export function overLandscapes(
  differences: readonly number[],
  betterWhere: 'below 0' | 'above 0',
): LandscapeComparison {
  const interval = meanInterval(differences);
  const { mean, lower, upper } = interval;
  if (!differences.every(Number.isFinite) || differences.length < 2) return { ...interval, verdict: 'descriptive' };
  if (signFlips(differences)) return { ...interval, verdict: 'flips' };
  if (mean === 0) return { ...interval, verdict: 'open' };
  if (lower <= 0 && upper >= 0) return { ...interval, verdict: 'reaches 0' };
  return { ...interval, verdict: mean < 0 === (betterWhere === 'below 0') ? 'better' : 'worse' };
}

/** Tests of the claim: paired by seed, one family of them, corrected together. */
import { CLAIM_LEVEL, CLAIM_SEEDS, logGapArea } from '../../src/core/anytime.ts';
import type { AnytimeCurve, Comparison, SeededCurves } from '../../src/core/anytime.ts';
import { holm, pairedBootstrap } from '../../src/core/math/paired-bootstrap.ts';

/** The first is claimed to be better than the second. */
export interface Pair {
  readonly id: string;
  readonly chosen: SeededCurves;
  readonly other: SeededCurves;
}

/** A curve's endpoint over `budget` trainings. */
export const endpointOf = (shares: AnytimeCurve, budget: number): number => logGapArea(shares, budget);

/**
 * Paired bootstrap (10,000 resamples, seed 1) of each pair's mean difference in the endpoint, and
 * Holm's correction over all of them. Unlike `compareWith` the pairs need not share one chosen
 * side. Same input, same answer.
 */
export function testFamily(pairs: readonly Pair[], budget: number): readonly Comparison[] {
  const tests = pairs.map(({ id, chosen, other }) => {
    const differences = [...chosen].flatMap(([seed, curve]) => {
      const rival = other.get(seed);
      return rival ? [endpointOf(curve, budget) - endpointOf(rival, budget)] : [];
    });
    return { id, seeds: differences.length, ...pairedBootstrap(differences) };
  });
  const adjusted = holm(tests.map(({ p }) => p));
  return tests.map(({ id, seeds, mean, lower, upper, p }, index): Comparison => {
    const adjustedP = adjusted[index] ?? 1;
    const sided = mean < 0 ? 'better' : 'worse';
    const verdict = seeds < CLAIM_SEEDS ? 'descriptive' : adjustedP <= CLAIM_LEVEL ? sided : 'open';
    return { id, seeds, difference: mean, lower, upper, p, adjustedP, verdict };
  });
}

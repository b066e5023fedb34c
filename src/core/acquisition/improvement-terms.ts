/**
 * Expected gains as sums of expected improvements, in logarithms, so that they still rank
 * candidates where they underflow.
 *
 *   gain(x) = Σ_i weight_i · E[max(0, v − level_i)]
 *
 * | symbol | meaning                                                    | shape     |
 * | v      | value of the unknown objective, more is better             |           |
 * | z      | its standardised output, z ~ N(mean, deviation²)           |           |
 * | weight | what a unit of value above the level is worth              | `[terms]` |
 */
import { logAddExp, logExpectedImprovement } from '../math/normal.ts';
import type { Standardiser } from '../surrogate/standardise.ts';

/** What a candidate's value may win: the part of its gain that does not depend on the posterior. */
export interface ImprovementTerms {
  /** `[terms]` */
  readonly logWeights: Float64Array;
  /** As outputs, `[terms]`. */
  readonly levels: Float64Array;
}

/** Expected gains against what is told, for many candidates; `D`: what a draw tells of one. */
export interface Acquisition<D> {
  /** On the average of the draws. */
  improvementTermsOf(draws: readonly D[]): ImprovementTerms;
  /** An upper bound of the logarithm at one draw, at the price of one expected improvement. */
  bound(draw: D, mean: number, deviation: number): number;
}

/** log(eᵃ − eᵇ), a >= b. */
const logSubtract = (a: number, b: number): number => (b < a ? a + Math.log1p(-Math.exp(b - a)) : -Infinity);

/**
 * log E[max(0, v − level)] in the objective's own units, for a level given as output. Below the
 * knee an output is worth `lowUnit` values, above it `unit`: the expectation splits there into two
 * plain expected improvements.
 */
function logExpectedGain(scale: Standardiser, level: number, mean: number, deviation: number): number {
  const { kneeOutput, unit, lowUnit } = scale;
  if (level >= kneeOutput) return Math.log(unit) + logExpectedImprovement(mean, deviation, level);
  const beyond = logExpectedImprovement(mean, deviation, kneeOutput);
  const low = Math.log(lowUnit) + logSubtract(logExpectedImprovement(mean, deviation, level), beyond);
  return logAddExp(low, Math.log(unit) + beyond);
}

/**
 * An upper bound of the same that rises with the deviation. The gain itself need not: values bend
 * down at the knee, so where the level lies below it, more doubt can be worth less. Both straight
 * pieces, continued, lie above the bend.
 */
export function logGainBound(scale: Standardiser, level: number, mean: number, deviation: number): number {
  const { kneeOutput, unit, lowUnit } = scale;
  if (level >= kneeOutput) return Math.log(unit) + logExpectedImprovement(mean, deviation, level);
  const continued = kneeOutput - ((kneeOutput - level) * lowUnit) / unit;
  return Math.min(
    Math.log(lowUnit) + logExpectedImprovement(mean, deviation, level),
    Math.log(unit) + logExpectedImprovement(mean, deviation, continued),
  );
}

/** log of the gain under a posterior of the output; −∞ where nothing can be gained. */
export function logGainOf(
  scale: Standardiser,
  { logWeights, levels }: ImprovementTerms,
  mean: number,
  deviation: number,
): number {
  const terms = new Float64Array(levels.length);
  let top = -Infinity;
  for (let i = 0; i < levels.length; i++) {
    const term = logWeights[i]! + logExpectedGain(scale, levels[i]!, mean, deviation);
    terms[i] = term;
    if (term > top) top = term;
  }
  if (top === -Infinity) return top;
  let sum = 0;
  for (let i = 0; i < levels.length; i++) sum += Math.exp(terms[i]! - top);
  return top + Math.log(sum);
}

/**
 * Expected improvement of a reward that is a value times a factor of the candidate's cost
 * (core/reward.ts), in closed form.
 *
 *   E[max(0, r v − best)] = r E[max(0, v − best / r)]
 *
 * | symbol | meaning                                                                                  | shape     |
 * | v      | value of the unknown objective, more is better                                           |           |
 * | r      | the candidate's factor, as it may turn out: one draw where its cost is known, else several | `[draws]` |
 * | best   | highest reward so far, at least 0                                                         |           |
 */
import { logGainBound } from './improvement-terms.ts';
import type { Acquisition } from './improvement-terms.ts';
import type { Standardiser } from '../surrogate/standardise.ts';
import { toOutput } from '../surrogate/standardise.ts';

/** Draws are factors. The bound rises with the factor and the deviation, so the highest bounds the
 * mean of all. */
export function createExpectedReward(best: number, scale: Standardiser): Acquisition<number> {
  const levelAt = (factor: number): number => toOutput(scale, best / factor);
  return {
    improvementTermsOf: (draws) => ({
      logWeights: Float64Array.from(draws, (factor) => Math.log(factor / draws.length)),
      levels: Float64Array.from(draws, levelAt),
    }),
    bound: (factor, mean, deviation) => Math.log(factor) + logGainBound(scale, levelAt(factor), mean, deviation),
  };
}

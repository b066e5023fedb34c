/**
 * What AKD's controller is paid for a student: MnasNet's product of value and costs, in its soft
 * setting. Where the problem is a search by reward, it is that; where it is one for a front, value
 * · Π cost^−0.07 over the other objectives.
 *
 * With the same exponent on both sides of the target, (cost / T)^w = T^−w cost^w, so T is a
 * constant factor. Advantages are taken in deviations of the rewards, which no constant factor
 * changes: T is left out. A single number has a single best student, so the controller heads for
 * one stretch of the front, as in the paper.
 */
import type { Problem } from '../../objective.ts';
import { outcomeOf } from '../ledger.ts';
import type { LedgerTrial } from '../ledger.ts';
import { AKD } from './constants.ts';

/** `undefined` for a trial without a result or over a measured limit. A cost that is not positive
 * has no part in it. */
export function rewardOf(problem: Problem, trial: LedgerTrial): number | undefined {
  const outcome = outcomeOf(problem, trial);
  if (!outcome) return undefined;
  const { value, costs } = outcome;
  const factor = costs.reduce((product, cost) => (cost > 0 ? product * cost ** AKD.costExponent : product), 1);
  // A value below 0, such as a loss to be minimised, has to fall as costs rise, too.
  return value >= 0 ? value * factor : value / factor;
}

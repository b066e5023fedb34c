/** What a candidate is expected to gain: the acquisition of the problem's goal over the draws of
 * what is measured (docs/trade.md, steps 4 and 9). */
import { createEhvi } from '../../acquisition/ehvi.ts';
import { createExpectedReward } from '../../acquisition/expected-reward.ts';
import { logGainOf } from '../../acquisition/improvement-terms.ts';
import type { Acquisition, ImprovementTerms } from '../../acquisition/improvement-terms.ts';
import { createCells } from '../../geometry/cells.ts';
import type { Outcome } from '../../geometry/cells.ts';
import { memoise } from '../../memoise.ts';
import type { Metrics, Problem } from '../../objective.ts';
import { rewardFactor } from '../../reward.ts';
import type { Standardiser } from '../../surrogate/standardise.ts';
import type { Member } from '../catalogue.ts';
import { objectiveCosts } from '../ledger.ts';
import { TRADE } from './constants.ts';
import type { LatencyForecast } from './latency.ts';

/** Gains are logarithms, in the units of the score; what keeps no limit is weighed by the chance
 * that it does. */
export interface Gain {
  /** An upper bound, at the price of one expected improvement. */
  bound(member: Member, mean: number, deviation: number): number;
  /** The part that does not depend on the posterior. */
  improvementTermsOf(member: Member): ImprovementTerms;
  log(terms: ImprovementTerms, mean: number, deviation: number): number;
}

/** Against the outcomes so far, from the reference on. */
export function createGain(
  problem: Problem,
  outcomes: readonly Outcome[],
  reference: Outcome,
  scale: Standardiser,
  latency: Pick<LatencyForecast, 'draws' | 'quickest' | 'logFeasible'>,
): Gain {
  const { improvementTermsOf, bound } = acquisitionOf(problem, outcomes, reference, scale, latency);
  return {
    bound: (member, mean, deviation) => bound(member, mean, deviation) + latency.logFeasible(member),
    improvementTermsOf: memoise((member) => {
      const { logWeights, levels } = improvementTermsOf(member);
      const share = latency.logFeasible(member);
      return { logWeights: share === 0 ? logWeights : logWeights.map((weight) => weight + share), levels };
    }),
    log: (terms, mean, deviation) => logGainOf(scale, terms, mean, deviation),
  };
}

function acquisitionOf(
  problem: Problem,
  outcomes: readonly Outcome[],
  reference: Outcome,
  scale: Standardiser,
  { draws, quickest }: Pick<LatencyForecast, 'draws' | 'quickest'>,
): Omit<Gain, 'log'> {
  const over = <D>(acquisition: Acquisition<D>, drawOf: (metrics: Metrics) => D): Omit<Gain, 'log'> => ({
    bound: (member, mean, deviation) => acquisition.bound(drawOf(quickest(member)), mean, deviation),
    improvementTermsOf: (member) => acquisition.improvementTermsOf(draws(member).map(drawOf)),
  });
  const { reward } = problem;
  if (!reward) {
    const ehvi = createEhvi(createCells(outcomes, reference), scale, TRADE.margin);
    return over(ehvi, (metrics) => objectiveCosts(problem, metrics));
  }
  const best = outcomes.reduce((high, { value }) => Math.max(high, value), Math.max(0, reference.value));
  return over(createExpectedReward(best, scale), (metrics) => rewardFactor(reward, metrics));
}

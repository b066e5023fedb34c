/**
 * The MnasNet reward (Tan et al. 2019): accuracy and one cost as a single number,
 *
 *   reward = accuracy · (cost / T)^w,  w = `under` where cost <= T, else `over`
 *
 * Its exponents of -0.07 hold that doubling the cost is worth 5 % of the accuracy; 0 under the
 * target and -1 over it make a target of it. Factors compare accuracies by their ratios: near 100 %
 * a student half as dear wins with 5 points less.
 */
import type { Metrics, Problem, Reward } from './objective.ts';

export const REWARD_METRIC = 'reward';

/** What a reward multiplies. */
const REWARDED_METRIC = 'accuracy';

/** (cost / T)^w; NaN without a positive cost. It falls as the cost rises. */
export function rewardFactor({ cost, target, under, over }: Reward, metrics: Metrics): number {
  const ratio = (metrics[cost] ?? NaN) / target;
  return ratio > 0 ? ratio ** (ratio <= 1 ? under : over) : NaN;
}

/** Metrics (known costs among them) with their reward, where the search goes by one and a value was
 * measured. */
export function withReward(reward: Reward | undefined, metrics: Metrics): Metrics {
  const value = metrics[REWARDED_METRIC];
  if (!reward || value === undefined) return metrics;
  return { ...metrics, [REWARD_METRIC]: value * rewardFactor(reward, metrics) };
}

/** `accuracy · (macs / 750000)^-0.07`: the reward as people read it. */
export function rewardText({ cost, target, under, over }: Reward): string {
  const ratio = `${cost} / ${target}`;
  if (under === over) return `accuracy · (${ratio})^${under}`;
  return `accuracy · (${ratio})^w, w = ${under} up to the target and ${over} beyond`;
}

/** The metric that only training tells: what a surrogate learns, and what its predictions are
 * about. */
export const learnedMetric = ({ objectives, reward }: Pick<Problem, 'objectives' | 'reward'>): string | undefined =>
  reward ? REWARDED_METRIC : objectives[0]?.metric;

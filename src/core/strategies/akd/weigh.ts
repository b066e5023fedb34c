/** Advantages: what a reward is beside those before it. */
import { AKD } from './constants.ts';

/** Of the rewards that a policy has learned from. */
export interface Weighed {
  readonly count: number;
  /** Their mean, and the sum of squared distances from it (Welford 1962). */
  readonly mean: number;
  readonly squares: number;
  /** Moving average. */
  readonly baseline: number | undefined;
}

export const NOTHING_WEIGHED: Weighed = { count: 0, mean: 0, squares: 0, baseline: undefined };

/** How far each reward lies above the moving average before it, in deviations of all so far. */
export function weigh(
  before: Weighed,
  batch: readonly number[],
): { readonly weighed: Weighed; readonly advantages: readonly number[] } {
  let { count, mean, squares } = before;
  for (const reward of batch) {
    const distance = reward - mean;
    count++;
    mean += distance / count;
    squares += distance * (reward - mean);
  }
  const deviation = Math.sqrt(squares / count) || 1;
  let baseline = before.baseline ?? batch.reduce((sum, reward) => sum + reward / batch.length, 0);
  const advantages = batch.map((reward) => {
    const advantage = (reward - baseline) / deviation;
    baseline = AKD.baseline * baseline + (1 - AKD.baseline) * reward;
    return advantage;
  });
  return { weighed: { count, mean, squares, baseline }, advantages };
}

/**
 * How far predictions can be trusted: outcomes against the means and deviations predicted before.
 *
 * | symbol | meaning                                             |
 * | z      | (outcome − mean) / deviation                        |
 * | score  | log density of the outcome under its prediction      |
 */
import { leaveOneOut } from './gp.ts';
import type { Gp } from './gp.ts';

export interface PredictedOutcome {
  readonly mean: number;
  readonly deviation: number;
  readonly outcome: number;
}

export interface Calibration {
  readonly count: number;
  /** Shares of outcomes within one and two deviations; 0.68 and 0.95 when the deviations are right. */
  readonly withinOne: number;
  readonly withinTwo: number;
  /** Mean log density, in nats: higher is better. */
  readonly logScore: number;
  /** Root mean square of z; 1 when the deviations are right, more when they are too small. */
  readonly spread: number;
}

export function logScore({ mean, deviation, outcome }: PredictedOutcome): number {
  const z = (outcome - mean) / deviation;
  return -0.5 * z * z - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
}

/** `undefined` without a single usable pair. Pairs that are not finite, or predicted without a deviation, do not count. */
export function calibrate(pairs: readonly PredictedOutcome[]): Calibration | undefined {
  const usable = pairs.filter((pair) => pair.deviation > 0 && Number.isFinite(logScore(pair)));
  if (usable.length === 0) return undefined;
  const z = usable.map(({ mean, deviation, outcome }) => Math.abs(outcome - mean) / deviation);
  const share = (limit: number): number => z.filter((value) => value <= limit).length / z.length;
  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    count: z.length,
    withinOne: share(1),
    withinTwo: share(2),
    logScore: average(usable.map(logScore)),
    spread: Math.sqrt(average(z.map((value) => value * value))),
  };
}

/** Leave-one-out pairs of a posterior, in its standardised outputs, noise included: the score by which two are compared. */
export const leaveOneOutPairs = (gp: Gp): readonly PredictedOutcome[] =>
  leaveOneOut(gp).map(({ mean, variance }, i) => ({ mean, deviation: Math.sqrt(variance), outcome: gp.y[i] ?? NaN }));

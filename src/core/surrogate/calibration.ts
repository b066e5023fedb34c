/**
 * How far predictions can be trusted: outcomes against the means and deviations predicted before.
 *
 * | symbol | meaning                                                        |
 * | z      | (outcome − mean) / deviation                                   |
 * | score  | log density of the outcome under its prediction                |
 * | level  | share of outcomes that a central interval claims to hold        |
 *
 * Deviations are those of outcomes: a posterior's of the latent function, with the noise of a
 * training on it.
 */
import { rankCorrelation } from '../math/rank-correlation.ts';
import { leaveOneOut } from './gp.ts';
import type { Gp } from './gp.ts';

export interface PredictedOutcome {
  readonly mean: number;
  readonly deviation: number;
  readonly outcome: number;
}

/** Central intervals of the normal distribution: level, and half their width in deviations. */
export const INTERVALS = Object.freeze([
  { level: 0.5, width: 0.6744897501960817 },
  { level: 0.8, width: 1.2815515655446004 },
  { level: 0.95, width: 1.959963984540054 },
]);

export interface Calibration {
  readonly count: number;
  /** Of each level, the share of outcomes that its interval held: the level itself when the
   * deviations are right. */
  readonly coverage: readonly { readonly level: number; readonly share: number }[];
  /** Mean of z: 0 when the means are right, above it when outcomes are better than predicted. */
  readonly bias: number;
  /** Root mean square of z; 1 when the deviations are right, more when they are too small. */
  readonly spread: number;
  /** Mean log density, in nats: higher is better. */
  readonly logScore: number;
  /** Spearman's rank correlation of means and outcomes; NaN where either are all equal. */
  readonly rankCorrelation: number;
}

export function logScore({ mean, deviation, outcome }: PredictedOutcome): number {
  const z = (outcome - mean) / deviation;
  return -0.5 * z * z - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
}

/** `undefined` without a single usable pair. Pairs that are not finite, or predicted without a
 * deviation, do not count. */
export function calibrate(pairs: readonly PredictedOutcome[]): Calibration | undefined {
  const usable = pairs.filter((pair) => pair.deviation > 0 && Number.isFinite(logScore(pair)));
  if (usable.length === 0) return undefined;
  const z = usable.map(({ mean, deviation, outcome }) => (outcome - mean) / deviation);
  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    count: z.length,
    coverage: INTERVALS.map(({ level, width }) => ({
      level,
      share: z.filter((value) => Math.abs(value) <= width).length / z.length,
    })),
    bias: average(z),
    spread: Math.sqrt(average(z.map((value) => value * value))),
    logScore: average(usable.map(logScore)),
    rankCorrelation: rankCorrelation(
      usable.map(({ mean }) => mean),
      usable.map(({ outcome }) => outcome),
    ),
  };
}

/** Leave-one-out pairs of a posterior, in its standardised outputs, noise included: the score by
 * which two are compared. */
export const leaveOneOutPairs = (gp: Gp): readonly PredictedOutcome[] =>
  leaveOneOut(gp).map(({ mean, variance }, i) => ({ mean, deviation: Math.sqrt(variance), outcome: gp.y[i] ?? NaN }));

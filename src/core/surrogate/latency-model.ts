/**
 * Latency of students that were not measured, from those that were: Bayesian linear regression of
 * log latency (docs/trade.md, step 9). One prior deviation for each kind of feature,
 * noise-to-signal ratio by marginal likelihood.
 *
 * | symbol | meaning                                                                              | shape    |
 * | ---    | ---                                                                                  | ---      |
 * | n, d   | measured students, features                                                          |          |
 * | Φ      | features times their prior deviations                                                | `[n][d]` |
 * | y      | log latency less its mean                                                            | `[n]`    |
 * | λ      | noise variance as a share of the signal's                                            |          |
 * | A      | ΦᵀΦ + λI, so that the weights are A⁻¹Φᵀy                                               | `[d][d]` |
 * | s²     | signal's variance: (yᵀy − yᵀΦA⁻¹Φᵀy)/λ over n, with one pseudo-result of `priorScale`    |          |
 */
import { cholesky, logDeterminant, packedLength, solve, solveLower } from '../math/linear-algebra.ts';
import type { Factor } from '../math/linear-algebra.ts';
import type { Encoding, Point } from './encoding.ts';

/** [R]: choice of this project. A unit of a cost feature is one deviation of log cost over the
 * space. */
const LATENCY_MODEL = Object.freeze({
  intercept: 2,
  cost: 1,
  costSquared: 0.3,
  family: 0.7,
  ordinal: 0.5,
  /** Ratios tried, and what one deviation of log latency is thought to be before anything is
   * measured. */
  ratios: [0.01, 0.1, 1],
  priorScale: 0.5,
});

export interface LatencyModel {
  readonly centre: number;
  readonly weights: Float64Array;
  readonly factor: Factor;
  readonly ratio: number;
  /** s² */
  readonly variance: number;
}

/** Of the log of milliseconds. */
export interface LogLatency {
  readonly mean: number;
  readonly deviation: number;
}

/** Log costs and their products, the family, and the family's own ordinals (depth, width, ...):
 * `[d]`. */
export function latencyFeatures(encoding: Encoding, { family, row }: Point): Float64Array {
  const { intercept, cost, costSquared, family: own, ordinal } = LATENCY_MODEL;
  const { costs, families, ordinalWidth } = encoding;
  const logs = [...row.subarray(0, costs.length)];
  const products = logs.flatMap((left, i) => logs.slice(0, i + 1).map((right) => costSquared * left * right));
  const places = [...row.subarray(costs.length, costs.length + ordinalWidth)];
  return Float64Array.from([
    intercept,
    ...logs.map((value) => cost * value),
    ...products,
    ...families.map((_, index) => (index === family ? own : 0)),
    ...families.flatMap((_, index) => places.map((place) => (index === family ? ordinal * (place - 0.5) : 0))),
  ]);
}

/** `features` as `latencyFeatures` makes them, `latencies` in milliseconds, positive; `undefined`
 * for none. */
export function fitLatency(features: readonly Float64Array[], latencies: readonly number[]): LatencyModel | undefined {
  const n = latencies.length;
  const d = features[0]?.length ?? 0;
  if (n === 0) return undefined;
  const logs = latencies.map(Math.log);
  const centre = logs.reduce((sum, value) => sum + value, 0) / n;
  const y = logs.map((value) => value - centre);
  const gram = new Float64Array(packedLength(d));
  const projected = new Float64Array(d);
  features.forEach((row, index) => {
    for (let i = 0; i < d; i++) {
      if (row[i] === 0) continue;
      projected[i]! += row[i]! * y[index]!;
      for (let j = 0; j <= i; j++) gram[packedLength(i) + j]! += row[i]! * row[j]!;
    }
  });
  const total = y.reduce((sum, value) => sum + value * value, 0);
  let best: { readonly model: LatencyModel; readonly evidence: number } | undefined;
  for (const ratio of LATENCY_MODEL.ratios) {
    const regularised = gram.slice();
    for (let i = 0; i < d; i++) regularised[packedLength(i) + i]! += ratio;
    const factor = cholesky(regularised, d);
    if (!factor) continue;
    const weights = solve(factor, projected);
    const explained = weights.reduce((sum, weight, i) => sum + weight * projected[i]!, 0);
    const misfit = Math.max(0, total - explained) / ratio;
    const variance = (misfit + LATENCY_MODEL.priorScale ** 2) / (n + 1);
    // log |ΦΦᵀ + λI| of [n][n] by that of A; constants are left out.
    const evidence = -0.5 * ((n + 1) * Math.log(variance) + (n - d) * Math.log(ratio) + logDeterminant(factor));
    if (!best || evidence > best.evidence) best = { model: { centre, weights, factor, ratio, variance }, evidence };
  }
  return best?.model;
}

/** Of one more measurement of a student with these features: `[d]`. */
export function predictLatency(
  { centre, weights, factor, ratio, variance }: LatencyModel,
  row: Float64Array,
): LogLatency {
  const mean = centre + weights.reduce((sum, weight, i) => sum + weight * row[i]!, 0);
  const whitened = solveLower(factor, row, new Float64Array(row.length));
  const spread = whitened.reduce((sum, value) => sum + value * value, 0);
  return { mean, deviation: Math.sqrt(variance * ratio * (1 + spread)) };
}

export const testing = { LATENCY_MODEL };

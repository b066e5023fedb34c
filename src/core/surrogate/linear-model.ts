/**
 * Bayesian linear regression on few results: one prior deviation for each feature, the
 * noise-to-signal ratio by marginal likelihood (Rasmussen and Williams 2006, section 2.1, with the
 * signal's variance estimated).
 *
 * | symbol | meaning                                                                              | shape    |
 * | ---    | ---                                                                                  | ---      |
 * | n, d   | results, features                                                                    |          |
 * | Φ      | features times their prior deviations                                                | `[n][d]` |
 * | y      | values less their centre                                                             | `[n]`    |
 * | λ      | noise variance as a share of the signal's                                            |          |
 * | A      | ΦᵀΦ + λI, so that the weights are A⁻¹Φᵀy                                               | `[d][d]` |
 * | s²     | signal's variance: (yᵀy − yᵀΦA⁻¹Φᵀy)/λ over n, with one pseudo-result of `priorScale`    |          |
 */
import { cholesky, logDeterminant, packedLength, solve, solveLower } from '../math/linear-algebra.ts';
import type { Factor } from '../math/linear-algebra.ts';

export interface LinearModel {
  readonly centre: number;
  readonly weights: Float64Array;
  readonly factor: Factor;
  readonly ratio: number;
  /** s² */
  readonly variance: number;
}

export interface LinearPriors {
  /** λ, of which the likeliest is taken. */
  readonly ratios: readonly number[];
  /** What one deviation of the signal is thought to be before there is a result. */
  readonly priorScale: number;
}

export interface LinearPrediction {
  readonly mean: number;
  /** Of one more result: that of the mean and of the noise. */
  readonly deviation: number;
}

/** `rows` `[n][d]`, `values` `[n]`; `undefined` for none. */
export function fitLinear(
  rows: readonly Float64Array[],
  values: readonly number[],
  { ratios, priorScale }: LinearPriors,
): LinearModel | undefined {
  const n = values.length;
  const d = rows[0]?.length ?? 0;
  if (n === 0) return undefined;
  const centre = values.reduce((sum, value) => sum + value, 0) / n;
  const y = values.map((value) => value - centre);
  const gram = new Float64Array(packedLength(d));
  const projected = new Float64Array(d);
  rows.forEach((row, index) => {
    for (let i = 0; i < d; i++) {
      if (row[i] === 0) continue;
      projected[i]! += row[i]! * y[index]!;
      for (let j = 0; j <= i; j++) gram[packedLength(i) + j]! += row[i]! * row[j]!;
    }
  });
  const total = y.reduce((sum, value) => sum + value * value, 0);
  let best: { readonly model: LinearModel; readonly evidence: number } | undefined;
  for (const ratio of ratios) {
    const regularised = gram.slice();
    for (let i = 0; i < d; i++) regularised[packedLength(i) + i]! += ratio;
    const factor = cholesky(regularised, d);
    if (!factor) continue;
    const weights = solve(factor, projected);
    const explained = weights.reduce((sum, weight, i) => sum + weight * projected[i]!, 0);
    const misfit = Math.max(0, total - explained) / ratio;
    const variance = (misfit + priorScale ** 2) / (n + 1);
    // log |ΦΦᵀ + λI| of [n][n] by that of A; constants are left out.
    const evidence = -0.5 * ((n + 1) * Math.log(variance) + (n - d) * Math.log(ratio) + logDeterminant(factor));
    if (!best || evidence > best.evidence) best = { model: { centre, weights, factor, ratio, variance }, evidence };
  }
  return best?.model;
}

/** At features `[d]`. */
export function predictLinear(model: LinearModel, row: Float64Array): LinearPrediction {
  const { centre, weights, factor, ratio, variance } = model;
  const mean = centre + weights.reduce((sum, weight, i) => sum + weight * row[i]!, 0);
  const whitened = solveLower(factor, row, new Float64Array(row.length));
  const spread = whitened.reduce((sum, value) => sum + value * value, 0);
  return { mean, deviation: Math.sqrt(variance * ratio * (1 + spread)) };
}

/** Deviation of the noise alone. */
export const noiseOf = ({ ratio, variance }: Pick<LinearModel, 'ratio' | 'variance'>): number =>
  Math.sqrt(variance * ratio);

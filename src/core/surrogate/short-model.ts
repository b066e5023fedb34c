/**
 * What a whole training will tell of a student that was trained for a few epochs: the earlier task
 * of the two (Kennedy and O'Hagan 2000, equation 1), y = ρ z(x) + δ(x), where z is the short one's
 * own result and δ a linear function of costs and family, learned from students that have both.
 *
 * | symbol | meaning                                                                  | shape |
 * | z      | result of the short training, standardised over all short ones           |       |
 * | y      | result of the whole training, in the same units                           |       |
 * | δ      | β₀ + (ρ − ρ₀) z + γ c + φ_f: costs c, family f                             |       |
 *
 * A family that learns late is behind after few epochs, however good it ends: on the recorded table
 * a straight line leaves .77 points, with costs and families .43, which is a training's own noise.
 * A process for δ instead predicts worse from few pairs (docs/benchmarks.md). [R]
 */
import type { Encoding, Point } from './encoding.ts';
import { fitLinear, noiseOf, predictLinear } from './linear-model.ts';
import type { LinearPrediction } from './linear-model.ts';
import { createStandardiser, toOutput, toValue } from './standardise.ts';

/** [R]: choice of this project. Deviations in those of short results. */
const SHORT_MODEL = Object.freeze({
  /** ρ₀ */
  weight: 0.7,
  /** Prior deviations of β₀, ρ, γ and φ as shares of `priorScale`. */
  intercept: 4,
  slope: 1.2,
  cost: 0.6,
  family: 1,
  ratios: [0.1, 0.4, 1.6],
  priorScale: 0.25,
});

/** A student that was trained for a few epochs; results are oriented so that more is better. */
export interface ShortResult {
  readonly point: Point;
  readonly short: number;
  /** Of its whole training; `undefined` as long as there is none. */
  readonly whole: number | undefined;
}

export interface ShortModel {
  /** Students that have both. */
  readonly pairs: number;
  /** How far a whole training is from what its short one tells, were all else known. */
  readonly noise: number;
  /** Of the whole training of a student with such a short one. */
  readonly predict: (point: Point, short: number) => LinearPrediction;
}

/** Without a student that has both, whole trainings are thought to tell what short ones do. Needs
 * one short result. */
export function fitShort(encoding: Encoding, results: readonly ShortResult[]): ShortModel {
  const { weight, intercept, slope, cost, family: own, ratios, priorScale } = SHORT_MODEL;
  const scale = createStandardiser(results.map(({ short }) => short));
  const { unit } = scale;
  const middle = toValue(scale, 0);
  const featuresOf = ({ family, row }: Point, z: number): Float64Array =>
    Float64Array.from([
      intercept,
      slope * z,
      ...Array.from(row.subarray(0, encoding.costs.length), (value) => cost * value),
      ...encoding.families.map((_, index) => (index === family ? own : 0)),
    ]);
  const rows: Float64Array[] = [];
  const left: number[] = [];
  for (const { point, short, whole } of results) {
    if (whole === undefined) continue;
    const z = toOutput(scale, short);
    rows.push(featuresOf(point, z));
    left.push((whole - middle) / unit - weight * z);
  }
  const model = fitLinear(rows, left, { ratios, priorScale });
  if (!model)
    return { pairs: 0, noise: priorScale * unit, predict: (_, mean) => ({ mean, deviation: priorScale * unit }) };
  return {
    pairs: rows.length,
    noise: noiseOf(model) * unit,
    predict(point, short) {
      const z = toOutput(scale, short);
      const { mean, deviation } = predictLinear(model, featuresOf(point, z));
      return { mean: middle + unit * (weight * z + mean), deviation: unit * deviation };
    },
  };
}

export const testing = { SHORT_MODEL };

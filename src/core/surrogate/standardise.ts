/**
 * From values to the surrogate's outputs: one scale for all families, with bad outliers drawn in.
 *
 * | symbol | meaning                                                                    |
 * | v      | value of the unknown objective, oriented so that more is better             |
 * | z      | output of mean about 0 and variance about 1                                 |
 *
 * z rises with v in two straight pieces that meet at a knee below the median: a diverged student is
 * bad, but how bad says nothing about good ones ("soft winsorisation"). Straight pieces keep
 * expected improvement in closed form.
 */
import { quantileOfSorted } from '../math/quantile.ts';

export interface Standardiser {
  readonly kneeValue: number;
  readonly kneeOutput: number;
  /** Values per output above and below the knee. */
  readonly unit: number;
  readonly lowUnit: number;
  /** No output is lower. */
  readonly floorOutput: number;
}

/**
 * Where the knee lies, in robust deviations under the median, how much flatter outputs fall below
 * it, and by how much (in robust deviations of the output) they may fall at all. [R]
 */
const WINSOR = Object.freeze({ knee: 3, compression: 5, floor: 3 });

function deviation(values: Float64Array, mean: number): number {
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Fits the scale to finite values `[n]`, n >= 1; equal values give unit scale about themselves. */
export function createStandardiser(values: readonly number[]): Standardiser {
  const sorted = Float64Array.from(values).sort();
  const median = quantileOfSorted(sorted, 0.5);
  // The upper half sets the scale: it is where the search is going, and it holds no diverged
  // students. Where many results are nearly equal (a family on a plateau), the way from the tenth
  // worst to the best keeps it from collapsing.
  const upper = (quantileOfSorted(sorted, 0.75) - median) / 0.6745;
  const whole = (quantileOfSorted(sorted, 1) - quantileOfSorted(sorted, 0.1)) / 4;
  const scale = Math.max(upper, whole) || deviation(sorted, median) || 1;
  const kneeValue = median - WINSOR.knee * scale;
  const raw = {
    kneeValue,
    kneeOutput: 0,
    unit: scale,
    lowUnit: WINSOR.compression * scale,
    floorOutput: -WINSOR.floor,
  };
  const drawnIn = sorted.map((value) => toOutput(raw, value));
  const mean = drawnIn.reduce((sum, value) => sum + value, 0) / drawnIn.length;
  const spread = deviation(drawnIn, mean) || 1;
  const unit = spread * scale;
  return {
    kneeValue,
    kneeOutput: -mean / spread,
    unit,
    lowUnit: WINSOR.compression * unit,
    floorOutput: (-WINSOR.floor - mean) / spread,
  };
}

export function toOutput({ kneeValue, kneeOutput, unit, lowUnit, floorOutput }: Standardiser, value: number): number {
  const above = value - kneeValue;
  return above >= 0 ? kneeOutput + above / unit : Math.max(floorOutput, kneeOutput + above / lowUnit);
}

/** The value of an output; of one at the floor, the best that it may stand for. */
export function toValue({ kneeValue, kneeOutput, unit, lowUnit }: Standardiser, output: number): number {
  const above = output - kneeOutput;
  return kneeValue + above * (above >= 0 ? unit : lowUnit);
}

/** Values per output at an output: a small deviation there, in the objective's own units. */
export const unitAt = (scale: Standardiser, output: number): number =>
  output >= scale.kneeOutput ? scale.unit : scale.lowUnit;

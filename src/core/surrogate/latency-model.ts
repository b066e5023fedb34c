/** Latency of students that were not measured, from those that were: Bayesian linear regression of
 * log latency (docs/trade.md, step 9), with one prior deviation for each kind of feature. */
import type { Encoding, Point } from './encoding.ts';
import { fitLinear, predictLinear } from './linear-model.ts';
import type { LinearModel, LinearPrediction } from './linear-model.ts';

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
export const fitLatency = (features: readonly Float64Array[], latencies: readonly number[]): LinearModel | undefined =>
  fitLinear(features, latencies.map(Math.log), LATENCY_MODEL);

/** Of the log of milliseconds: of one more measurement of a student with these features, `[d]`. */
export const predictLatency = (model: LinearModel, features: Float64Array): LinearPrediction =>
  predictLinear(model, features);

export const testing = { LATENCY_MODEL };

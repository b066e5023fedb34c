/** Maximum a posteriori fit of the hyperparameters, warm-started. */
import type { Point } from './encoding.ts';
import { logMarginalLikelihood } from './gp.ts';
import type { Model } from './gp.ts';
import { minimize } from '../math/minimize.ts';
import type { Evaluation } from '../math/minimize.ts';

/** θ stays within so many prior deviations: beyond lies only numerical trouble. */
const WALL = 6;

/** −log p(y | θ) − log p(θ) up to a constant; +∞ outside the walls. */
function negativeLogPosterior(
  { encoding, layout }: Model,
  points: readonly Point[],
  y: Float64Array,
  theta: Float64Array,
): Evaluation {
  const { deviations, count } = layout;
  let prior = 0;
  for (let i = 0; i < count; i++) {
    const scaled = theta[i]! / deviations[i]!;
    if (!(Math.abs(scaled) < WALL)) return { value: Infinity, gradient: () => new Float64Array(count) };
    prior += 0.5 * scaled * scaled;
  }
  const likelihood = logMarginalLikelihood({ encoding, layout }, theta, points, y);
  return {
    value: prior - likelihood.value,
    gradient: () => likelihood.gradient().map((slope, i) => theta[i]! / deviations[i]! ** 2 - slope),
  };
}

/**
 * θ of the higher of two local maxima of the posterior: one reached from `warmStart`, one from the
 * prior's mean (a warm start alone may sit for ever where everything is noise). `evaluations` are
 * shared between both.
 */
export function fitHyperparameters(
  model: Model,
  points: readonly Point[],
  y: Float64Array,
  warmStart: readonly number[] | undefined,
  evaluations: number,
): readonly number[] {
  const { count } = model.layout;
  const objective = (theta: Float64Array): Evaluation => negativeLogPosterior(model, points, y, theta);
  const usable = warmStart?.length === count && warmStart.every(Number.isFinite);
  const starts = usable ? [Float64Array.from(warmStart), new Float64Array(count)] : [new Float64Array(count)];
  const share = Math.ceil(evaluations / starts.length);
  const ends = starts.map((start) =>
    minimize(objective, start, { evaluations: share, valueTolerance: 1e-5, maxStep: 1.5 }),
  );
  const best = ends.reduce((a, b) => (b.value < a.value ? b : a));
  return Number.isFinite(best.value) ? Array.from(best.x) : Array.from({ length: count }, () => 0);
}

export const testing = { negativeLogPosterior };

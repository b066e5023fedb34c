/** Maximum a posteriori fit of the hyperparameters, warm-started. */
import type { Point } from './encoding.ts';
import { createGp, likelihoodGradient, logMarginalLikelihood } from './gp.ts';
import type { Model } from './gp.ts';
import { minimize } from '../math/minimize.ts';

/** θ stays within so many prior deviations: beyond lies only numerical trouble. */
const WALL = 6;

/** −log p(y | θ) − log p(θ) up to a constant, and its gradient written into `gradient`; +∞ outside the walls. */
export function negativeLogPosterior(
  model: Model,
  points: readonly Point[],
  y: Float64Array,
  theta: Float64Array,
  gradient: Float64Array,
): number {
  const { deviations, count } = model.layout;
  let prior = 0;
  for (let i = 0; i < count; i++) {
    const scaled = theta[i]! / deviations[i]!;
    if (!(Math.abs(scaled) < WALL)) return Infinity;
    prior += 0.5 * scaled * scaled;
  }
  const gp = createGp(model, theta, points, y);
  const likelihood = likelihoodGradient(gp);
  for (let i = 0; i < count; i++) gradient[i] = theta[i]! / deviations[i]! ** 2 - likelihood[i]!;
  return prior - logMarginalLikelihood(gp);
}

/**
 * θ of the higher of two local maxima of the posterior: one reached from `warmStart`, one from the prior's mean (a warm
 * start alone may sit for ever where everything is noise). `evaluations` are shared between both.
 */
export function fitHyperparameters(
  model: Model,
  points: readonly Point[],
  y: Float64Array,
  warmStart: readonly number[] | undefined,
  evaluations: number,
): readonly number[] {
  const { count } = model.layout;
  const objective = (theta: Float64Array, gradient: Float64Array): number =>
    negativeLogPosterior(model, points, y, theta, gradient);
  const usable = warmStart?.length === count && warmStart.every(Number.isFinite);
  const starts = usable ? [Float64Array.from(warmStart), new Float64Array(count)] : [new Float64Array(count)];
  const share = Math.ceil(evaluations / starts.length);
  const ends = starts.map((start) =>
    minimize(objective, start, { evaluations: share, valueTolerance: 1e-5, maxStep: 1.5 }),
  );
  const best = ends.reduce((a, b) => (b.value < a.value ? b : a));
  return Number.isFinite(best.value) ? Array.from(best.x) : Array.from({ length: count }, () => 0);
}

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

/** θ of a local maximum of the posterior reached from the better of `warmStart` and the prior's mean. */
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
  const start = usable ? Float64Array.from(warmStart) : new Float64Array(count);
  const fitted = minimize(objective, start, { evaluations, valueTolerance: 1e-5, maxStep: 1.5 });
  return Number.isFinite(fitted.value) ? Array.from(fitted.x) : Array.from({ length: count }, () => 0);
}

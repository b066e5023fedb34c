/**
 * Gaussian process regression with the hierarchical kernel: posterior, marginal likelihood, append,
 * leave-one-out.
 *
 * | symbol | meaning                                     | shape    |
 * | y      | standardised outputs                        | [n]      |
 * | L      | Cholesky factor of K + noise·I              | packed   |
 * | α      | (K + noise·I)⁻¹ y                           | [n]      |
 * | μ, σ²  | posterior mean and variance of the latent f |          |
 *
 * Source of the formulas: Rasmussen and Williams 2006, algorithm 2.1, equations 5.8, 5.9 and
 * 5.10-5.12.
 */
import type { Encoding, Point } from './encoding.ts';
import { unpack } from './hyperparameters.ts';
import type { KernelTerms, Layout } from './hyperparameters.ts';
import { kernelMatrix, kernelVector, priorVariance, scalePoints } from './kernel.ts';
import type { ScaledPoints } from './kernel.ts';
import { kernelGradient } from './kernel-gradient.ts';
import {
  appendRow,
  cholesky,
  inverse,
  logDeterminant,
  packedLength,
  solve,
  solveLower,
} from '../math/linear-algebra.ts';
import type { Factor } from '../math/linear-algebra.ts';
import type { Evaluation } from '../math/minimize.ts';
import { WorkbenchError } from '../errors.ts';

/** The space's encoding and hyperparameter layout: what all surrogates of a run share. */
export interface Model {
  readonly encoding: Encoding;
  readonly layout: Layout;
}

export interface Gp {
  readonly model: Model;
  readonly theta: readonly number[];
  readonly terms: KernelTerms;
  readonly points: readonly Point[];
  readonly scaled: ScaledPoints;
  readonly factor: Factor;
  readonly y: Float64Array;
  readonly alpha: Float64Array;
}

function factorise(packed: Float64Array, n: number): Factor {
  const factor = cholesky(packed, n);
  if (!factor) throw new WorkbenchError('internal', `surrogate: the kernel matrix of ${n} points cannot be factorised`);
  return factor;
}

/** The posterior given all points at once. O(n³). */
export function createGp(model: Model, theta: ArrayLike<number>, points: readonly Point[], y: Float64Array): Gp {
  const terms = unpack(model.layout, theta);
  const scaled = scalePoints(model.encoding, terms, points);
  const factor = factorise(kernelMatrix(model.encoding, terms, scaled), points.length);
  return { model, theta: Array.from(theta), terms, points, scaled, factor, y, alpha: solve(factor, y) };
}

/** The same posterior for other outputs at the same points: O(n²). */
export const withOutputs = (gp: Gp, y: Float64Array): Gp => ({ ...gp, y, alpha: solve(gp.factor, y) });

/**
 * The posterior given one more point, by one more row of the factor: O(n²). `y` holds all outputs,
 * the new one last. Only the newest of a chain of appends may be appended to (they share storage).
 */
export function appendPoint(gp: Gp, point: Point, y: Float64Array): Gp {
  const { model, terms, theta } = gp;
  const n = gp.points.length;
  const points = [...gp.points, point];
  const row = kernelVector(model.encoding, terms, gp.scaled, point, new Float64Array(n + 1));
  row[n] = priorVariance(terms, point.family) + terms.noise;
  const factor = appendRow(gp.factor, row);
  if (!factor) return createGp(model, theta, points, y);
  const scaled = scalePoints(model.encoding, terms, points);
  return { ...gp, points, scaled, factor, y, alpha: solve(factor, y) };
}

/** Condition on the posterior mean at a point whose trial is still running: later proposals keep
 * away from it. */
export function appendPending(gp: Gp, point: Point): Gp {
  const n = gp.points.length;
  const y = new Float64Array(n + 1);
  y.set(gp.y);
  y[n] = posteriorMean(gp, kernelVector(gp.model.encoding, gp.terms, gp.scaled, point, new Float64Array(n)));
  return appendPoint(gp, point, y);
}

/** μ from the kernel vector of a point, O(n). */
export function posteriorMean(gp: Gp, vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < gp.points.length; i++) sum += vector[i]! * gp.alpha[i]!;
  return sum;
}

export interface Posterior {
  readonly mean: number;
  readonly variance: number;
}

/** μ and σ² of the latent function at a point (noise is not in σ²), O(n²). Of many candidates:
 * `cross-cache.ts`. */
export function posterior(gp: Gp, point: Point): Posterior {
  const n = gp.points.length;
  const vector = kernelVector(gp.model.encoding, gp.terms, gp.scaled, point, new Float64Array(n));
  const explained = solveLower(gp.factor, vector, new Float64Array(n));
  const variance = explained.reduce((left, u) => left - u * u, priorVariance(gp.terms, point.family));
  return { mean: posteriorMean(gp, vector), variance: Math.max(variance, 1e-12) };
}

/** log p(y | θ), and ∂ log p(y | θ) / ∂θ, `[layout.count]`, for whoever asks for it. */
export function logMarginalLikelihood(
  { encoding, layout }: Model,
  theta: ArrayLike<number>,
  points: readonly Point[],
  y: Float64Array,
): Evaluation {
  const n = points.length;
  const terms = unpack(layout, theta);
  const scaled = scalePoints(encoding, terms, points);
  const pairs = { squares: new Float64Array(packedLength(n)), likenesses: new Float64Array(packedLength(n)) };
  const factor = factorise(kernelMatrix(encoding, terms, scaled, pairs), n);
  const alpha = solve(factor, y);
  let fit = 0;
  for (let i = 0; i < n; i++) fit += y[i]! * alpha[i]!;
  return {
    value: -0.5 * (fit + logDeterminant(factor) + n * Math.log(2 * Math.PI)),
    gradient() {
      const weights = inverse(factor);
      let position = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++, position++) weights[position] = 0.5 * (alpha[i]! * alpha[j]! - weights[position]!);
      }
      return kernelGradient(encoding, layout, terms, scaled, pairs, weights);
    },
  };
}

/** Leave-one-out predictions of the outputs (noise included), without refitting: equations 5.10 to
 * 5.12. */
export function leaveOneOut(gp: Gp): Posterior[] {
  const precision = inverse(gp.factor);
  return gp.points.map((_, i) => {
    const own = precision[packedLength(i) + i]!;
    return { mean: gp.y[i]! - gp.alpha[i]! / own, variance: 1 / own };
  });
}

/**
 * One joint draw from a Gaussian process at several points.
 *
 * | symbol | meaning                                             | shape    |
 * | m      | points                                              |          |
 * | μ, Σ   | posterior mean and covariance of noisy outputs      | [m]      |
 * | L      | Cholesky factor of Σ; the draw is μ + L z           | packed   |
 */
import type { Rng } from '../../math/rng.ts';
import { cholesky, packedLength, solveLower } from '../../math/linear-algebra.ts';
import type { Point } from '../../surrogate/encoding.ts';
import { posteriorMean } from '../../surrogate/gp.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { kernelMatrix, kernelVector, scalePoints } from '../../surrogate/kernel.ts';

/** `[m]`, noise of a result included, as TuRBO draws. Rasmussen and Williams 2006, equation 2.24
 * and appendix A.2. */
export function drawJointly(gp: Gp, points: readonly Point[], rng: Rng): Float64Array {
  const { encoding } = gp.model;
  const n = gp.points.length;
  const covariance = kernelMatrix(encoding, gp.terms, scalePoints(encoding, gp.terms, points));
  const means = new Float64Array(points.length);
  const explained = points.map((point, i) => {
    const vector = kernelVector(encoding, gp.terms, gp.scaled, point, new Float64Array(n));
    means[i] = posteriorMean(gp, vector);
    return solveLower(gp.factor, vector, new Float64Array(n));
  });
  explained.forEach((own, i) => {
    for (let j = 0; j <= i; j++) {
      const other = explained[j]!;
      let sum = 0;
      for (let k = 0; k < n; k++) sum += own[k]! * other[k]!;
      covariance[packedLength(i) + j]! -= sum;
    }
  });
  const factor = cholesky(covariance, points.length);
  const normals = Float64Array.from(points, () => rng.normal());
  if (!factor) return means; // rounding left no positive matrix: the points are as good as known
  return means.map((mean, i) => {
    let value = mean;
    for (let j = 0; j <= i; j++) value += factor.values[packedLength(i) + j]! * normals[j]!;
    return value;
  });
}

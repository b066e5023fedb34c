/**
 * How good images are by what a classifier makes of them: after the Inception score (Salimans et
 * al. 2016) and the Fréchet Inception distance (Heusel et al. 2017), by the workbench's own
 * classifier. So they are called IS-c and FD-c, and compare with no published number.
 *
 * | symbol  | meaning                                                               | shape        |
 * | p       | probabilities of the classes of each image                            | `[n][c]`     |
 * | f       | penultimate features of each image                                    | `[n][d]`     |
 * | m, S    | mean of f and its covariance, divided by n − 1                        | `[d]`, `[d][d]` |
 *
 * IS-c = exp(mean over images of KL(p(·|image) || mean p)): from 1 to c
 * FD-c = |m1 − m2|² + tr(S1 + S2 − 2 (S1^½ S2 S1^½)^½)
 */
import { squareRoot } from '../math/symmetric.ts';

/** Added to both covariances' eigenvalues under the root: with fewer images than features they are
 * singular. */
const RIDGE = 1e-9;

/** `probabilities` `[n][classes]`. A class without any chance adds nothing. */
export function classifierScore(probabilities: Float32Array, classes: number): number {
  const n = probabilities.length / classes;
  const mean = new Float64Array(classes);
  probabilities.forEach((value, at) => (mean[at % classes]! += value / n));
  let sum = 0;
  probabilities.forEach((value, at) => {
    if (value > 0) sum += value * Math.log(value / mean[at % classes]!);
  });
  return Math.exp(sum / n);
}

export interface Moments {
  readonly mean: Float64Array;
  /** Row-major. */
  readonly covariance: Float64Array;
}

/** Of features `[n][width]`, n at least 2. */
export function momentsOf(features: Float32Array, width: number): Moments {
  const n = features.length / width;
  const mean = new Float64Array(width);
  features.forEach((value, at) => (mean[at % width]! += value / n));
  const covariance = new Float64Array(width * width);
  const row = new Float64Array(width);
  for (let image = 0; image < n; image++) {
    for (let i = 0; i < width; i++) row[i] = features[image * width + i]! - mean[i]!;
    for (let i = 0; i < width; i++) {
      for (let j = i, at = i * width + i; j < width; j++, at++) covariance[at]! += (row[i]! * row[j]!) / (n - 1);
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[i * width + j] = covariance[j * width + i]!;
  return { mean, covariance };
}

/** FD-c: 0 for the same moments, never below. */
export function frechetDistance(one: Moments, other: Moments): number {
  const d = one.mean.length;
  const root = squareRoot(one.covariance, d, RIDGE);
  const between = squareRoot(product(product(root, other.covariance, d), root, d), d, RIDGE ** 2);
  const apart = one.mean.reduce((sum, value, i) => sum + (value - other.mean[i]!) ** 2, 0);
  const trace = (matrix: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += matrix[i * d + i]!;
    return sum;
  };
  return Math.max(0, apart + trace(one.covariance) + trace(other.covariance) - 2 * trace(between));
}

function product(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < d; k++) {
      const factor = a[i * d + k]!;
      for (let j = 0; j < d; j++) out[i * d + j]! += factor * b[k * d + j]!;
    }
  }
  return out;
}

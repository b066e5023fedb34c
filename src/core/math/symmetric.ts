/**
 * Symmetric matrices: eigenvalues by Jacobi's rotations, and square roots by them.
 *
 * | symbol | meaning                                                   | shape      |
 * | A      | symmetric; what stands below the diagonal is not read     | `[n][n]`   |
 * | w, V   | eigenvalues, and eigenvectors as columns: A = V diag(w) Vᵀ | `[n]`, `[n][n]` |
 *
 * Source: Golub and Van Loan, Matrix Computations (1996), section 8.4 (cyclic Jacobi).
 */

export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Sweeps over all pairs; ten settle a matrix of a hundred rows. */
const MOST_SWEEPS = 60;
/** What is left beside the diagonal, by the size of all. */
const SETTLED = 1e-30;

/** In no order. Throws a RangeError where a number of it is none. */
function eigenSymmetric(matrix: Float64Array, n: number): Eigen {
  const a = symmetrised(matrix, n);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const total = a.reduce((sum, value) => sum + value * value, 0);
  if (!Number.isFinite(total)) throw new RangeError('eigenSymmetric: the matrix has numbers that are none');
  for (let sweep = 0; sweep < MOST_SWEEPS && beside(a, n) > SETTLED * total; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors };
}

/** The symmetric square root of A + ridge · I; eigenvalues below 0, which rounding makes, count as
 * 0. */
export function squareRoot(matrix: Float64Array, n: number, ridge = 0): Float64Array {
  const { values, vectors } = eigenSymmetric(matrix, n);
  const roots = values.map((value) => Math.sqrt(Math.max(0, value + ridge)));
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += vectors[i * n + k]! * roots[k]! * vectors[j * n + k]!;
      out[i * n + j] = out[j * n + i] = sum;
    }
  }
  return out;
}

function symmetrised(matrix: Float64Array, n: number): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) a[i * n + j] = a[j * n + i] = matrix[i * n + j]!;
  return a;
}

/** Sum of squares above the diagonal. */
function beside(a: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) sum += a[i * n + j]! ** 2;
  return sum;
}

/** Turns rows and columns p and q so that what they share becomes 0. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const shared = a[p * n + q]!;
  if (shared === 0) return;
  const half = (a[q * n + q]! - a[p * n + p]!) / (2 * shared);
  const t = (half >= 0 ? 1 : -1) / (Math.abs(half) + Math.sqrt(half * half + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [left, right] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * left - s * right;
    a[k * n + q] = s * left + c * right;
  }
  for (let k = 0; k < n; k++) {
    const [upper, lower] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * upper - s * lower;
    a[q * n + k] = s * upper + c * lower;
    const [left, right] = [vectors[k * n + p]!, vectors[k * n + q]!];
    vectors[k * n + p] = c * left - s * right;
    vectors[k * n + q] = s * left + c * right;
  }
}

export const testing = { eigenSymmetric };

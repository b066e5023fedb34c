/**
 * Dense linear algebra for Gaussian processes: Cholesky factors that grow row by row.
 *
 * | symbol | meaning                                            | shape                          |
 * | n      | number of rows                                     |                                |
 * | A      | symmetric positive definite matrix                 | [n][n], row-major              |
 * | L      | lower triangle with A + jitter I = L Lᵀ            | packed: row i starts at i(i+1)/2 |
 * | b, x   | right-hand side, solution                          | [n]                            |
 *
 * Rows are packed, so that appending a row never moves the others, and a factor built by appends is bit for bit the
 * one built at once: a resumed run computes what the unbroken one did.
 */

/** Packed lower triangle; `values` may be longer than needed, and its rows past `n` are free for `appendRow`. */
export interface Factor {
  readonly n: number;
  readonly values: Float64Array;
  /** What was added to the diagonal to make the matrix positive definite. */
  readonly jitter: number;
}

export const packedLength = (n: number): number => (n * (n + 1)) / 2;

/** First thing tried is no jitter at all; each next one is a hundred times the last (relative to the mean diagonal). */
const JITTERS = [0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2] as const;

/**
 * Writes row n of the factor from the new matrix row `row` (`[n+1]`, diagonal last); false when the matrix so extended
 * is not positive definite. O(n²).
 */
function writeRow(values: Float64Array, n: number, row: ArrayLike<number>, jitter: number): boolean {
  const start = packedLength(n);
  let diagonal = (row[n] ?? NaN) + jitter;
  const limit = 1e-14 * diagonal;
  for (let j = 0; j < n; j++) {
    const rowJ = packedLength(j);
    let sum = row[j] ?? NaN;
    for (let k = 0; k < j; k++) sum -= values[start + k]! * values[rowJ + k]!;
    const value = sum / values[rowJ + j]!;
    values[start + j] = value;
    diagonal -= value * value;
  }
  if (!(diagonal > limit)) return false;
  values[start + n] = Math.sqrt(diagonal);
  return true;
}

/** L with A + jitter I = L Lᵀ for a packed lower triangle of A, `[n(n+1)/2]`. `undefined` when even 1 % jitter fails. */
export function cholesky(packed: Float64Array, n: number): Factor | undefined {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += packed[packedLength(i) + i]!;
  const scale = n === 0 ? 1 : trace / n;
  if (!Number.isFinite(trace)) return undefined;
  const values = new Float64Array(packed.length);
  for (const relative of JITTERS) {
    const jitter = relative * scale;
    let row = 0;
    while (row < n && writeRow(values, row, packed.subarray(packedLength(row), packedLength(row + 1)), jitter)) row++;
    if (row === n) return { n, values, jitter };
  }
  return undefined;
}

/**
 * The factor of the matrix grown by one row (`[n+1]`, diagonal last), in O(n²); `undefined` when that needs a new jitter.
 * Storage is shared with `factor` where there is room, so only the newest factor of a chain may be appended to.
 */
export function appendRow(factor: Factor, row: ArrayLike<number>): Factor | undefined {
  const { n, jitter } = factor;
  let values = factor.values;
  if (values.length < packedLength(n + 1)) {
    values = new Float64Array(packedLength(n + 1 + Math.max(16, n >> 2)));
    values.set(factor.values.subarray(0, packedLength(n)));
  }
  return writeRow(values, n, row, jitter) ? { n: n + 1, values, jitter } : undefined;
}

/** x with L x = b, written into `out` (which may be `b`). O(n²). */
export function solveLower(factor: Factor, b: Float64Array, out: Float64Array): Float64Array {
  const { n, values } = factor;
  let start = 0;
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= values[start + k]! * out[k]!;
    out[i] = sum / values[start + i]!;
    start += i + 1;
  }
  return out;
}

/** x with Lᵀ x = b, written into `out` (which may be `b`). O(n²). */
export function solveUpper(factor: Factor, b: Float64Array, out: Float64Array): Float64Array {
  const { n, values } = factor;
  if (out !== b) out.set(b.subarray(0, n));
  for (let i = n - 1; i >= 0; i--) {
    const start = packedLength(i);
    const x = out[i]! / values[start + i]!;
    out[i] = x;
    for (let k = 0; k < i; k++) out[k]! -= values[start + k]! * x;
  }
  return out;
}

/** x with L Lᵀ x = b, as a new `[n]`. */
export function solve(factor: Factor, b: Float64Array): Float64Array {
  const x = solveLower(factor, b, new Float64Array(factor.n));
  return solveUpper(factor, x, x);
}

/** log det(A + jitter I). */
export function logDeterminant(factor: Factor): number {
  let sum = 0;
  for (let i = 0; i < factor.n; i++) sum += Math.log(factor.values[packedLength(i) + i]!);
  return 2 * sum;
}

/** (A + jitter I)⁻¹ as a packed lower triangle. O(n³/2): rows of L⁻¹ first, then their products. */
export function inverse(factor: Factor): Float64Array {
  const { n, values } = factor;
  // Column j of L⁻¹, stored as a row so that all inner loops run over neighbouring memory.
  const columns = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const column = j * n;
    columns[column + j] = 1 / values[packedLength(j) + j]!;
    for (let i = j + 1; i < n; i++) {
      const start = packedLength(i);
      let sum = 0;
      for (let k = j; k < i; k++) sum -= values[start + k]! * columns[column + k]!;
      columns[column + i] = sum / values[start + i]!;
    }
  }
  const result = new Float64Array(packedLength(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += columns[i * n + k]! * columns[j * n + k]!;
      result[packedLength(i) + j] = sum;
    }
  }
  return result;
}

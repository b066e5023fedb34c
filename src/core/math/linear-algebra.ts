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
 * Forward substitution over the rows `[from, to)` of a packed lower triangle: x[i] = (b[i] − Σ L[i][k] x[k]) / L[i][i], the sum
 * over k from `origin` (below it x is 0) to i − 1. x[i] stands in `x[at + i]`, and those before `from` are there already. Four
 * rows at a time read x once and wait for no sum of each other; each sum runs in the order of k, as it would alone.
 */
export function substitute(
  lower: Float64Array,
  b: Float64Array,
  x: Float64Array,
  at: number,
  origin: number,
  from: number,
  to: number,
): void {
  let i = from;
  for (; i + 3 < to; i += 4) {
    const [row0, row1, row2, row3] = [packedLength(i), packedLength(i + 1), packedLength(i + 2), packedLength(i + 3)];
    let sum0 = b[i]!;
    let sum1 = b[i + 1]!;
    let sum2 = b[i + 2]!;
    let sum3 = b[i + 3]!;
    for (let k = origin; k < i; k++) {
      const known = x[at + k]!;
      sum0 -= lower[row0 + k]! * known;
      sum1 -= lower[row1 + k]! * known;
      sum2 -= lower[row2 + k]! * known;
      sum3 -= lower[row3 + k]! * known;
    }
    const x0 = sum0 / lower[row0 + i]!;
    const x1 = (sum1 - lower[row1 + i]! * x0) / lower[row1 + i + 1]!;
    const x2 = (sum2 - lower[row2 + i]! * x0 - lower[row2 + i + 1]! * x1) / lower[row2 + i + 2]!;
    const rest = sum3 - lower[row3 + i]! * x0 - lower[row3 + i + 1]! * x1 - lower[row3 + i + 2]! * x2;
    x[at + i] = x0;
    x[at + i + 1] = x1;
    x[at + i + 2] = x2;
    x[at + i + 3] = rest / lower[row3 + i + 3]!;
  }
  for (; i < to; i++) {
    const row = packedLength(i);
    let sum = b[i]!;
    for (let k = origin; k < i; k++) sum -= lower[row + k]! * x[at + k]!;
    x[at + i] = sum / lower[row + i]!;
  }
}

/**
 * Writes row n of the factor from the new matrix row `row` (`[n+1]`, diagonal last); false when the matrix so extended
 * is not positive definite. O(n²).
 */
function writeRow(values: Float64Array, n: number, row: Float64Array, jitter: number): boolean {
  const start = packedLength(n);
  let diagonal = (row[n] ?? NaN) + jitter;
  const limit = 1e-14 * diagonal;
  substitute(values, row, values, start, 0, 0, n);
  for (let j = 0; j < n; j++) diagonal -= values[start + j]! * values[start + j]!;
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
export function appendRow(factor: Factor, row: Float64Array): Factor | undefined {
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
  substitute(factor.values, b, out, 0, 0, 0, factor.n);
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
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit[j] = 1;
    substitute(values, unit, columns, j * n, j, j, n);
    unit[j] = 0;
  }
  const result = new Float64Array(packedLength(n));
  for (let i = 0; i < n; i++) {
    const own = i * n;
    const row = packedLength(i);
    let j = 0;
    for (; j + 3 <= i; j += 4) {
      const [other0, other1, other2, other3] = [j * n, (j + 1) * n, (j + 2) * n, (j + 3) * n];
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let k = i; k < n; k++) {
        const value = columns[own + k]!;
        sum0 += value * columns[other0 + k]!;
        sum1 += value * columns[other1 + k]!;
        sum2 += value * columns[other2 + k]!;
        sum3 += value * columns[other3 + k]!;
      }
      result[row + j] = sum0;
      result[row + j + 1] = sum1;
      result[row + j + 2] = sum2;
      result[row + j + 3] = sum3;
    }
    for (; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += columns[own + k]! * columns[j * n + k]!;
      result[row + j] = sum;
    }
  }
  return result;
}

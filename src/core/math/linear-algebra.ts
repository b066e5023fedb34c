/**
 * Dense linear algebra for Gaussian processes: Cholesky factors that grow row by row.
 *
 * | symbol | meaning                                            | shape                          |
 * | n      | number of rows                                     |                                |
 * | A      | symmetric positive definite matrix                 | [n][n], row-major              |
 * | L      | lower triangle with A + jitter I = L Lᵀ            | packed: row i starts at i(i+1)/2 |
 * | b, x   | right-hand side, solution                          | [n]                            |
 *
 * Rows are packed, so that appending a row never moves the others, and a factor built by appends is
 * bit for bit the one built at once: a resumed run computes what the unbroken one did.
 */

/** Packed lower triangle; `values` may be longer than needed, and its rows past `n` are free for
 * `appendRow`. */
export interface Factor {
  readonly n: number;
  readonly values: Float64Array;
  /** What was added to the diagonal to make the matrix positive definite. */
  readonly jitter: number;
}

export const packedLength = (n: number): number => (n * (n + 1)) / 2;

/** First thing tried is no jitter at all; each next one is a hundred times the last (relative to
 * the mean diagonal). */
const JITTERS = [0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2] as const;

/** What is left of a diagonal entry must be more than this share of it. */
const TINY = 1e-14;

/**
 * Forward substitution over the rows `[from, to)` of a packed lower triangle: x[i] = (b[i] − Σ
 * L[i][k] x[k]) / L[i][i], the sum over k from `origin` (below it x is 0) to i − 1. x[i] stands in
 * `x[at + i]`, and those before `from` are there already. Four rows at a time read x once and wait
 * for no sum of each other; each sum runs in the order of k, as it would alone.
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
 * Writes row n of the factor from the new matrix row `row` (`[n+1]`, diagonal last); false when the
 * matrix so extended is not positive definite. O(n²).
 */
function writeRow(values: Float64Array, n: number, row: Float64Array, jitter: number): boolean {
  const start = packedLength(n);
  substitute(values, row, values, start, 0, 0, n);
  values[start + n] = (row[n] ?? NaN) + jitter;
  return writeDiagonal(values, n);
}

/** The diagonal entry of a row whose other entries are those of the factor already; false when it
 * has none. */
function writeDiagonal(values: Float64Array, i: number): boolean {
  const row = packedLength(i);
  let diagonal = values[row + i]!;
  const limit = TINY * diagonal;
  for (let k = 0; k < i; k++) diagonal -= values[row + k]! * values[row + k]!;
  if (!(diagonal > limit)) return false;
  values[row + i] = Math.sqrt(diagonal);
  return true;
}

/**
 * Turns a packed matrix into its factor, two columns at a time and in four rows at once; false when
 * it is not positive definite. Each sum runs in the order in which `writeRow` has it.
 */
function factorise(values: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j += 2) {
    if (!writeDiagonal(values, j)) return false;
    if (j + 1 === n) break;
    const left = packedLength(j);
    const right = packedLength(j + 1);
    substitute(values, values.subarray(right), values, right, 0, j, j + 1);
    if (!writeDiagonal(values, j + 1)) return false;
    const pivot = values[left + j]!;
    const between = values[right + j]!;
    const second = values[right + j + 1]!;
    let i = j + 2;
    for (; i + 3 < n; i += 4) {
      const row0 = packedLength(i);
      const row1 = packedLength(i + 1);
      const row2 = packedLength(i + 2);
      const row3 = packedLength(i + 3);
      let a0 = values[row0 + j]!;
      let a1 = values[row1 + j]!;
      let a2 = values[row2 + j]!;
      let a3 = values[row3 + j]!;
      let b0 = values[row0 + j + 1]!;
      let b1 = values[row1 + j + 1]!;
      let b2 = values[row2 + j + 1]!;
      let b3 = values[row3 + j + 1]!;
      for (let k = 0; k < j; k++) {
        const a = values[left + k]!;
        const b = values[right + k]!;
        const x0 = values[row0 + k]!;
        const x1 = values[row1 + k]!;
        const x2 = values[row2 + k]!;
        const x3 = values[row3 + k]!;
        a0 -= x0 * a;
        a1 -= x1 * a;
        a2 -= x2 * a;
        a3 -= x3 * a;
        b0 -= x0 * b;
        b1 -= x1 * b;
        b2 -= x2 * b;
        b3 -= x3 * b;
      }
      values[row0 + j] = a0 /= pivot;
      values[row1 + j] = a1 /= pivot;
      values[row2 + j] = a2 /= pivot;
      values[row3 + j] = a3 /= pivot;
      values[row0 + j + 1] = (b0 - a0 * between) / second;
      values[row1 + j + 1] = (b1 - a1 * between) / second;
      values[row2 + j + 1] = (b2 - a2 * between) / second;
      values[row3 + j + 1] = (b3 - a3 * between) / second;
    }
    for (; i < n; i++) {
      const row = packedLength(i);
      let a = values[row + j]!;
      let b = values[row + j + 1]!;
      for (let k = 0; k < j; k++) {
        a -= values[row + k]! * values[left + k]!;
        b -= values[row + k]! * values[right + k]!;
      }
      values[row + j] = a /= pivot;
      values[row + j + 1] = (b - a * between) / second;
    }
  }
  return true;
}

/** L with A + jitter I = L Lᵀ for a packed lower triangle of A, `[n(n+1)/2]`. `undefined` when even
 * 1 % jitter fails. */
export function cholesky(packed: Float64Array, n: number): Factor | undefined {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += packed[packedLength(i) + i]!;
  const scale = n === 0 ? 1 : trace / n;
  if (!Number.isFinite(trace)) return undefined;
  const values = new Float64Array(packed.length);
  for (const relative of JITTERS) {
    const jitter = relative * scale;
    values.set(packed);
    for (let i = 0; i < n; i++) values[packedLength(i) + i]! += jitter;
    if (factorise(values, n)) return { n, values, jitter };
  }
  return undefined;
}

/**
 * The factor of the matrix grown by one row (`[n+1]`, diagonal last), in O(n²); `undefined` when
 * that needs a new jitter. Storage is shared with `factor` where there is room, so only the newest
 * factor of a chain may be appended to.
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
function solveUpper(factor: Factor, b: Float64Array, out: Float64Array): Float64Array {
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

/**
 * Forward substitution of the unit vectors `first` to `first` + 3 at once, two rows at a time: x of
 * the vector `first` + c is written into `out` from `(first + c)·n + first` on, its rows `first` to
 * n − 1. Above a vector's one there is nothing but zeros.
 */
function invertColumns(lower: Float64Array, n: number, first: number, out: Float64Array): void {
  const at0 = first * n;
  const at1 = (first + 1) * n;
  const at2 = (first + 2) * n;
  const at3 = (first + 3) * n;
  for (let i = first; i < n; i += 2) {
    const above = packedLength(i);
    const below = packedLength(i + 1);
    let a0 = i === first ? 1 : 0;
    let a1 = i === first + 1 ? 1 : 0;
    let a2 = i === first + 2 ? 1 : 0;
    let a3 = i === first + 3 ? 1 : 0;
    let b0 = 0;
    let b1 = i === first ? 1 : 0;
    let b2 = 0;
    let b3 = i === first + 2 ? 1 : 0;
    const hasBelow = i + 1 < n;
    const under = hasBelow ? below : above; // of the last of an odd number of rows: computed twice, written once
    for (let k = first; k < i; k++) {
      const a = lower[above + k]!;
      const b = lower[under + k]!;
      const x0 = out[at0 + k]!;
      const x1 = out[at1 + k]!;
      const x2 = out[at2 + k]!;
      const x3 = out[at3 + k]!;
      a0 -= a * x0;
      a1 -= a * x1;
      a2 -= a * x2;
      a3 -= a * x3;
      b0 -= b * x0;
      b1 -= b * x1;
      b2 -= b * x2;
      b3 -= b * x3;
    }
    const diagonal = lower[above + i]!;
    out[at0 + i] = a0 /= diagonal;
    out[at1 + i] = a1 /= diagonal;
    out[at2 + i] = a2 /= diagonal;
    out[at3 + i] = a3 /= diagonal;
    if (!hasBelow) break;
    const between = lower[below + i]!;
    const next = lower[below + i + 1]!;
    out[at0 + i + 1] = (b0 - between * a0) / next;
    out[at1 + i + 1] = (b1 - between * a1) / next;
    out[at2 + i + 1] = (b2 - between * a2) / next;
    out[at3 + i + 1] = (b3 - between * a3) / next;
  }
}

/** (A + jitter I)⁻¹ as a packed lower triangle. O(n³/3): L⁻¹ first, then the products of its
 * columns. */
export function inverse(factor: Factor): Float64Array {
  const { n, values } = factor;
  // Column j of L⁻¹, stored as a row so that all inner loops run over neighbouring memory; zeros
  // past the last, so that four can be taken at a time.
  const columns = new Float64Array((n + 4) * n);
  for (let j = 0; j < n; j += 4) invertColumns(values, n, j, columns);
  const result = new Float64Array(packedLength(n));
  for (let i = 0; i < n; i += 2) {
    const above = i * n;
    const below = (i + 1) * n;
    for (let j = 0; j <= i + 1; j += 4) {
      const at0 = j * n;
      const at1 = (j + 1) * n;
      const at2 = (j + 2) * n;
      const at3 = (j + 3) * n;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (let k = i; k < n; k++) {
        const a = columns[above + k]!;
        const b = columns[below + k]!;
        const x0 = columns[at0 + k]!;
        const x1 = columns[at1 + k]!;
        const x2 = columns[at2 + k]!;
        const x3 = columns[at3 + k]!;
        a0 += a * x0;
        a1 += a * x1;
        a2 += a * x2;
        a3 += a * x3;
        b0 += b * x0;
        b1 += b * x1;
        b2 += b * x2;
        b3 += b * x3;
      }
      writeUpTo(result, i, j, a0, a1, a2, a3);
      if (i + 1 < n) writeUpTo(result, i + 1, j, b0, b1, b2, b3);
    }
  }
  return result;
}

/** Entries j to j + 3 of row i of a packed triangle, as far as it has them. */
function writeUpTo(packed: Float64Array, i: number, j: number, a: number, b: number, c: number, d: number): void {
  const row = packedLength(i);
  if (j <= i) packed[row + j] = a;
  if (j + 1 <= i) packed[row + j + 1] = b;
  if (j + 2 <= i) packed[row + j + 2] = c;
  if (j + 3 <= i) packed[row + j + 3] = d;
}

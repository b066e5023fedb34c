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

/** What `takeProducts` sums up: of the first row with each of the four, then of the second. */
const sums = new Float64Array(8);

/**
 * Takes from `sums` the products of two rows with four others, term by term in the order of k, from
 * `from` to `to` - 1: Σ_k p[a + k] q[x0 + k] from the first, and so on. Eight sums at a time read
 * each number once and wait for no sum of each other.
 */
function takeProducts(
  p: Float64Array,
  a: number,
  b: number,
  q: Float64Array,
  x0: number,
  x1: number,
  x2: number,
  x3: number,
  from: number,
  to: number,
): void {
  let [a0, a1, a2, a3] = [sums[0]!, sums[1]!, sums[2]!, sums[3]!];
  let [b0, b1, b2, b3] = [sums[4]!, sums[5]!, sums[6]!, sums[7]!];
  for (let k = from; k < to; k++) {
    const first = p[a + k]!;
    const second = p[b + k]!;
    const q0 = q[x0 + k]!;
    const q1 = q[x1 + k]!;
    const q2 = q[x2 + k]!;
    const q3 = q[x3 + k]!;
    a0 -= first * q0;
    a1 -= first * q1;
    a2 -= first * q2;
    a3 -= first * q3;
    b0 -= second * q0;
    b1 -= second * q1;
    b2 -= second * q2;
    b3 -= second * q3;
  }
  sums[0] = a0;
  sums[1] = a1;
  sums[2] = a2;
  sums[3] = a3;
  sums[4] = b0;
  sums[5] = b1;
  sums[6] = b2;
  sums[7] = b3;
}

/**
 * Turns a packed matrix into its factor, two columns at a time and in four rows at once; false when
 * it is not positive definite. Each sum runs in the order in which `appendRow` has it.
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
    for (let i = j + 2; i < n; i += 4) {
      // Past the last row there is the last again: it comes to the same.
      const row0 = packedLength(i);
      const row1 = i + 1 < n ? row0 + i + 1 : row0;
      const row2 = i + 2 < n ? row1 + i + 2 : row1;
      const row3 = i + 3 < n ? row2 + i + 3 : row2;
      sums[0] = values[row0 + j]!;
      sums[1] = values[row1 + j]!;
      sums[2] = values[row2 + j]!;
      sums[3] = values[row3 + j]!;
      sums[4] = values[row0 + j + 1]!;
      sums[5] = values[row1 + j + 1]!;
      sums[6] = values[row2 + j + 1]!;
      sums[7] = values[row3 + j + 1]!;
      takeProducts(values, left, right, values, row0, row1, row2, row3, 0, j);
      for (let c = 0, row = row0; c < 4 && i + c < n; c++, row += i + c) {
        const a = sums[c]! / pivot;
        values[row + j] = a;
        values[row + j + 1] = (sums[4 + c]! - a * between) / second;
      }
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
  const start = packedLength(n);
  substitute(values, row, values, start, 0, 0, n);
  values[start + n] = (row[n] ?? NaN) + jitter;
  return writeDiagonal(values, n) ? { n: n + 1, values, jitter } : undefined;
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
  const at = first * n;
  for (let i = first; i < n; i += 2) {
    const above = packedLength(i);
    const hasBelow = i + 1 < n;
    const below = hasBelow ? packedLength(i + 1) : above; // past the last: computed twice, written once
    sums.fill(0);
    if (i < first + 4) sums[i - first] = sums[5 + i - first] = 1;
    takeProducts(lower, above, below, out, at, at + n, at + 2 * n, at + 3 * n, first, i);
    const diagonal = lower[above + i]!;
    for (let c = 0, place = at + i; c < 4; c++, place += n) {
      const a = sums[c]! / diagonal;
      out[place] = a;
      if (hasBelow) out[place + 1] = (sums[4 + c]! - lower[below + i]! * a) / lower[below + i + 1]!;
    }
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
    for (let j = 0; j <= i + 1; j += 4) {
      sums.fill(0);
      takeProducts(columns, i * n, (i + 1) * n, columns, j * n, (j + 1) * n, (j + 2) * n, (j + 3) * n, i, n);
      for (let row = i; row < Math.min(i + 2, n); row++) {
        // Entries j to j + 3 of the row, as far as it has them.
        for (let c = 0; c < 4 && j + c <= row; c++) result[packedLength(row) + j + c] = 0 - sums[4 * (row - i) + c]!;
      }
    }
  }
  return result;
}

/**
 * Sums over the columns of one row and each of many others: what kernels and their gradients are
 * made of.
 *
 * | symbol | meaning                                                                  | shape           |
 * | row    | begins at `offset` of its array                                          | `[stride]`      |
 * | rows   | the others, one after the other                                          | `[n][stride]`   |
 * | chosen | which of them count; of each, a sum is written to its place in the order | `[count]`       |
 */

/** ‖x − x'‖² of two rows that begin at i and j, over the columns `from` to `to` - 1. */
export function squaredDistance(
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  from: number,
  to: number,
): number {
  let sum = 0;
  for (let column = from; column < to; column++) {
    const difference = a[i + column]! - b[j + column]!;
    sum += difference * difference;
  }
  return sum;
}

/**
 * Over the columns `first` to `last` - 1, Σ (x_j − x'_j)² and Σ 1 / (1 + ρ (x_j − x'_j)²), ρ being
 * the sharpness: into `squares` and `likenesses`.
 */
export function addSquares(
  row: Float64Array,
  offset: number,
  rows: Float64Array,
  stride: number,
  first: number,
  last: number,
  sharpness: number,
  chosen: Int32Array,
  count: number,
  squares: Float64Array,
  likenesses: Float64Array,
): void {
  for (let k = 0; k < count; k++) {
    const place = chosen[k]! * stride;
    let sum = 0;
    let alike = 0;
    for (let column = first; column < last; column++) {
      const difference = row[offset + column]! - rows[place + column]!;
      const part = difference * difference;
      sum += part;
      alike += 1 / (1 + sharpness * part);
    }
    squares[k] = sum;
    likenesses[k] = alike;
  }
}

/**
 * Over the columns from `first` on, one for each of the rates: into `mismatches` Σ rate_j 1[x_j ≠
 * x'_j], and to `likenesses` it adds the number of columns that agree.
 */
export function addMismatches(
  row: Float64Array,
  offset: number,
  rows: Float64Array,
  stride: number,
  first: number,
  rates: Float64Array,
  chosen: Int32Array,
  count: number,
  mismatches: Float64Array,
  likenesses: Float64Array,
): void {
  const last = first + rates.length;
  for (let k = 0; k < count; k++) {
    const place = chosen[k]! * stride;
    let alike = likenesses[k]!;
    let apart = 0;
    for (let column = first; column < last; column++) {
      if (row[offset + column] !== rows[place + column]) apart += rates[column - first]!;
      else alike++;
    }
    mismatches[k] = apart;
    likenesses[k] = alike;
  }
}

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
 * the sharpness: into `squares` and `likenesses`, which are as long as the next multiple of four.
 * Four rows at a time read the one row once and wait for no sum of each other.
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
  for (let k = 0; k < count; k += 4) {
    // Past the last there is the last again: what it adds up to is not read.
    const final = count - 1;
    const place0 = chosen[k]! * stride;
    const place1 = chosen[Math.min(k + 1, final)]! * stride;
    const place2 = chosen[Math.min(k + 2, final)]! * stride;
    const place3 = chosen[Math.min(k + 3, final)]! * stride;
    let square0 = 0;
    let square1 = 0;
    let square2 = 0;
    let square3 = 0;
    let alike0 = 0;
    let alike1 = 0;
    let alike2 = 0;
    let alike3 = 0;
    for (let column = first; column < last; column++) {
      const x = row[offset + column]!;
      const difference0 = x - rows[place0 + column]!;
      const difference1 = x - rows[place1 + column]!;
      const difference2 = x - rows[place2 + column]!;
      const difference3 = x - rows[place3 + column]!;
      const part0 = difference0 * difference0;
      const part1 = difference1 * difference1;
      const part2 = difference2 * difference2;
      const part3 = difference3 * difference3;
      square0 += part0;
      square1 += part1;
      square2 += part2;
      square3 += part3;
      alike0 += 1 / (1 + sharpness * part0);
      alike1 += 1 / (1 + sharpness * part1);
      alike2 += 1 / (1 + sharpness * part2);
      alike3 += 1 / (1 + sharpness * part3);
    }
    squares[k] = square0;
    squares[k + 1] = square1;
    squares[k + 2] = square2;
    squares[k + 3] = square3;
    likenesses[k] = alike0;
    likenesses[k + 1] = alike1;
    likenesses[k + 2] = alike2;
    likenesses[k + 3] = alike3;
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

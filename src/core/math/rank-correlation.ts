/** Spearman's rank correlation. */

/**
 * ρ of two lists `[n]`: Pearson's correlation of their ranks, equal values sharing the mean of
 * theirs. NaN with fewer than two pairs, or where one list is constant.
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  // Ranks average (n − 1) / 2, ties or none.
  const centre = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((rank, i) => {
    const [dx, dy] = [rank - centre, (y[i] ?? NaN) - centre];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xy / Math.sqrt(xx * yy);
}

function ranks(values: readonly number[]): readonly number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = new Array<number>(values.length).fill(0);
  for (let start = 0, end; start < order.length; start = end) {
    end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let k = start; k < end; k++) result[order[k]!] = (start + end - 1) / 2;
  }
  return result;
}

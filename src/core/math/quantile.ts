/** Quantiles between order statistics (type 7 of Hyndman and Fan 1996); NaN of none. */

/** Quantile `share` in [0, 1] of values `[n]` in any order. */
export function quantile(values: ArrayLike<number>, share: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), share);
}

/** The same of values `[n]` that ascend. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
  return below + (place - Math.floor(place)) * (above - below);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

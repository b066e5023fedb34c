/**
 * Paired bootstrap of a mean difference, and Holm's correction for several of them.
 *
 * symbol   meaning                                                          shape
 * d        differences of pairs (same seed, two strategies)                 [n]
 * m*       mean of n draws from d with replacement                          [B]
 * p        smallest level at which the percentile interval leaves out 0
 *
 * Sources: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3 (percentile
 * interval); Davison and Hinkley, Bootstrap Methods and their Application (1997), equation 4.11
 * (the added one); Holm, Scandinavian Journal of Statistics 6 (1979), 65-70. Its p cannot fall
 * below 2^(1-n), the least that an exact test over the 2^n signs of the pairs can give: resampling
 * a handful of pairs of one sign would claim any significance.
 */
import { createRng } from './rng.ts';
import { quantileOfSorted } from './quantile.ts';

export interface BootstrapResult {
  readonly mean: number;
  /** Bounds of the percentile interval. */
  readonly lower: number;
  readonly upper: number;
  /** Two-sided; never below 2 / (B + 1), nor below 2^(1-n). */
  readonly p: number;
}

export interface BootstrapOptions {
  /** Same seed, same draws. */
  readonly seed?: number;
  /** B */
  readonly resamples?: number;
  /** Coverage of the interval. */
  readonly level?: number;
}

/**
 * `differences` `[n]`; all NaN and p = 1 of none. A percentile interval of few pairs is too narrow:
 * who claims something by it says of how many.
 */
export function pairedBootstrap(differences: readonly number[], options: BootstrapOptions = {}): BootstrapResult {
  const { seed = 1, resamples = 10_000, level = 0.95 } = options;
  const count = differences.length;
  if (count === 0) return { mean: NaN, lower: NaN, upper: NaN, p: 1 };
  const rng = createRng(seed);
  const means = new Float64Array(resamples);
  for (let b = 0; b < resamples; b += 1) {
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += differences[rng.int(count)] ?? NaN;
    means[b] = sum / count;
  }
  means.sort();
  const atMostZero = means.filter((mean) => mean <= 0).length;
  const atLeastZero = means.filter((mean) => mean >= 0).length;
  const tail = (1 - level) / 2;
  return {
    mean: differences.reduce((sum, difference) => sum + difference, 0) / count,
    lower: quantileOfSorted(means, tail),
    upper: quantileOfSorted(means, 1 - tail),
    p: Math.min(1, Math.max(2 ** (1 - count), (2 * (1 + Math.min(atMostZero, atLeastZero))) / (resamples + 1))),
  };
}

/** Adjusted p values `[m]`, in the order given: a family of tests at level a rejects those at or
 * below a. */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((left, right) => left.p - right.p);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach(({ p, index }, rank) => {
    largest = Math.min(1, Math.max(largest, p * (pValues.length - rank)));
    adjusted[index] = largest;
  });
  return adjusted;
}

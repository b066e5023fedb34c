/**
 * Intervals and tests of a few independent units (seeds, landscapes), exact where it can be.
 *
 * symbol    meaning                                                                       shape
 * d         differences, one an independent unit                                           [n]
 * p         share of the 2^n ways of giving d its signs whose mean is as far out as d's
 */
import { holm } from '../../src/core/math/paired-bootstrap.ts';

/** 97.5 % quantiles of Student's t by degrees of freedom, from 1; of more, that of the normal. */
const T_975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const NORMAL_975 = 1.96;
/** Of more, 2^n ways are too many to list. */
const MOST_UNITS = 20;
/** Sums of the same numbers in another order differ by rounding. */
const TIE = 1e-12;

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export interface Interval {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** Mean of d and its 95 % t-interval; without bounds for fewer than two units. */
export function meanInterval(d: readonly number[]): Interval {
  const mean = meanOf(d);
  if (d.length < 2) return { mean, lower: -Infinity, upper: Infinity };
  const variance = d.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (d.length - 1);
  const half = (T_975[d.length - 2] ?? NORMAL_975) * Math.sqrt(variance / d.length);
  return { mean, lower: mean - half, upper: mean + half };
}

/** Two-sided p of the exact sign-flip test that d is symmetric about 0; 1 of none. `d` `[n]`, n at
 * most 20. */
export function signFlip(d: readonly number[]): number {
  const observed = Math.abs(sum(d));
  return shareOfFlips(d, (flipped) => Math.abs(flipped) >= observed - TIE);
}

/** One-sided: that d lies above 0. */
function signFlipAbove(d: readonly number[]): number {
  const observed = sum(d);
  return shareOfFlips(d, (flipped) => flipped >= observed - TIE);
}

/** Two one-sided sign-flip tests that d lies within ± `margin`: the larger of their p. */
export const equivalence = (d: readonly number[], margin: number): number =>
  Math.max(signFlipAbove(d.map((value) => margin + value)), signFlipAbove(d.map((value) => margin - value)));

/** p of each sign-flip test, corrected together by Holm. */
export const signFlipFamily = (all: readonly (readonly number[])[]): readonly number[] => holm(all.map(signFlip));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function shareOfFlips(d: readonly number[], isFar: (flipped: number) => boolean): number {
  if (d.length > MOST_UNITS) throw new RangeError(`${d.length} units are too many to list their signs`);
  const ways = 2 ** d.length;
  let far = 0;
  for (let way = 0; way < ways; way++) {
    if (isFar(d.reduce((total, value, i) => total + ((way >> i) & 1 ? -value : value), 0))) far++;
  }
  return far / ways;
}

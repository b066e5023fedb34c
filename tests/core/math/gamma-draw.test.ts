/** Gamma draws against moments in closed form, and their slopes against differences of the CDF. */
import { describe, expect, test } from 'vitest';
import { drawGamma } from '../../../src/core/math/gamma-draw.ts';
import type { GammaDraw } from '../../../src/core/math/gamma-draw.ts';
import { createRng } from '../../../src/core/math/rng.ts';

const SHAPES = [0.1, 0.2, 0.5, 1, 2, 5, 10];
const DRAWS = 60_000;

const drawsOf = (shape: number): readonly GammaDraw[] => {
  const rng = createRng(7);
  return Array.from({ length: DRAWS }, () => drawGamma(shape, rng));
};
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** By Stirling's series at 20 or more (Abramowitz and Stegun 6.1.41). */
function logGamma(x: number): number {
  if (x < 20) return logGamma(x + 1) - Math.log(x);
  const z = 1 / (x * x);
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z / 1680))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

/** F(x) by its power series (Abramowitz and Stegun 6.5.29), which converges everywhere. */
function cdf(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let n = 1; term > sum * 1e-17; n += 1) sum += term *= x / (shape + n);
  return sum * Math.exp(shape * Math.log(x) - x - logGamma(shape));
}

/** d log x / d shape along the quantiles: -dF/dshape / (x f), of the exact distribution. */
function exactSlope(shape: number, x: number): number {
  const h = 1e-4 * shape;
  const byShape = (cdf(shape + h, x) - cdf(shape - h, x)) / (2 * h);
  return -byShape / Math.exp(shape * Math.log(x) - x - logGamma(shape));
}

describe.each(SHAPES)('Gamma(%f)', (shape) => {
  const draws = drawsOf(shape).toSorted((a, b) => a.log - b.log);

  // A boost applied to the wrong shape, or a wrong constant, moves mean or variance.
  test('is drawn with mean and variance of its shape', () => {
    const values = draws.map(({ log }) => Math.exp(log));
    const mean = meanOf(values);
    // Four deviations of the mean, and of the variance.
    expect(Math.abs(mean - shape)).toBeLessThan(4 * Math.sqrt(shape / DRAWS));
    const variance = meanOf(values.map((value) => (value - mean) ** 2));
    expect(Math.abs(variance - shape)).toBeLessThan(4 * Math.sqrt((6 * shape + 2 * shape ** 2) / DRAWS));
  });

  // In expectation over equal values both are the same slope. One that misses the method's
  // constants or the boost is off by much more somewhere. The method's own bias is 1.6 % at most.
  test('has slopes as differences of its CDF say, in each tenth of the draws', () => {
    const size = DRAWS / 10;
    for (let tenth = 0; tenth < 10; tenth += 1) {
      // Of smaller ones the CDF underflows.
      const some = draws.slice(tenth * size, (tenth + 1) * size).filter(({ log }) => log > -600);
      const exact = meanOf(some.filter((_, i) => i % 20 === 0).map(({ log }) => exactSlope(shape, Math.exp(log))));
      const ratio = meanOf(some.map(({ slope }) => slope)) / exact;
      expect(Math.abs(ratio - 1), `tenth ${tenth}: ${ratio}`).toBeLessThan(0.03);
    }
  });
});

test.each([0, -1, NaN, Infinity])('a shape of %d is refused', (shape) => {
  expect(() => drawGamma(shape, createRng(1))).toThrow(/shape must be positive/);
});

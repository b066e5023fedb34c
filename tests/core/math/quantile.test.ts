import { describe, expect, it } from 'vitest';
import { median, quantile, quantileOfSorted } from '../../../src/core/math/quantile.ts';

describe('quantiles', () => {
  it('lie between order statistics as numpy.quantile has them by default (type 7)', () => {
    // numpy 2.3: np.quantile([3, 1, 4, 1, 5], [0, .25, .5, .9, 1])
    const values = [3, 1, 4, 1, 5];
    expect([0, 0.25, 0.5, 0.9, 1].map((share) => quantile(values, share))).toEqual([1, 1, 3, 4.6, 5]);
    expect(quantileOfSorted([1, 1, 3, 4, 5], 0.9)).toBeCloseTo(4.6, 12);
  });

  it('of an even number takes the middle of the two in the middle, not the upper one', () => {
    expect(median([4, 1, 2, 10])).toBe(3);
  });

  it('of nothing are no number, and values stay in their order', () => {
    expect(median([])).toBeNaN();
    const values = [2, 1];
    median(values);
    expect(values).toEqual([2, 1]);
  });
});

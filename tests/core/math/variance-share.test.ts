import { describe, expect, test } from 'vitest';
import { varianceShare } from '../../../src/core/math/variance-share.ts';

describe('the share of the variance that levels account for', () => {
  // By hand: means 2 and 5, SSB = 13.5, SSW = 4, n = 6, k = 2: (13.5 - 4/4) / 17.5.
  test('is Kelley’s epsilon squared', () => {
    expect(varianceShare([1, 2, 3, 4, 5, 6], ['a', 'a', 'a', 'b', 'b', 'b'])).toBeCloseTo(12.5 / 17.5, 12);
  });

  test('is all of it where the level decides, and none where it does not', () => {
    expect(varianceShare([1, 1, 7, 7], [0, 0, 1, 1])).toBe(1);
    expect(varianceShare([1, 2, 1, 2], [0, 0, 1, 1])).toBe(0);
  });

  test('does not depend on the unit', () => {
    const [values, levels] = [
      [1, 5, 2, 8, 3],
      ['x', 'y', 'x', 'y', 'y'],
    ];
    const other = values.map((value) => 1000 * value - 3);
    expect(varianceShare(other, levels)).toBeCloseTo(varianceShare(values, levels), 12);
  });

  test('is no number where nothing can be told: one level, a level a value, equal values', () => {
    expect(varianceShare([1, 2, 3], [0, 0, 0])).toBeNaN();
    expect(varianceShare([1, 2, 3], [0, 1, 2])).toBeNaN();
    expect(varianceShare([2, 2, 2], [0, 0, 1])).toBeNaN();
  });
});

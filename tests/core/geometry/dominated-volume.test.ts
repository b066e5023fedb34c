/** What corners dominate alone and together; all volumes by hand in the box below (10, 10). */
import { describe, expect, it } from 'vitest';
import { exclusiveVolumes, widestSubset } from '../../../src/core/geometry/dominated-volume.ts';

describe('what would be lost without a corner', () => {
  const r = [10, 10];

  it('is what it alone dominates', () => {
    // (2, 6) has (2..4) x (6..10), (4, 3) has (4..10) x (3..6) and (4..7) x (6..10) behind it, and
    // so on along the staircase.
    expect(exclusiveVolumes([[2, 6], [4, 3], [7, 1]], r)).toEqual([2 * 4, 3 * 3, 3 * 2]); // prettier-ignore
  });

  it('is nothing of a corner that stands there twice, or that is on the edge of the reference or beyond', () => {
    expect(exclusiveVolumes([[2, 6], [2, 6], [1, 10], [11, 0]], r)).toEqual([0, 0, 0, 0]); // prettier-ignore
    expect(exclusiveVolumes([[1, 10], [2, 6]], r)).toEqual([0, 8 * 4]); // prettier-ignore
  });
});

describe('the widest subset', () => {
  const behind = (corners: readonly (readonly number[])[]): readonly number[] =>
    corners[0]!.map((_, j) => {
      const worst = Math.max(...corners.map((corner) => corner[j]!));
      return worst + 0.1 * Math.abs(worst);
    });

  it('is what Optuna chooses of a front, from a reference a tenth worse than the worst values', () => {
    const points = [
      [1, 9],
      [2, 7],
      [4, 4],
      [7, 3],
      [9, 1],
      [3, 5.5],
      [8, 2],
    ];
    expect(widestSubset(points, behind(points), 4)).toEqual([2, 1, 6, 5]);
    const three = [
      [-0.9, 100, 5],
      [-0.8, 50, 6],
      [-0.7, 60, 1],
      [-0.85, 90, 3],
      [-0.6, 10, 2],
    ];
    expect(widestSubset(three, behind(three), 4)).toEqual([2, 4, 3, 1]);
  });
});

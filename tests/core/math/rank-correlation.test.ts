import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { rankCorrelation } from '../../../src/core/math/rank-correlation.ts';

describe('rank correlation', () => {
  it('is 1 under any rising map and −1 under any falling one', () => {
    const values = [3, -1, 10, 0.5, 7];
    expect(
      rankCorrelation(
        values,
        values.map((value) => Math.exp(value)),
      ),
    ).toBeCloseTo(1, 14);
    expect(
      rankCorrelation(
        values,
        values.map((value) => -(value ** 3)),
      ),
    ).toBeCloseTo(-1, 14);
  });

  it('is 1 − 6 Σd² / n(n² − 1) without ties (Spearman 1904)', () => {
    const rng = createRng(2);
    const a = rng.shuffle([...Array(9).keys()]);
    const b = rng.shuffle([...Array(9).keys()]);
    const distance = a.reduce((sum, rank, i) => sum + (rank - b[i]!) ** 2, 0);
    expect(rankCorrelation(a, b)).toBeCloseTo(1 - (6 * distance) / (9 * 80), 12);
  });

  it('gives equal values the mean of their ranks: ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3', () => {
    // Pearson by hand: Σxy = 4.5, Σx² = 4.5, Σy² = 5.
    expect(rankCorrelation([1, 2, 2, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
  });

  it('is NaN where there is nothing to rank', () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(rankCorrelation([1], [2])).toBeNaN();
    expect(rankCorrelation([], [])).toBeNaN();
  });
});

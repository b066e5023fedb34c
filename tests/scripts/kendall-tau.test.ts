import { describe, expect, it } from 'vitest';
import { kendallTau } from '../../scripts/record-table/kendall-tau.ts';

describe("Kendall's tau", () => {
  it('is 1 under any rising map and −1 under any falling one, ties kept', () => {
    const values = [3, -1, 10, 0.5, 7, 7];
    const rising = values.map((value) => Math.exp(value));
    expect(kendallTau(values, rising)).toBeCloseTo(1, 14);
    const falling = values.map((value) => -value);
    expect(kendallTau(values, falling)).toBeCloseTo(-1, 14);
  });

  it('is 1 − 2 · inversions / pairs without ties', () => {
    // 3 1 2 has two inversions of three pairs.
    expect(kendallTau([0, 1, 2], [3, 1, 2])).toBeCloseTo(1 - (2 * 2) / 3, 14);
  });

  it('agrees with SciPy 1.17 (scipy.stats.kendalltau) where both lists have ties of their own', () => {
    expect(kendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.4714045207910316, 14);
    expect(kendallTau([1, 1, 2, 3, 3, 3, 5], [2, 1, 2, 2, 4, 4, 1])).toBeCloseTo(0.18190171877724973, 12);
  });

  it('is NaN where nothing is ordered', () => {
    expect(kendallTau([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(kendallTau([1], [2])).toBeNaN();
    expect(kendallTau([1, NaN], [2, 3])).toBeNaN();
  });
});

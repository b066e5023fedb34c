/** Tests and intervals of a few units against closed forms, and fronts compared in points. */
import { describe, expect, it } from 'vitest';
import { meanAdvantage, offerWithin, sharedLimits, spacedLimits } from '../../scripts/study/limits.ts';
import { equivalence, meanInterval, signFlip, signFlipFamily } from '../../scripts/study/statistics.ts';

const range = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('the sign-flip test', () => {
  it('of n differences of one sign has p = 2 / 2^n: of five it can never pass .05, of eight it can', () => {
    for (const n of [1, 2, 5, 8]) expect(signFlip(range(n))).toBe(2 / 2 ** n);
    expect(signFlip(range(8).map((value) => -value))).toBe(2 / 256);
    expect(signFlip(range(5))).toBeGreaterThan(0.05);
  });

  it('counts every way that is as far out, ties by rounding among them', () => {
    // Sums of ±1 ±2 ±4: 1, 3, 5, 7 and their opposites. 1 + 2 - 4 = -1 is the least far: all are
    // as far.
    expect(signFlip([1, 2, -4])).toBe(1);
    // 4 + 1 - 2 = 3: of eight ways 7, 5, 3 and their opposites.
    expect(signFlip([1, -2, 4])).toBe(6 / 8);
    // .1 + .2 - .3 is 0 but for rounding.
    expect(signFlip([0.1, 0.2, -0.3])).toBe(1);
    expect(signFlip([0, 0])).toBe(1);
    expect(signFlip([])).toBe(1);
  });

  it('is corrected by Holm: the least of three p counts three times, and none falls below the one before', () => {
    const three = signFlipFamily([range(8), range(7), [1, -1]]);
    expect(three).toEqual([3 * (2 / 256), 2 * (2 / 128), 1]);
  });

  it('refuses units of whom it could not list the signs', () => {
    expect(() => signFlip(range(21))).toThrow(RangeError);
  });
});

describe('equivalence', () => {
  it('is shown by differences within the margin on both sides: p is the worse side, 1 / 2^n at best', () => {
    expect(
      equivalence(
        Array.from({ length: 8 }, () => 0),
        0.15,
      ),
    ).toBe(1 / 256);
    expect(
      equivalence(
        Array.from({ length: 8 }, () => 0.14),
        0.15,
      ),
    ).toBe(1 / 256);
    // Beyond the margin nothing is shown: all signs are turned.
    expect(
      equivalence(
        Array.from({ length: 8 }, () => 0.2),
        0.15,
      ),
    ).toBe(1);
    expect(
      equivalence(
        Array.from({ length: 8 }, () => -0.2),
        0.15,
      ),
    ).toBe(1);
    // Two of three lie .05 within the upper margin, one .05 beyond it: sums of ±.05 of at least
    // .05 are 1 + 3 of 8.
    expect(equivalence([0.1, 0.1, 0.2], 0.15)).toBe(4 / 8);
  });
});

describe("Student's interval", () => {
  it('has the half width t s / sqrt(n), and no bounds of one unit', () => {
    const { mean, lower, upper } = meanInterval([1, 3]);
    expect(mean).toBe(2);
    expect(upper - mean).toBeCloseTo(12.706, 12);
    expect(mean - lower).toBeCloseTo(12.706, 12);
    expect(meanInterval([5])).toEqual({ mean: 5, lower: -Infinity, upper: Infinity });
  });
});

describe('fronts in points', () => {
  const one = [
    { params: 10, told: 0.6, score: 0.5 },
    { params: 900, told: 0.9, score: 0.8 },
  ];

  it('offer within a limit what was told to be best, and its score, even where that is worse', () => {
    const front = [...one, { params: 100, told: 0.95, score: 0.4 }];
    expect([9, 10, 99, 100, 1e6].map((limit) => offerWithin(front, limit))).toEqual([NaN, 0.5, 0.5, 0.4, 0.4]);
  });

  it('are held against each other at limits that are evenly spaced in their logarithm, ends included', () => {
    const limits = spacedLimits(10, 1000, 3);
    expect(limits[0]).toBe(10);
    expect(limits[1]).toBeCloseTo(100, 10);
    expect(limits[2]).toBe(1000);
    // From where both offer something to the dearest student of either.
    expect(sharedLimits([one, [{ params: 100, told: 1, score: 1 }]], 2)).toEqual([100, 900]);
  });

  it('differ by the mean over limits: half of them at .2, half at -.1', () => {
    // Limits 10, 100, 1000 and 10^4 of fronts that change at 1000.
    const first = [...one, { params: 10_000, told: 0.91, score: 0.8 }];
    const second = [
      { params: 10, told: 0.6, score: 0.3 },
      { params: 900, told: 0.9, score: 0.9 },
    ];
    expect(meanAdvantage(first, second, 4)).toBeCloseTo((2 * 0.2 - 2 * 0.1) / 4, 12);
    expect(meanAdvantage(first, first, 30)).toBe(0);
  });
});

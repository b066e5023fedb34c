import { describe, expect, it } from 'vitest';
import { holm, pairedBootstrap } from '../../../src/core/math/paired-bootstrap.ts';

describe('the paired bootstrap of a mean', () => {
  it('has an interval of no width around equal differences, and the smallest p there is', () => {
    const { mean, lower, upper, p } = pairedBootstrap(Array(20).fill(-0.25), { resamples: 999 });
    expect([mean, lower, upper]).toEqual([-0.25, -0.25, -0.25]);
    expect(p).toBe(2 / 1000);
  });

  it('is never surer of few pairs than an exact test of their signs: five of one sign are 2 of 32', () => {
    expect(pairedBootstrap([1, 2, 3, 4, 5]).p).toBe(1 / 16);
    expect(pairedBootstrap([3]).p).toBe(1);
  });

  it('finds the tail that can be counted: of {-1, 2, 2} a mean of 0 or less takes two or three draws of -1', () => {
    // P(two or three of three draws are the first) = 3 * (1/3)^2 * (2/3) + (1/3)^3 = 7/27; both
    // tails: 14/27.
    const { p } = pairedBootstrap([-1, 2, 2], { resamples: 40_000 });
    // Three standard deviations of a share of 40,000 draws.
    expect(Math.abs(p - 14 / 27)).toBeLessThan(2 * 3 * Math.sqrt(((7 / 27) * (20 / 27)) / 40_000));
  });

  it('has the quantiles of the normal distribution for many pairs: mean ± 1.96 s / sqrt(n)', () => {
    const differences = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : -1) + 0.05);
    const { lower, upper } = pairedBootstrap(differences);
    expect(lower).toBeCloseTo(0.05 - 1.96 / 20, 2);
    expect(upper).toBeCloseTo(0.05 + 1.96 / 20, 2);
  });

  it('says the same of the same seed, and turns its sign with the pairs', () => {
    const differences = [0.3, -0.1, 0.2, 0.5];
    const there = pairedBootstrap(differences, { seed: 7 });
    const back = pairedBootstrap(
      differences.map((difference) => -difference),
      { seed: 7 },
    );
    expect(pairedBootstrap(differences, { seed: 7 })).toEqual(there);
    expect(back.lower).toBeCloseTo(-there.upper, 12);
    expect(back.p).toBe(there.p);
  });

  it('claims nothing of no pairs', () => {
    expect(pairedBootstrap([])).toEqual({ mean: NaN, lower: NaN, upper: NaN, p: 1 });
  });
});

describe("Holm's correction", () => {
  it('is that of R 4.3, p.adjust(c(.01, .04, .03, .005), "holm")', () => {
    const adjusted = [0.03, 0.06, 0.06, 0.02];
    holm([0.01, 0.04, 0.03, 0.005]).forEach((p, index) => expect(p).toBeCloseTo(adjusted[index] ?? NaN, 12));
  });

  it('never passes one, and leaves a single test alone', () => {
    expect(holm([0.7, 0.9])).toEqual([1, 1]);
    expect(holm([0.04])).toEqual([0.04]);
    expect(holm([])).toEqual([]);
  });
});

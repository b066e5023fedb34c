import { describe, expect, it } from 'vitest';
import { testing } from '../../../src/core/math/normal.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { calibrate, INTERVALS, logScore } from '../../../src/core/surrogate/calibration.ts';

const { cdf } = testing;

const rng = createRng(8);
const draw = (claimed: number, shift = 0) =>
  Array.from({ length: 4000 }, () => ({ mean: 2, deviation: claimed, outcome: 2 + shift + 0.5 * rng.normal() }));
const coverage = (claimed: number): readonly number[] => calibrate(draw(claimed))!.coverage.map(({ share }) => share);

describe('calibration', () => {
  it('holds intervals to the widths that the normal distribution gives their levels', () => {
    for (const { level, width } of INTERVALS) expect(cdf(width) - cdf(-width)).toBeCloseTo(level, 7);
  });

  it('finds the claimed shares where the deviations are right', () => {
    const { bias, spread } = calibrate(draw(0.5))!;
    coverage(0.5).forEach((share, i) => expect(Math.abs(share - INTERVALS[i]!.level)).toBeLessThan(0.03));
    expect(Math.abs(spread - 1)).toBeLessThan(0.04);
    expect(Math.abs(bias)).toBeLessThan(0.06);
  });

  it('tells overconfidence, timidity and a shift apart', () => {
    coverage(0.2).forEach((share, i) => expect(share).toBeLessThan(INTERVALS[i]!.level - 0.1));
    expect(coverage(1.5)[0]).toBeGreaterThan(0.9);
    const shifted = calibrate(draw(0.5, 0.5))!;
    expect(Math.abs(shifted.bias - 1)).toBeLessThan(0.06);
    const score = (claimed: number): number => calibrate(draw(claimed))!.logScore;
    expect(score(0.5)).toBeGreaterThan(score(0.2));
    expect(score(0.5)).toBeGreaterThan(score(1.5));
  });

  it('leaves out pairs that say nothing, and has no answer without any', () => {
    const good = { mean: 0, deviation: 1, outcome: 0 };
    expect(calibrate([good, { ...good, outcome: NaN }, { ...good, deviation: 0 }])?.count).toBe(1);
    expect(calibrate([])).toBeUndefined();
    expect(calibrate([good])?.rankCorrelation).toBeNaN();
    expect(logScore(good)).toBeCloseTo(-0.5 * Math.log(2 * Math.PI), 14);
  });
});

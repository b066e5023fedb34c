import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { calibrate, logScore } from '../../../src/core/surrogate/calibration.ts';

const rng = createRng(8);
const draw = (claimed: number) =>
  Array.from({ length: 4000 }, () => ({ mean: 2, deviation: claimed, outcome: 2 + 0.5 * rng.normal() }));

describe('calibration', () => {
  it('finds the normal shares where the deviations are right', () => {
    const { withinOne, withinTwo, spread } = calibrate(draw(0.5))!;
    expect(Math.abs(withinOne - 0.6827)).toBeLessThan(0.03);
    expect(Math.abs(withinTwo - 0.9545)).toBeLessThan(0.015);
    expect(Math.abs(spread - 1)).toBeLessThan(0.04);
  });

  it('scores overconfidence and timidity below the truth', () => {
    const score = (claimed: number): number => calibrate(draw(claimed))!.logScore;
    expect(score(0.5)).toBeGreaterThan(score(0.2));
    expect(score(0.5)).toBeGreaterThan(score(1.5));
  });

  it('leaves out pairs that say nothing, and has no answer without any', () => {
    const good = { mean: 0, deviation: 1, outcome: 0 };
    expect(calibrate([good, { ...good, outcome: NaN }, { ...good, deviation: 0 }])?.count).toBe(1);
    expect(calibrate([])).toBeUndefined();
    expect(logScore(good)).toBeCloseTo(-0.5 * Math.log(2 * Math.PI), 14);
  });
});

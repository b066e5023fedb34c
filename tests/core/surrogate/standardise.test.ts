import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/math/rng.ts';
import { createStandardiser, toOutput, toValue } from '../../../src/core/surrogate/standardise.ts';

const rng = createRng(4);
const values = Array.from({ length: 60 }, () => 0.9 + 0.02 * rng.normal());

const outputs = (of: readonly number[]): number[] => {
  const scale = createStandardiser(of);
  return of.map((value) => toOutput(scale, value));
};

describe('standardised outputs', () => {
  it('have mean 0 and variance 1', () => {
    const z = outputs(values);
    const mean = z.reduce((sum, value) => sum + value, 0) / z.length;
    expect(mean).toBeCloseTo(0, 10);
    expect(z.reduce((sum, value) => sum + value * value, 0) / z.length).toBeCloseTo(1, 10);
  });

  it('do not depend on the unit or the origin of the values', () => {
    const moved = outputs(values.map((value) => 100 * value - 7));
    outputs(values).forEach((z, i) => expect(moved[i]).toBeCloseTo(z, 8));
  });

  it('keep the good ones apart when a few students diverge, however badly', () => {
    const spreadOfBest = (bad: number): number => {
      const z = outputs([...values, bad, bad]);
      return Math.max(...z) - z[0]!;
    };
    expect(spreadOfBest(-1e6)).toBeGreaterThan(0.6 * spreadOfBest(0.85));
    expect(spreadOfBest(-1e90)).toBeCloseTo(spreadOfBest(-1e6), 6);
  });

  it('go back to their values on both sides of the knee', () => {
    const scale = createStandardiser(values);
    for (const value of [0.8, 0.87, scale.kneeValue, 0.9, 0.95])
      expect(toValue(scale, toOutput(scale, value))).toBeCloseTo(value, 12);
    expect(toOutput(scale, scale.kneeValue - 1e-9)).toBeLessThan(toOutput(scale, scale.kneeValue + 1e-9));
  });

  it('are all the same for equal values, and of a single one', () => {
    expect(outputs([0.5, 0.5, 0.5])).toEqual([0, 0, 0].map(() => outputs([0.5])[0]));
    expect(Number.isFinite(outputs([0.5])[0])).toBe(true);
  });
});

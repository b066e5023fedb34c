import { describe, expect, it } from 'vitest';
import { readSurrogateOracle } from '../../oracle/read-surrogate.ts';
import { inverseLogCdf, logAddExp, logCdf, logExpectedImprovement, testing } from '../../../src/core/math/normal.ts';

const { cdf, erfc, logH, pdf } = testing;

const relative = (value: number, expected: number): number =>
  Math.abs(value - expected) / Math.max(1e-300, Math.abs(expected));

describe('the normal distribution against mpmath at 60 digits', () => {
  for (const { z, logCdf: expectedCdf, logH: expectedH, erfc: expectedErfc } of readSurrogateOracle().normal) {
    it(`log Φ, log h and erfc at ${z}`, () => {
      expect(relative(logCdf(z), expectedCdf)).toBeLessThan(1e-12);
      expect(relative(logH(z), expectedH)).toBeLessThan(1e-12);
      // Above 4 the probability is 1 to so many digits that z is hardly in it.
      if (z < 4) expect(inverseLogCdf(expectedCdf)).toBeCloseTo(z, 9);
      if (expectedErfc > 1e-300) expect(relative(erfc(z), expectedErfc)).toBeLessThan(1e-13);
    });
  }
});

describe('identities', () => {
  it('Φ(z) + Φ(−z) = 1 and Φ is exp(log Φ)', () => {
    for (const z of [-6, -1.5, -0.2, 0, 0.7, 3]) {
      expect(cdf(z) + cdf(-z)).toBeCloseTo(1, 15);
      expect(Math.exp(logCdf(z))).toBeCloseTo(cdf(z), 14);
    }
  });

  it('h(z) − h(−z) = z', () => {
    for (const z of [0.3, 1.2, 4]) expect(Math.exp(logH(z)) - Math.exp(logH(-z))).toBeCloseTo(z, 12);
  });

  it('log h has no step where its branches meet', () => {
    for (const z of [-1, -100]) {
      const slope = (logH(z + 2e-6) - logH(z - 2e-6)) / 4e-6;
      // h' = Φ, so (log h)' = Φ/h
      expect(relative(slope, Math.exp(logCdf(z) - logH(z)))).toBeLessThan(1e-5);
    }
  });

  it('the improvement of a certain value is the plain one, and EI stays finite where it underflows', () => {
    expect(logExpectedImprovement(3, 0, 1)).toBe(Math.log(2));
    expect(logExpectedImprovement(1, 0, 3)).toBe(-Infinity);
    expect(logExpectedImprovement(0, 1, 60)).toBeLessThan(-1800);
    expect(logExpectedImprovement(0, 1, 60)).toBeGreaterThan(logExpectedImprovement(0, 1, 61));
    expect(logExpectedImprovement(0, 1, 0)).toBeCloseTo(Math.log(pdf(0)), 14);
  });

  it('logAddExp survives what exp cannot', () => {
    expect(logAddExp(-1000, -1000)).toBeCloseTo(-1000 + Math.LN2, 12);
    expect(logAddExp(-Infinity, -Infinity)).toBe(-Infinity);
    expect(logAddExp(-Infinity, 2)).toBe(2);
  });
});

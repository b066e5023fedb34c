/** Expected improvement of a reward against simulation, and the identity that ties it to plain
 * expected improvement. */
import { describe, expect, it } from 'vitest';
import { createExpectedReward } from '../../../src/core/acquisition/expected-reward.ts';
import { logGainOf } from '../../../src/core/acquisition/improvement-terms.ts';
import { logExpectedImprovement } from '../../../src/core/math/normal.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { toValue } from '../../../src/core/surrogate/standardise.ts';
import type { Standardiser } from '../../../src/core/surrogate/standardise.ts';

const bent: Standardiser = { kneeValue: 0.7, kneeOutput: -0.5, unit: 0.1, lowUnit: 0.5, floorOutput: -1e9 };

describe('expected improvement of a reward', () => {
  it('is that of simulated values and costs, with the level on either side of the knee', () => {
    const rng = createRng(12);
    const count = 60_000;
    for (const [best, factors, mean, deviation] of [
      [0.8, [1.1], 0.5, 0.8],
      [0.8, [1.3, 1.1, 0.9], 0.2, 1],
      [0.5, [0.95, 0.7], -0.8, 0.6],
    ] as const) {
      let [sum, squares] = [0, 0];
      for (let i = 0; i < count; i++) {
        const factor = factors[i % factors.length]!;
        const gain = Math.max(0, factor * toValue(bent, mean + deviation * rng.normal()) - best);
        sum += gain;
        squares += gain * gain;
      }
      const average = sum / count;
      const error = Math.sqrt((squares / count - average ** 2) / count);
      const expected = createExpectedReward(best, bent);
      const exact = Math.exp(logGainOf(bent, expected.improvementTermsOf(factors), mean, deviation));
      expect(Math.abs(exact - average)).toBeLessThan(4 * error);
      expect(Math.log(exact)).toBeLessThanOrEqual(expected.bound(factors[0], mean, deviation) + 1e-12);
    }
  });

  it('is plain expected improvement at a factor of 1', () => {
    const plain: Standardiser = { kneeValue: -1e9, kneeOutput: -1e9, unit: 1, lowUnit: 5, floorOutput: -2e9 };
    const { improvementTermsOf } = createExpectedReward(1.5, plain);
    expect(logGainOf(plain, improvementTermsOf([1]), 1, 0.7)).toBeCloseTo(logExpectedImprovement(1, 0.7, 1.5), 6);
  });
});

/** A spread that counts failed seeds, or divides by n, would make students look steadier than they
 * are. */
import { describe, expect, it } from 'vitest';
import { studentsOf, testing } from '../../src/core/seeds.ts';
import type { Trial } from '../../src/core/records/trial.ts';

const { spreadOf } = testing;

describe('the spread between seeds', () => {
  it('is mean and sample deviation of the finite values, and NaN where there are too few', () => {
    // 1, 2, 4: mean 7/3, squares (16 + 1 + 25) / 9 = 14/3, over two 7/3.
    const { count, mean, deviation } = spreadOf([1, undefined, 2, NaN, 4]);
    expect(count).toBe(3);
    expect(mean).toBeCloseTo(7 / 3, 14);
    expect(deviation).toBeCloseTo(Math.sqrt(7 / 3), 14);
    expect(spreadOf([0.5])).toEqual({ count: 1, mean: 0.5, deviation: NaN });
    expect(spreadOf([])).toEqual({ count: 0, mean: NaN, deviation: NaN });
  });
});

function trial(number: number, width: number, changes: Partial<Trial>): Trial {
  return {
    ...{ id: `r-${number}`, runId: 'r', number, state: 'finished', seed: number, why: { source: 'listed' } },
    ...{ candidate: { family: 'resnet', config: { width } }, params: width, macs: width, peakActivationBytes: 0 },
    ...{ metrics: {}, epochsDone: 3, epochs: 3, seconds: 1, attempts: 1, createdAt: '', ...changes },
  };
}

describe('trained students', () => {
  it('are in the order of their first training, each with the figures of those that finished', () => {
    const students = studentsOf([
      trial(0, 16, { metrics: { accuracy: 0.8 }, testAccuracy: 0.7 }),
      trial(1, 8, { state: 'running', metrics: { accuracy: 0.1 } }),
      trial(2, 16, { metrics: { accuracy: 0.9 } }),
      trial(3, 16, { state: 'failed', metrics: { accuracy: 0 } }),
    ]);
    expect(students.map(({ params, trials }) => [params, trials.map(({ number }) => number)])).toEqual([
      [16, [0, 2, 3]],
      [8, [1]],
    ]);
    expect(students[0]?.accuracy.count).toBe(2);
    expect(students[0]?.accuracy.mean).toBeCloseTo(0.85, 14);
    expect(students[0]?.testAccuracy).toEqual({ count: 1, mean: 0.7, deviation: NaN });
    expect(students[1]?.accuracy.count).toBe(0);
  });
});

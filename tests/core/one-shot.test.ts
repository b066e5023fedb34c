/** Methods of one-shot search: slopes against differences, and which student comes of them. */
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/core/math/rng.ts';
import { allKept, startMixing } from '../../src/core/one-shot/method.ts';
import type { MixingSpace } from '../../src/core/one-shot/method.ts';
import { oneShotMethod } from '../../src/core/one-shot/registry.ts';

const LEVELS = [3, 2, 4];
const PATHS = LEVELS.flatMap((count) => Array<number>(count).fill(0));
const SPACE: MixingSpace = {
  ...{ levels: LEVELS, isEmpty: PATHS.map(() => false), limits: { params: Infinity, macs: Infinity } },
  costs: () => ({ base: { params: 0, macs: 0 }, params: Float64Array.from(PATHS), macs: Float64Array.from(PATHS) }),
};
const KEPT = allKept(SPACE);
const darts = (options = {}) => oneShotMethod({ method: 'darts', options }, SPACE);
const alphaOf = (...values: readonly number[]): Float64Array => Float64Array.from(values);

describe('DARTS', () => {
  const alpha = alphaOf(0.3, -1, 2, 0.5, 0.4, -0.2, 0, 1, 1.5);

  test('shares each edge among its paths, whatever their number and however large alpha is', () => {
    const [drawn, ...others] = darts().draw(alphaOf(1000, 0, 0, 7, 7, 1, 1, 1, 1), createRng(1), 'weights', KEPT);
    expect(others).toEqual([]);
    expect([...(drawn?.p ?? [])]).toEqual([1, 0, 0, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]);
  });

  // Softmax's own derivative is easily written for one edge and applied across all.
  test('pulls a slope by p back to alpha as differences say', () => {
    const slope = alphaOf(1, -2, 0.5, 3, 0, 0.1, -0.7, 2, 1);
    const lossAt = (at: Float64Array): number => {
      const [drawn] = darts().draw(at, createRng(1), 'mixing', KEPT);
      return (drawn?.p ?? at).reduce((sum, share, path) => sum + share * (slope[path] ?? 0), 0);
    };
    const pulled = darts().draw(alpha, createRng(1), 'mixing', KEPT)[0]?.pull(slope) ?? alphaOf();
    const h = 1e-6;
    for (const [path, value] of alpha.entries()) {
      const difference = (lossAt(alpha.with(path, value + h)) - lossAt(alpha.with(path, value - h))) / (2 * h);
      expect(pulled[path]).toBeCloseTo(difference, 8);
    }
  });

  test('derives the path that counts most on each edge, the first of equal ones', () => {
    expect(darts().derive(alpha, KEPT)).toEqual([2, 0, 3]);
    expect(darts().derive(alphaOf(0, 0, 0, 0, 0, 0, 0, 0, 0), KEPT)).toEqual([0, 0, 0]);
  });

  test('starts from nearly nothing, by chance of its seed', () => {
    const start = startMixing(LEVELS, createRng(3));
    expect(start).toHaveLength(9);
    expect(Math.max(...start.map(Math.abs))).toBeLessThan(0.01);
    expect(new Set(start).size).toBe(9);
    expect(startMixing(LEVELS, createRng(3))).toEqual(start);
  });

  test('takes the options that it has, and no others', () => {
    expect(darts().steps).toEqual({ learningRate: 3e-4, weightDecay: 1e-3, firstMoment: 0.5, secondMoment: 0.999 });
    expect(darts({ learningRate: 0.5 }).steps).toMatchObject({ learningRate: 0.5, weightDecay: 1e-3 });
    expect(() => darts({ temperature: 1 })).toThrow(/no option "temperature".*learningRate/);
  });
});

test.each(['dart', 'constructor'])('a method that there is not (%s) is refused with those there are', (method) => {
  expect(() => oneShotMethod({ method, options: {} }, SPACE)).toThrow(/no one-shot method.*darts/);
});

/** Optimisers against hand-worked steps of their papers. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { createOptimizer, learningRateAt, movingAverage } from '../../src/compute/training/optimizer.ts';
import type { Recipe } from '../../src/core/records/recipe.ts';
import { TINY_RECIPE } from './support/tiny-training.ts';

beforeAll(async () => void (await loadBackend()));

const numbers = (tensor: Tensor1D | undefined): number[] => [...(tensor?.dataSync<'float32'>() ?? [])];

describe('createOptimizer', () => {
  it('sgd takes two Nesterov steps as worked by hand, with decay where the mask says', () => {
    tf.tidy(() => {
      const recipe = { ...TINY_RECIPE, optimizer: 'sgd', momentum: 0.5, weightDecay: 0.1 } as const;
      const optimizer = createOptimizer(recipe, tf.tensor1d([1, 0]));
      const start = { velocity: tf.tensor1d([0, 0]) };
      const one = optimizer.update(tf.tensor1d([1, 1]), tf.tensor1d([1, 1]), start, 0.1, 1);
      // g = 1 + 0.1, v = g, theta = 1 - 0.1 (g + 0.5 v); without decay g = 1.
      expect(numbers(one.theta)[0]).toBeCloseTo(1 - 0.1 * 1.65, 6);
      expect(numbers(one.theta)[1]).toBeCloseTo(1 - 0.1 * 1.5, 6);
      const two = optimizer.update(one.theta, tf.tensor1d([0, 0]), one.state, 0.1, 2);
      // Without decay and gradient: v = 0.5, theta moves by 0.1 * 0.5 * 0.5.
      expect(numbers(two.theta)[1]).toBeCloseTo(0.85 - 0.025, 6);
    });
  });

  it('adamw moves by the learning rate against the sign of a first gradient, whatever its size, plus the decay', () => {
    tf.tidy(() => {
      const recipe = { ...TINY_RECIPE, optimizer: 'adamw', momentum: 0.9, weightDecay: 0.1 } as const;
      const optimizer = createOptimizer(recipe, tf.tensor1d([0, 1, 1]));
      const zeros = tf.tensor1d([0, 0, 0]);
      const { theta } = optimizer.update(
        tf.tensor1d([2, 2, 2]),
        tf.tensor1d([1e-3, -50, 7]),
        { first: zeros, second: zeros },
        0.01,
        1,
      );
      expect(numbers(theta)[0]).toBeCloseTo(2 - 0.01, 5);
      expect(numbers(theta)[1]).toBeCloseTo(2 - 0.01 * 0.1 * 2 + 0.01, 5);
      expect(numbers(theta)[2]).toBeCloseTo(2 - 0.01 * 0.1 * 2 - 0.01, 5);
    });
  });

  it('cuts a long gradient to the norm, keeping its direction, and leaves a short one to the bit', () => {
    tf.tidy(() => {
      const plain = { ...TINY_RECIPE, optimizer: 'sgd', momentum: 0, weightDecay: 0 } as const;
      const moveBy = (recipe: Recipe, gradient: readonly number[]): number[] => {
        const zeros = tf.tensor1d([0, 0]);
        const { theta } = createOptimizer(recipe, zeros).update(
          zeros,
          tf.tensor1d([...gradient]),
          { velocity: zeros },
          1,
          1,
        );
        return numbers(theta);
      };
      // |(3, 4)| = 5, cut to 2.
      const [x = NaN, y = NaN] = moveBy({ ...plain, clipNorm: 2 }, [3, 4]);
      expect(x).toBeCloseTo(-1.2, 6);
      expect(y).toBeCloseTo(-1.6, 6);
      const short = [0.123456, -0.7654321];
      expect(moveBy({ ...plain, clipNorm: 2 }, short)).toEqual(moveBy(plain, short));
      expect(moveBy({ ...plain, clipNorm: 2 }, [0, 0]).map(Math.abs)).toEqual([0, 0]);
      expect(moveBy({ ...plain, clipNorm: 2 }, [NaN, 1]).every(Number.isNaN)).toBe(true);
    });
  });
});

describe('movingAverage', () => {
  it('of a constant is the constant, to the bit', () => {
    tf.tidy(() => {
      const constant = tf.tensor1d([0.1, -3.3, 1e-9]);
      let average = constant;
      for (let step = 1; step <= 50; step++) average = movingAverage(average, constant, 0.99, step);
      expect(numbers(average)).toEqual(numbers(constant));
    });
  });

  it('follows the recursion on plain numbers, with its short memory at the start', () => {
    tf.tidy(() => {
      let average = tf.tensor1d([1]);
      let wanted = 1;
      for (let step = 1; step <= 200; step++) {
        const value = Math.sin(step);
        average = movingAverage(average, tf.tensor1d([value]), 0.9, step);
        const kept = Math.min(0.9, (1 + step) / (10 + step));
        wanted = kept * wanted + (1 - kept) * value;
      }
      expect(numbers(average)[0]).toBeCloseTo(wanted, 5);
      // The first step keeps 2 / 11 of the start.
      expect(numbers(movingAverage(tf.tensor1d([11]), tf.tensor1d([0]), 0.9, 1))[0]).toBeCloseTo(2, 5);
    });
  });
});

describe('learningRateAt', () => {
  const recipe: Recipe = { ...TINY_RECIPE, epochs: 10, warmupEpochs: 1, learningRate: 0.2 };

  it('rises in a line to its peak, then falls by half a cosine: half of the peak half-way', () => {
    expect(learningRateAt(0, 100, recipe)).toBeCloseTo(0.002, 12);
    expect(learningRateAt(99, 100, recipe)).toBeCloseTo(0.2, 12);
    expect(learningRateAt(100, 100, recipe)).toBeCloseTo(0.2, 12);
    expect(learningRateAt(550, 100, recipe)).toBeCloseTo(0.1, 12);
    expect(learningRateAt(999, 100, recipe)).toBeGreaterThan(0);
    expect(learningRateAt(999, 100, recipe)).toBeLessThan(1e-5);
  });

  it('falls by the factor at the first step of each milestone, counted from the start of training', () => {
    const steps: Recipe = { ...recipe, schedule: 'step', milestones: [0.5, 0.75], decayFactor: 0.1 };
    expect(learningRateAt(49, 100, steps)).toBeCloseTo(0.1, 12);
    expect(learningRateAt(100, 100, steps)).toBeCloseTo(0.2, 12);
    expect(learningRateAt(499, 100, steps)).toBeCloseTo(0.2, 12);
    expect(learningRateAt(500, 100, steps)).toBeCloseTo(0.02, 12);
    expect(learningRateAt(749, 100, steps)).toBeCloseTo(0.02, 12);
    expect(learningRateAt(750, 100, steps)).toBeCloseTo(0.002, 12);
  });

  it('stays at its peak where it is constant', () => {
    const constant: Recipe = { ...recipe, schedule: 'constant', warmupEpochs: 0 };
    expect([0, 500, 999].map((step) => learningRateAt(step, 100, constant))).toEqual([0.2, 0.2, 0.2]);
  });

  it('follows the time, not the steps, where training goes by seconds, and the warm-up alone the steps', () => {
    const timed: Recipe = { ...recipe, seconds: 60, warmupEpochs: 1 };
    expect(learningRateAt(200, 100, timed, 0)).toBeCloseTo(0.2, 12);
    expect(learningRateAt(200, 100, timed, 30)).toBeCloseTo(0.1, 12);
    expect(learningRateAt(200, 100, timed, 61)).toBeCloseTo(0, 12);
    expect(learningRateAt(5000, 100, timed, 30)).toBeCloseTo(0.1, 12);
    expect(learningRateAt(49, 100, timed, 30)).toBeCloseTo(0.05, 12);
  });
});

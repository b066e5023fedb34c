/** Optimisers against hand-worked steps of their papers. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { createOptimizer } from '../../src/compute/optimizer.ts';
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
});

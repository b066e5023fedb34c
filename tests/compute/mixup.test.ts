/** Mixing: the shares are those of the Beta distribution, and images and targets are mixed
 * alike. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { drawShare, mixed } from '../../src/compute/data/mixup.ts';
import { createRng } from '../../src/core/math/rng.ts';

describe('mixed', () => {
  beforeAll(async () => void (await loadBackend()));

  it('with a share of 1 changes nothing, and takes no copy', () => {
    const rows = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    expect(mixed(rows, 1)).toBe(rows);
    rows.dispose();
  });

  it('adds to each row the one mirrored in the batch, so that labels still sum to 1', () => {
    tf.tidy(() => {
      const labels = tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]);
      const values = [...mixed(labels, 0.75).dataSync<'float32'>()];
      expect(values).toEqual([0.75, 0, 0.25, 0, 1, 0, 0.25, 0, 0.75]);
      const images = tf.tensor4d([1, 2, 10, 20], [2, 1, 2, 1]);
      expect([...mixed(images, 0.5).dataSync<'float32'>()]).toEqual([5.5, 11, 5.5, 11]);
    });
  });
});

describe('drawShare', () => {
  // Beta(a, a): mean 1/2, variance 1 / (4 (2 a + 1)).
  it.each([0.1, 0.2, 1, 4])('has mean and variance of Beta(%d, %d)', (a) => {
    const rng = createRng(1);
    const shares = Array.from({ length: 20_000 }, () => drawShare(a, rng));
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    const wanted = 1 / (4 * (2 * a + 1));
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(wanted / shares.length));
    expect(Math.abs(variance - wanted)).toBeLessThan(0.05 * wanted);
  });

  it('is a number for the smallest setting of the form, where both gamma variates are next to 0', () => {
    const rng = createRng(2);
    const shares = Array.from({ length: 1000 }, () => drawShare(1e-3, rng));
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });
});

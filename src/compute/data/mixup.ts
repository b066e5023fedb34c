/**
 * Mixup: every sample of a batch with another one of it, images and targets in the same shares.
 * Zhang et al. 2018.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | lambda | share of the sample itself, one for the batch, drawn from Beta(a, a) | |
 * | x | images, one-hot labels, or the teacher's logits: one row for each sample | `[batch, ...]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Rng } from '../../core/math/rng.ts';

/**
 * lambda x + (1 - lambda) x in reversed order: a batch is in random order, so its mirror is a
 * random pairing. For cached logits of a teacher this is an approximation, since it has never seen
 * the mixed image: its answer is taken to be the mixture of its answers.
 */
export function mixed<T extends Tensor>(rows: T, lambda: number): T {
  if (lambda === 1) return rows;
  // Sound: sums keep the rank.
  return tf.add(tf.mul(rows, lambda), tf.mul(tf.reverse(rows, 0), 1 - lambda)) as T;
}

/** Beta(a, a), as the share of one of two gamma variates; in logarithms, since for a small `a` both
 * are next to 0. */
export function drawShare(a: number, rng: Rng): number {
  const one = logGamma(a, rng);
  const other = logGamma(a, rng);
  return 1 / (1 + Math.exp(other - one));
}

/** Logarithm of a Gamma(a, 1) variate; Marsaglia and Tsang 2000, with their boost by U^(1/a). */
function logGamma(a: number, rng: Rng): number {
  const d = a + 1 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    const u = 1 - rng.uniform();
    if (v > 0 && Math.log(u) < x * x * 0.5 + d - d * v + d * Math.log(v)) {
      return Math.log(d * v) + Math.log(1 - rng.uniform()) / a;
    }
  }
}

/** IS-c and FD-c against closed forms. */
import { describe, expect, it } from 'vitest';
import { classifierScore, frechetDistance, momentsOf } from '../../../src/core/generator/scores.ts';
import { createRng } from '../../../src/core/math/rng.ts';

describe('IS-c', () => {
  it('is 1 where all images are alike, and the number of classes where each is surely another', () => {
    expect(classifierScore(Float32Array.of(0.5, 0.25, 0.25, 0.5, 0.25, 0.25), 3)).toBeCloseTo(1, 12);
    expect(classifierScore(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3)).toBeCloseTo(3, 6);
  });

  it('is exp of the mutual information: worked out by hand for two images', () => {
    const kl = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5);
    expect(classifierScore(Float32Array.of(0.75, 0.25, 0.25, 0.75), 2)).toBeCloseTo(Math.exp(kl), 7);
  });
});

describe('moments', () => {
  it('are the mean and the covariance over n − 1', () => {
    const { mean, covariance } = momentsOf(Float32Array.of(1, 2, 3, 6, 5, 4), 2);
    expect([...mean]).toEqual([3, 4]);
    expect([...covariance]).toEqual([4, 2, 2, 4]);
  });
});

describe('FD-c', () => {
  const diagonal = (...values: number[]): Float64Array =>
    Float64Array.from({ length: values.length ** 2 }, (_, at) =>
      at % (values.length + 1) === 0 ? values[at / (values.length + 1)]! : 0,
    );

  it('of Gaussians whose covariances commute is |m1 − m2|² + Σ (√a − √b)²', () => {
    const one = { mean: Float64Array.of(1, 0, 2), covariance: diagonal(4, 1, 9) };
    const other = { mean: Float64Array.of(0, 0, 4), covariance: diagonal(1, 1, 16) };
    expect(frechetDistance(one, other)).toBeCloseTo(1 + 4 + 1 + 0 + 1, 6);
  });

  it('of others is the same both ways, and turns with nothing: tr √(S1 S2) of 2 by 2 by its closed form', () => {
    const one = { mean: Float64Array.of(0, 0), covariance: Float64Array.of(2, 1, 1, 3) };
    const other = { mean: Float64Array.of(0, 0), covariance: Float64Array.of(4, -1, -1, 1) };
    // tr √M = √(tr M + 2 √det M): tr(S1 S2) = 7 + 2 = 9, det = 5 · 3.
    const expected = 5 + 5 - 2 * Math.sqrt(9 + 2 * Math.sqrt(15));
    expect(frechetDistance(one, other)).toBeCloseTo(expected, 6);
    expect(frechetDistance(other, one)).toBeCloseTo(expected, 6);
  });

  it('is 0 of the same features, also where they are fewer than their numbers', () => {
    const rng = createRng(2);
    const features = new Float32Array(5 * 12).map(() => rng.normal());
    const moments = momentsOf(features, 12);
    expect(frechetDistance(moments, moments)).toBeLessThan(1e-3);
    const moved = momentsOf(
      features.map((value) => value + 2),
      12,
    );
    expect(frechetDistance(moments, moved)).toBeCloseTo(48, 2);
  });
});

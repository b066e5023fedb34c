/** What a study of training-free scores computes: likenesses of two networks, and ranks beyond what
 * is known. */
import { describe, expect, it } from 'vitest';
import { distance, lookOf } from '../../scripts/diswot-study/look.ts';
import { partialTau } from '../../scripts/diswot-study/ranks.ts';
import { createRng } from '../../src/core/math/rng.ts';

const drawn = (length: number, seed: number): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length }, () => rng.normal());
};

describe('a look at a network', () => {
  const labels = [0, 1, 2, 1];
  const [maps, seen, logits] = [drawn(4 * 6, 1), drawn(4 * 5, 2), drawn(4 * 3, 3)];
  const look = lookOf(maps, seen, logits, labels);

  it('does not see how large maps are, nor in which order channels stand: networks of other widths compare', () => {
    const turned = Float32Array.from(maps, (_, i) => 7 * maps[i - (i % 6) + (5 - (i % 6))]!);
    const other = lookOf(
      turned,
      seen.map((value) => 3 * value),
      logits,
      labels,
    );
    expect(distance(look.relation, other.relation)).toBeCloseTo(0, 10);
    expect(distance(look.semantic, other.semantic)).toBeCloseTo(0, 10);
    // A channel more that is always 0 tells nothing.
    const wider = Float32Array.from({ length: 4 * 7 }, (_, i) =>
      i % 7 < 6 ? maps[Math.floor(i / 7) * 6 + (i % 7)]! : 0,
    );
    expect(distance(look.relation, lookOf(wider, seen, logits, labels).relation)).toBeCloseTo(0, 10);
  });

  it('is as far from another as the rows of their likenesses are, squared, on average', () => {
    // Two images that are alike, against two that are not: rows (1, 1)/√2 and unit rows.
    const alike = lookOf(Float32Array.of(1, 0, 1, 0), seen.slice(0, 2), drawn(4, 4), [0, 1]).relation;
    const apart = lookOf(Float32Array.of(1, 0, 0, 1), seen.slice(0, 2), drawn(4, 4), [0, 1]).relation;
    // |(1, 1)/√2 - (1, 0)|² = 2 - √2 in each row.
    expect(distance(alike, apart)).toBeCloseTo(2 - Math.SQRT2, 6);
  });

  it('takes the slope of the cross-entropy in the classifier, (p - y) P, and no other', () => {
    // One image: D = (p - y)ᵀ P, so that S is p - y times itself, rows of length 1.
    const one = lookOf(maps.slice(0, 6), Float32Array.of(2, -1), Float32Array.of(0, Math.log(3)), [1]).semantic;
    // p = (1/4, 3/4), y = (0, 1): p - y = (1/4, -1/4).
    expect(Array.from(one)).toEqual(
      [Math.SQRT1_2, -Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT1_2].map((v) => expect.closeTo(v, 6)),
    );
  });
});

describe('a partial tau', () => {
  it('is of what costs leave: a score that only knows the costs ranks nothing beyond them', () => {
    const [cost, own, noise] = [2, 5, 9].map((seed) => Array.from(drawn(40, seed)));
    const ones = cost!.map(() => 1);
    const score = own!.map((value, i) => value - 3 * cost![i]!);
    const accuracy = own!.map((value, i) => 2 * value + 3 * cost![i]! + 1);
    // Both are the own part and a multiple of the cost, of unlike signs.
    expect(partialTau(score, accuracy, [ones, cost!])).toBeCloseTo(1, 12);
    expect(
      partialTau(
        cost!.map((value) => 4 * value - 2),
        noise!,
        [ones, cost!],
      ),
    ).toBeNaN();
  });
});

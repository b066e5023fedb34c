/** What points leave free of a box: disjoint boxes that fill it, and no more of them than the
 * published bounds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachFreeBox } from '../../../src/core/geometry/free-boxes.ts';
import { createRng } from '../../../src/core/math/rng.ts';

const SIDE = 5;

function boxesOf(points: readonly (readonly number[])[], corner: readonly number[], bound: readonly number[]) {
  const boxes: { readonly lower: readonly number[]; readonly upper: readonly number[] }[] = [];
  eachFreeBox(points, corner, bound, (lower, upper) => boxes.push({ lower: [...lower], upper: [...upper] }));
  return boxes;
}

/** Every unit cube of the lattice box, by its least corner. */
function cubes(m: number): readonly (readonly number[])[] {
  return Array.from({ length: SIDE ** m }, (_, i) =>
    Array.from({ length: m }, (_a, j) => Math.floor(i / SIDE ** j) % SIDE),
  );
}

const cases = fc.integer({ min: 1, max: 4 }).chain((m) =>
  fc.record({
    corner: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: m, maxLength: m }),
    points: fc.array(fc.array(fc.integer({ min: -1, max: SIDE + 1 }), { minLength: m, maxLength: m }), {
      maxLength: 8,
    }),
  }),
);

describe('the boxes that points leave free', () => {
  it('hold each unit cube once where no point covers it, and never where one does', () => {
    fc.assert(
      fc.property(cases, ({ corner, points }) => {
        const bound = corner.map(() => SIDE);
        const boxes = boxesOf(points, corner, bound);
        for (const cube of cubes(corner.length)) {
          const holding = boxes.filter(({ lower, upper }) => cube.every((x, j) => lower[j]! <= x && x < upper[j]!));
          const inside = cube.every((x, j) => x >= corner[j]!);
          const covered = points.some((point) => cube.every((x, j) => point[j]! <= x));
          expect(holding.length).toBe(inside && !covered ? 1 : 0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are at most n + 1 in two axes and 2n + 1 in three', () => {
    const rng = createRng(3);
    for (const [m, most] of [
      [2, 41],
      [3, 81],
    ] as const) {
      const points = Array.from({ length: 40 }, () => {
        const raw = Array.from({ length: m }, () => Math.abs(rng.normal()) + 0.01);
        return raw.map((x) => 1 - x / Math.hypot(...raw));
      });
      const from = Array.from({ length: m }, () => -Infinity);
      expect(boxesOf(points, from, from.map(() => 1)).length).toBeLessThanOrEqual(most); // prettier-ignore
    }
  });

  it('are one point without axes, unless something stands there', () => {
    expect(boxesOf([], [], []).length).toBe(1);
    expect(boxesOf([[]], [], []).length).toBe(0);
  });
});

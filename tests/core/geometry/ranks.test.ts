/** Ranks and crowding of NSGA-II; pymoo 0.6.2 gives the same fronts, and crowding divided by the
 * number of objectives. */
import { describe, expect, it } from 'vitest';
import { crowdingDistances, nondominationRanks } from '../../../src/core/geometry/ranks.ts';
import { createRng } from '../../../src/core/math/rng.ts';

const POINTS = [
  ...[
    [1, 9],
    [2, 7],
    [4, 4],
    [7, 3],
    [9, 1],
  ],
  ...[
    [5, 5],
    [6, 8],
    [8, 2.5],
    [3, 8],
    [9, 9],
  ],
];

describe('nondominated sorting', () => {
  it('peels off one front after the other, as pymoo does', () => {
    expect(nondominationRanks(POINTS)).toEqual([0, 0, 0, 0, 0, 1, 2, 0, 1, 3]);
  });

  it('ranks by the definition: one more than the worst rank among those that dominate', () => {
    const rng = createRng(3);
    const points = Array.from({ length: 60 }, () => [rng.int(6), rng.int(6), rng.int(6)]);
    const ranks = nondominationRanks(points);
    points.forEach((point, i) => {
      const over = points.flatMap((other, k) =>
        other.every((value, j) => value <= point[j]!) && other.some((value, j) => value < point[j]!) ? [ranks[k]!] : [],
      );
      expect(ranks[i]).toBe(over.length > 0 ? Math.max(...over) + 1 : 0);
    });
  });

  it('gives equal points one rank, and one objective ranks by value', () => {
    expect(
      nondominationRanks([
        [2, 2],
        [2, 2],
        [1, 3],
        [3, 3],
      ]),
    ).toEqual([0, 0, 0, 1]);
    expect(nondominationRanks([[3], [1], [3], [2]])).toEqual([2, 0, 2, 1]);
    expect(nondominationRanks([])).toEqual([]);
  });
});

describe('crowding distance', () => {
  it('adds the gaps between neighbours over the objectives, and is infinite at the ends', () => {
    const front = [0, 1, 2, 3, 4, 7].map((i) => POINTS[i]!);
    expect(crowdingDistances(front)).toEqual([Infinity, 1, 1.125, 0.6875, Infinity, 0.5]);
    const three = [
      [0, 4, 2],
      [1, 2, 3],
      [2, 1, 1],
      [3, 0, 4],
      [4, 3, 0],
    ];
    expect(crowdingDistances(three)).toEqual([Infinity, 1.5, 1.5, Infinity, Infinity]);
  });

  it('is a number where an objective is the same for all', () => {
    expect(
      crowdingDistances([
        [1, 5],
        [2, 5],
        [4, 5],
      ]),
    ).toEqual([Infinity, 1, Infinity]);
    expect(
      crowdingDistances([
        [1, 1],
        [1, 1],
        [1, 1],
      ]).some(Number.isNaN),
    ).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hypervolume, hypervolumeHistory } from '../../../src/core/geometry/hypervolume.ts';
import { kneePoint, paretoFront, paretoItems, planeFront } from '../../../src/core/geometry/pareto-front.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import { isFeasible } from '../../../src/core/objective.ts';
import type { Metrics, Objective } from '../../../src/core/objective.ts';

const TWO: readonly Objective[] = [
  { metric: 'accuracy', goal: 'maximize', known: false },
  { metric: 'params', goal: 'minimize', known: true },
];
const THREE: readonly Objective[] = [...TWO, { metric: 'macs', goal: 'minimize', known: true }];
const FOUR: readonly Objective[] = [...THREE, { metric: 'latencyMs', goal: 'minimize', known: false }];
const REFERENCE = { accuracy: 0, params: 10, macs: 10, latencyMs: 10 };

const point = (accuracy: number, params: number, macs = 0, latencyMs = 0): Metrics => ({
  accuracy,
  params,
  macs,
  latencyMs,
});

/** Whole numbers: volumes are exact, and ties and duplicates are frequent. Some lie beyond the
 * reference. */
const level = fc.integer({ min: 0, max: 12 });
const wild = fc.oneof(
  { arbitrary: level, weight: 9 },
  { arbitrary: fc.constantFrom(NaN, Infinity, -Infinity), weight: 1 },
);
const points = fc.array(
  fc.tuple(level, wild, wild, level).map((values) => point(...values)),
  { maxLength: 12 },
);
const objectives = fc.constantFrom(TWO, THREE, FOUR);

/** Union of the boxes between points and reference by inclusion and exclusion: exponential,
 * independent of slicing. */
function inclusionExclusion(some: readonly Metrics[], of: readonly Objective[]): number {
  const boxes = some
    .map((one) =>
      of.map(({ metric, goal }) => {
        const gain =
          (REFERENCE[metric as keyof typeof REFERENCE] - (one[metric] ?? NaN)) * (goal === 'maximize' ? -1 : 1);
        return Number.isFinite(gain) && gain > 0 ? gain : 0;
      }),
    )
    .filter((box) => box.every((gain) => gain > 0));
  let union = 0;
  for (let subset = 1; subset < 2 ** boxes.length; subset += 1) {
    const chosen = boxes.filter((_box, index) => subset & (1 << index));
    const common = of.map((_objective, axis) => Math.min(...chosen.map((box) => box[axis] ?? 0)));
    union += (chosen.length % 2 ? 1 : -1) * common.reduce((product, side) => product * side, 1);
  }
  return union;
}

/** By the definition, and never by a point that is not finite. */
function dominates(winner: Metrics, loser: Metrics, of: readonly Objective[]): boolean {
  const gains = of.map(({ metric, goal }) => (goal === 'maximize' ? 1 : -1) * (winner[metric]! - loser[metric]!));
  return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
}

describe('paretoFront', () => {
  it('keeps the points that nothing dominates, the first of equals, and no NaN', () => {
    const some = [point(0.5, 1), point(0.8, 2), point(NaN, 0), point(0.7, 3), point(0.8, 2), point(0.9, -Infinity)];
    expect(paretoFront(some, TWO)).toEqual([0, 1]);
    expect(paretoItems(some, (one) => one, TWO)).toEqual([some[0], some[1]]);
    expect(paretoFront([], TWO)).toEqual([]);
  });

  it('is what the definition says', () => {
    fc.assert(
      fc.property(points, objectives, (some, of) => {
        const finite = (one: Metrics) => of.every(({ metric }) => Number.isFinite(one[metric]));
        const equal = (left: Metrics, right: Metrics) => of.every(({ metric }) => left[metric] === right[metric]);
        const expected = some.flatMap((one, index) => {
          const beaten = some.some((other) => finite(other) && dominates(other, one, of));
          const repeated = some.slice(0, index).some((other) => equal(other, one));
          return finite(one) && !beaten && !repeated ? [index] : [];
        });
        expect(paretoFront(some, of)).toEqual(expected);
      }),
    );
  });
});

describe('hypervolume', () => {
  it('is the area of a staircase in two objectives', () => {
    expect(hypervolume([point(5, 4)], TWO, REFERENCE)).toBe(30);
    // (10-8)*1 + (10-4)*(5-1) ... as columns: accuracy 0-5 under params 4, 5-8 under params 7
    expect(hypervolume([point(5, 4), point(8, 7), point(5, 7)], TWO, REFERENCE)).toBe(5 * 6 + 3 * 3);
  });

  it('counts nothing for points at or beyond the reference in any objective', () => {
    expect(hypervolume([point(5, 10), point(0, 1), point(9, 11), point(NaN, 1)], TWO, REFERENCE)).toBe(0);
    expect(hypervolume([], THREE, REFERENCE)).toBe(0);
  });

  it('equals inclusion and exclusion over the boxes in two, three and four objectives', () => {
    fc.assert(
      fc.property(points, objectives, (some, of) => {
        expect(hypervolume(some, of, REFERENCE)).toBe(inclusionExclusion(some, of));
      }),
    );
  });

  it('does not depend on the order of points or objectives', () => {
    const shuffled = points.chain((some) =>
      fc.tuple(
        fc.constant(some),
        fc.shuffledSubarray(some, { minLength: some.length }),
        fc.shuffledSubarray([...FOUR], { minLength: 4 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([some, others, of]) => {
        expect(hypervolume(others, of, REFERENCE)).toBe(hypervolume(some, FOUR, REFERENCE));
      }),
    );
  });

  it('is that of the front alone', () => {
    fc.assert(
      fc.property(points, objectives, (some, of) => {
        const front = paretoItems(some, (one) => one, of);
        expect(hypervolume(front, of, REFERENCE)).toBe(hypervolume(some, of, REFERENCE));
      }),
    );
  });

  it('refuses a reference point without a value for an objective', () => {
    expect(() => hypervolume([], THREE, { accuracy: 0, params: 1 })).toThrow('accuracy, params, macs');
  });
});

describe('planeFront', () => {
  it('is the front of the same points in two objectives, by rising cost, equal points and NaN among them', () => {
    fc.assert(
      fc.property(points, (some) => {
        const costs = Float64Array.from(some, ({ params }) => params ?? NaN);
        const gains = Float64Array.from(some, ({ accuracy }) => accuracy ?? NaN);
        const front = planeFront(costs, gains);
        expect([...front].sort((left, right) => left - right)).toEqual(paretoFront(some, TWO));
        expect(front.map((index) => costs[index])).toEqual(
          front.map((index) => costs[index] ?? NaN).sort((left, right) => left - right),
        );
      }),
    );
  });
});

describe('hypervolumeHistory', () => {
  it('is the union of the boxes of every prefix, though each step only adds to the last', () => {
    fc.assert(
      fc.property(points, objectives, (some, of) => {
        const history = hypervolumeHistory(some, of, REFERENCE);
        expect(history).toEqual(some.map((_one, index) => inclusionExclusion(some.slice(0, index + 1), of)));
      }),
    );
  });

  it('ends, in any order, at the closed form on all lattice points of one sum', () => {
    // Of the (N + 1)^d unit cubes, those whose least corner sums to less than N are free: C(N + d -
    // 1, d) of them.
    const sides = { 2: 40, 3: 20, 4: 12 } as const;
    for (const [count, of] of [
      [2, TWO],
      [3, THREE],
      [4, FOUR],
    ] as const) {
      const top = sides[count];
      const free = of.reduce((product, _objective, axis) => (product * (top + axis)) / (axis + 1), 1);
      const reference = { accuracy: 0, params: top + 1, macs: top + 1, latencyMs: top + 1 };
      const front = compositions(top, count).map(([first = 0, ...rest]) =>
        point(top + 1 - first, rest[0] ?? 0, rest[1], rest[2]),
      );
      for (const seed of [1, 2]) {
        const history = hypervolumeHistory(createRng(seed).shuffle(front), of, reference);
        expect(history.at(-1)).toBe((top + 1) ** count - free);
      }
    }
  });
});

/** All ways to write `sum` as `parts` whole numbers from 0. */
function compositions(sum: number, parts: number): readonly (readonly number[])[] {
  if (parts === 1) return [[sum]];
  return Array.from({ length: sum + 1 }, (_, first) =>
    compositions(sum - first, parts - 1).map((rest) => [first, ...rest]),
  ).flat();
}

describe('kneePoint', () => {
  it('is the point farthest from the chord between the ends', () => {
    // Scaled: (accuracy loss, params) = (1, 0), (0.2, 0.1), (0.1, 0.5), (0, 1): 0.7 and 0.4 below
    // the chord.
    const some = [point(0, 0), point(8, 1), point(9, 5), point(10, 10), point(3, 9)];
    expect(kneePoint(some, TWO)).toBe(1);
  });

  it('does not change with the units of an objective', () => {
    fc.assert(
      fc.property(points, (some) => {
        const scaled = some.map((one) => ({ ...one, params: (one['params'] ?? NaN) * 1024 }));
        expect(kneePoint(scaled, TWO)).toBe(kneePoint(some, TWO));
      }),
    );
  });

  it('is nowhere on a straight, a bulging or a too small front', () => {
    expect(kneePoint([point(0, 0), point(5, 5), point(10, 10)], TWO)).toBeUndefined();
    expect(kneePoint([point(0, 0), point(1, 5), point(10, 10)], TWO)).toBeUndefined();
    expect(kneePoint([point(0, 0), point(10, 10)], TWO)).toBeUndefined();
    expect(kneePoint([], TWO)).toBeUndefined();
  });
});

describe('isFeasible', () => {
  it('holds a limit at its very value and fails without a number', () => {
    const limits = [{ metric: 'macs', max: 10 }];
    expect(isFeasible(point(0, 0, 10), limits)).toBe(true);
    expect(isFeasible(point(0, 0, 10.1), limits)).toBe(false);
    expect(isFeasible(point(0, 0, NaN), limits)).toBe(false);
    expect(isFeasible({}, limits)).toBe(false);
    expect(isFeasible({}, [])).toBe(true);
  });
});

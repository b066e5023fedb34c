import { describe, expect, it } from 'vitest';
import { createCells } from '../../../src/core/geometry/cells.ts';
import type { Outcome } from '../../../src/core/geometry/cells.ts';
import { TRADE } from '../../../src/core/strategies/trade/constants.ts';
import {
  afterTrial,
  contains,
  contributions,
  failureTolerance,
  gainAtBest,
  isSuccess,
  hammingRadius,
  levelRadius,
  narrowestStep,
  radiusName,
} from '../../../src/core/strategies/trade/regions.ts';
import type { Region } from '../../../src/core/strategies/trade/regions.ts';
import type { Dimension, Family } from '../../../src/core/space/space.ts';

const region = (changes: Partial<Region> = {}): Region => ({
  id: 1,
  centre: 0,
  step: 1,
  successes: 0,
  failures: 0,
  idle: 4,
  payoffs: [],
  ...changes,
});

describe('the law of a region', () => {
  it('narrows by one step after as many failures in a row as its tolerance', () => {
    let now: Region | undefined = region();
    for (let i = 0; i < 2; i++) now = now && afterTrial(now, false, 3, 3);
    expect(now).toMatchObject({ step: 1, failures: 2 });
    expect(now && afterTrial(now, false, 3, 3)).toMatchObject({ step: 2, failures: 0, successes: 0, idle: 0 });
  });

  it('starts counting failures again after a success', () => {
    const now = afterTrial(region({ failures: 2 }), true, 3, 3);
    expect(now).toMatchObject({ step: 1, failures: 0, successes: 1 });
  });

  it('widens after successes in a row, never past its widest', () => {
    const ready = { successes: TRADE.successTolerance - 1 };
    expect(afterTrial(region({ ...ready, step: 2 }), true, 3, 3)).toMatchObject({ step: 1, successes: 0 });
    expect(afterTrial(region({ ...ready, step: 0 }), true, 3, 3)).toMatchObject({ step: 0 });
  });

  it('dies when it fails at its narrowest', () => {
    expect(afterTrial(region({ step: 3, failures: 2 }), false, 3, 3)).toBeUndefined();
  });

  it('tolerates half as many failures as there are dimensions, three at least', () => {
    expect([2, 6, 7, 20].map(failureTolerance)).toEqual([3, 3, 4, 10]);
  });

  it('halves all radii at each step, down to one level and one category', () => {
    const steps = [0, 1, 2, 3, 4].map((step) => ({ step }));
    const of = (count: number) => ({ levels: Array.from({ length: count }, (_, i) => i) });
    expect(steps.map((step) => levelRadius(step, of(9)))).toEqual([8, 4, 2, 1, 1]);
    expect(steps.map((step) => levelRadius(step, of(1001)))).toEqual([1000, 500, 250, 125, 63]);
    expect(steps.map((step) => hammingRadius(step, 8))).toEqual([8, 4, 2, 1, 1]);
  });

  it('is at its narrowest when its longest dimension moves by one level', () => {
    const dimension = (name: string, count: number) => ({
      ...{ name, title: name, role: 'other', type: 'ordinal' },
      levels: Array.from({ length: count }, (_, i) => i),
    });
    const narrowest = (...counts: number[]): number =>
      narrowestStep({ dimensions: counts.map((count, i) => dimension(`x${i}`, count) as Dimension) });
    expect([narrowest(9, 3), narrowest(1001), narrowest(3), narrowest(2), narrowest()]).toEqual([3, 10, 1, 1, 1]);
    expect(radiusName({ step: narrowest(9, 3) }, { dimensions: [dimension('x', 9) as Dimension] })).toBe('1');
    expect(radiusName({ step: 0 }, { dimensions: [dimension('x', 9) as Dimension] })).toBe('all');
  });
});

describe('membership', () => {
  const family: Family = {
    name: 'f',
    title: 'F',
    dimensions: [
      { name: 'w', title: 'w', role: 'width', type: 'ordinal', levels: [0, 1, 2, 3, 4, 5, 6] },
      { name: 'a', title: 'a', role: 'other', type: 'categorical', levels: ['p', 'q'] },
      { name: 'b', title: 'b', role: 'other', type: 'categorical', levels: ['p', 'q'] },
    ],
    costs: () => ({}),
  };
  it('takes levels within the radius and no more categories than the Hamming radius', () => {
    const inside = contains({ step: 3 }, family, { w: 3, a: 'p', b: 'p' });
    expect(inside({ w: 4, a: 'q', b: 'p' })).toBe(true);
    expect(inside({ w: 5, a: 'p', b: 'p' })).toBe(false);
    expect(inside({ w: 3, a: 'q', b: 'q' })).toBe(false);
    expect(contains({ step: 0 }, family, { w: 0, a: 'p', b: 'p' })({ w: 6, a: 'q', b: 'q' })).toBe(true);
  });
});

describe('success', () => {
  const reference: Outcome = { value: 0, costs: [10] };
  const before = createCells([{ value: 0.5, costs: [5] }], reference);
  const told: Outcome = { value: 0.6, costs: [5] }; // gains 0.1 * 5 = 0.5

  it('needs a quarter of the expected gain', () => {
    expect(isSuccess(before, told, 1.9, 0)).toBe(true);
    expect(isSuccess(before, told, 2.1, 0)).toBe(false);
  });

  it('is no success when one noise deviation would undo it', () => {
    expect(isSuccess(before, told, 0.1, 0.09)).toBe(true);
    expect(isSuccess(before, told, 0.1, 0.11)).toBe(false);
  });

  it('counts against a promise only what noise does not explain', () => {
    expect(gainAtBest(before, told, 0)).toBeCloseTo(0.5, 12);
    expect(gainAtBest(before, { ...told, value: 0.45 }, 0.1)).toBeCloseTo(0.25, 12);
    expect(gainAtBest(before, { ...told, value: 0.45 }, 0.04)).toBe(0);
  });
});

describe('contributions to the front', () => {
  const placed = [
    { trial: 0, outcome: { value: 0.5, costs: [5] } },
    { trial: 1, outcome: { value: 0.4, costs: [6] } }, // covered by 0
    { trial: 2, outcome: { value: 0.9, costs: [8] } },
    { trial: 3, outcome: { value: 0.9, costs: [8] } }, // equal to 2: the earlier stands for both
    { trial: 4, outcome: { value: 0.95, costs: [11] } }, // beyond the reference
  ];
  it('are the hypervolume lost without each, in order, and leave covered and equal ones out', () => {
    const found = contributions(placed, { value: 0, costs: [10] });
    expect(found.map(({ trial }) => trial)).toEqual([0, 2]);
    expect(found[0]?.share).toBeCloseTo(0.5 * 3, 12);
    expect(found[1]?.share).toBeCloseTo(0.4 * 2, 12);
  });

  it('are the same in whatever order the results came in', () => {
    const reference = { value: 0, costs: [10] };
    expect(contributions(placed.toReversed(), reference)).toEqual(contributions(placed, reference));
  });
});

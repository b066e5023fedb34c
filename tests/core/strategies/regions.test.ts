import { describe, expect, it } from 'vitest';
import { hypervolumeHistory } from '../../../src/core/geometry/hypervolume.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Why } from '../../../src/core/records/proposal.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import { TRADE } from '../../../src/core/strategies/trade/constants.ts';
import {
  contributions,
  exchangeRadius,
  familyFronts,
  isRadius,
  nearestCentre,
  playLaw,
  radiusName,
  testing,
} from '../../../src/core/strategies/trade/regions.ts';
import type { Region, Result } from '../../../src/core/strategies/trade/regions.ts';
import type { Configuration, Family } from '../../../src/core/space/space.ts';
import { familyOf } from '../../../src/core/space/lattice.ts';
import { familiesProblem } from '../../contract/strategy-problems.ts';

const { afterTrial, exchangeDistance, WHOLE_SPACE } = testing;

const times = (count: number, region: Region, success: boolean): Region =>
  Array.from({ length: count }).reduce<Region>((now) => afterTrial(now, success), region);

describe('the law of the region', () => {
  const { failureTolerance, successTolerance, narrowest } = TRADE;

  it('opens at the whole space, and restricts it after failures in a row', () => {
    expect(times(failureTolerance - 1, WHOLE_SPACE, false)).toMatchObject({
      id: 0,
      step: 0,
      failures: failureTolerance - 1,
    });
    expect(times(failureTolerance, WHOLE_SPACE, false)).toEqual({ id: 1, step: 1, successes: 0, failures: 0 });
  });

  it('starts counting failures again after a success', () => {
    const now = afterTrial(times(failureTolerance - 1, WHOLE_SPACE, false), true);
    expect(now).toMatchObject({ step: 0, failures: 0, successes: 1 });
    expect(times(failureTolerance - 1, now, false)).toMatchObject({ step: 0 });
  });

  it('widens after successes in a row, up to the whole space, and is a new one when it opens again', () => {
    const narrow = times(2 * failureTolerance, WHOLE_SPACE, false);
    expect(narrow).toMatchObject({ id: 1, step: 2 });
    const whole = times(3 * successTolerance, narrow, true);
    expect(whole).toMatchObject({ id: 1, step: 0 });
    expect(times(failureTolerance, whole, false)).toMatchObject({ id: 2, step: 1 });
  });

  it('starts again at the whole space where it fails at its narrowest', () => {
    const last = times(narrowest * failureTolerance, WHOLE_SPACE, false);
    expect(last).toMatchObject({ id: 1, step: narrowest });
    expect(times(failureTolerance, last, false)).toMatchObject({ id: 1, step: 0 });
  });
});

describe('the radius of the region', () => {
  const dimensionsOf = (count: number): Pick<Family, 'dimensions'> => ({
    dimensions: Array.from({ length: count }, (_, i) => {
      return { name: `x${i}`, title: 'x', role: 'other', type: 'ordinal', levels: [0, 1] } as const;
    }),
  });

  it('is a share of the dimensions that halves with each step, one exchange at least', () => {
    const radii = (count: number) => [0, 1, 2, 3].map((step) => exchangeRadius({ step }, dimensionsOf(count)));
    expect(radii(13)).toEqual([13, 7, 4, 2]);
    expect(radii(43)).toEqual([43, 22, 11, 6]);
    expect(radii(2)).toEqual([2, 1, 1, 1]);
    expect(radiusName({ step: 2 }, dimensionsOf(13))).toBe('4/13');
    expect(['4/13', '4', 'all'].map(isRadius)).toEqual([true, false, false]);
  });

  it('is a distance in exchanges, whatever their size; what a gate switches on does not count', () => {
    const { dimensions } = familyOf(familiesProblem().space, 'gated');
    const names = dimensions.map(({ name }) => name);
    expect(names).toEqual(['width', 'se', 'ratio']);
    const distance = (a: Configuration, b: Configuration): number => exchangeDistance({ dimensions }, a, b);
    expect(distance({ width: 8, se: false }, { width: 16, se: false })).toBe(1);
    expect(distance({ width: 8, se: false }, { width: 8, se: true, ratio: 4 })).toBe(1);
    expect(distance({ width: 8, se: true, ratio: 2 }, { width: 16, se: true, ratio: 4 })).toBe(2);
  });
});

const source = (expectedGain: number): Why => ({ source: 'global', expectedGain });
const result = (trial: number, value: number, cost: number, why: Why, config: Configuration = {}): Result => {
  return { trial, why, candidate: { family: 'f', config }, outcome: { value, costs: [cost] } };
};

describe('the law over results', () => {
  const reference = { value: 0, costs: [10] };

  it('counts a result as a success that gains more than a quarter of what was promised, over those before it', () => {
    const told = [
      result(0, 0.5, 5, { source: 'initial' }),
      result(1, 0.6, 5, source(1.9)), // gains .1 * 5
      result(2, 0.7, 5, source(2.1)),
      result(3, 0.4, 6, source(0)), // gains nothing, and nothing was promised
    ];
    expect(playLaw(told, reference).map(({ success }) => success)).toEqual([undefined, true, false, false]);
  });

  it('holds every gain against the front as it stood then', () => {
    const rng = createRng(5);
    const told = Array.from({ length: 60 }, (_, i) => {
      return result(i, rng.uniform(), 1 + 10 * rng.uniform(), source(4 * rng.uniform() ** 2));
    });
    const objectives = [
      { metric: 'value', goal: 'maximize', known: false },
      { metric: 'cost', goal: 'minimize', known: true },
    ] as const;
    const metrics = told.map(({ outcome }) => ({ value: outcome!.value, cost: outcome!.costs[0]! }));
    const volumes = [0, ...hypervolumeHistory(metrics, objectives, { value: 0, cost: 10 })];
    const expected = told.map(({ why }, i) => volumes[i + 1]! - volumes[i]! > 0.25 * why.expectedGain!);
    expect(playLaw(told, reference).map(({ success }) => success)).toEqual(expected);
    expect(expected.filter(Boolean).length).toBeGreaterThan(4);
  });

  it('takes what broke a measured limit for a failure, and no initial student for anything', () => {
    const broken: Result = { ...result(0, 1, 1, source(1)), outcome: undefined };
    expect(playLaw([broken], reference)).toMatchObject([{ success: false, region: { failures: 1 } }]);
    expect(playLaw([{ ...broken, why: { source: 'reference' } }], reference)[0]?.region).toEqual(WHOLE_SPACE);
  });

  it('is played again by what is believed later: luck that is seen through narrows', () => {
    const luck = (first: number): readonly Result[] =>
      Array.from({ length: 5 }, (_, i) => result(i, i === 0 ? first : 0.6 + i / 50, 5, source(0.3)));
    // By what is believed at first the best comes first and all others fail.
    expect(playLaw(luck(0.9), reference).at(-1)?.region).toMatchObject({ id: 1, step: 1 });
    expect(playLaw(luck(0.6), reference).at(-1)?.region).toMatchObject({ id: 0, step: 0 });
  });
});

describe('the centres of the region', () => {
  const dimensions = ['a', 'b', 'c', 'd'].map((name) => {
    return { name, title: name, role: 'other', type: 'categorical', levels: ['p', 'q'] } as const;
  });
  const told = [
    result(0, 0.5, 5, source(0), { a: 'p', b: 'p', c: 'p', d: 'p' }),
    result(1, 0.4, 6, source(0), { a: 'q', b: 'q', c: 'q', d: 'q' }), // dominated
    result(2, 0.6, 7, source(0), { a: 'p', b: 'q', c: 'p', d: 'p' }),
  ];
  const centres = familyFronts(told).get('f')!;

  it('are near by the least number of exchanges, the first of equals, and none beyond the radius', () => {
    const levels = (bits: number): Configuration =>
      Object.fromEntries(dimensions.map(({ name }, i) => [name, (bits >> i) & 1 ? 'q' : 'p']));
    const all = Array.from({ length: 16 }, (_, bits) => ({ family: 'f', config: levels(bits) }));
    const some = [3, 5, 6, 15].map((bits, trial) => ({ trial, candidate: all[bits]! }));
    for (const step of [0, 1, 2]) {
      for (const [bits, candidate] of all.entries()) {
        const apart = [3, 5, 6, 15].map((other) => [...((bits ^ other) >>> 0).toString(2)].filter((b) => b === '1'));
        const least = Math.min(...apart.map(({ length }) => length));
        const first = apart.findIndex(({ length }) => length === least);
        const found = nearestCentre({ step }, { dimensions }, some, candidate)?.trial;
        expect(found).toBe(least <= exchangeRadius({ step }, { dimensions }) ? first : undefined);
      }
    }
  });

  it('are the front of each family', () => {
    expect(centres.map(({ trial }) => trial)).toEqual([0, 2]);
  });

  it('let in what lies within the radius of one of them, and name the nearest', () => {
    const nearest = (config: Configuration, step: number) =>
      nearestCentre({ step }, { dimensions }, centres, { config })?.trial;
    expect(nearest({ a: 'q', b: 'q', c: 'p', d: 'p' }, 2)).toBe(2);
    expect(nearest({ a: 'q', b: 'q', c: 'q', d: 'p' }, 2)).toBeUndefined();
    expect(nearest({ a: 'q', b: 'q', c: 'q', d: 'p' }, 1)).toBe(2);
  });
});

describe('a search whose region is open', () => {
  // Twelve dimensions, and nothing to be found: every proposal fails.
  const family: Family = {
    ...{ name: 'flat', title: 'Flat' },
    dimensions: Array.from({ length: 12 }, (_, i) => {
      return { name: `x${i}`, title: 'x', role: 'other', type: 'categorical', levels: ['a', 'b', 'c', 'd'] } as const;
    }),
    costs: (config) => ({ params: 100 + Object.values(config).filter((level) => level === 'a').length }),
  };
  const problem = {
    space: { families: [family] },
    objectives: [
      { metric: 'accuracy', goal: 'maximize', known: false },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    limits: [],
    reference: { accuracy: 0.1, params: 120 },
    budget: 60,
  } as const;
  const play = (id: string) => {
    const strategy = openStrategy(id, { problem, seed: 1, options: {} });
    return Array.from({ length: 26 }, (_, trial) => {
      const asked = strategy.ask(1);
      strategy.fold(asked);
      const noise = Math.sin(12.9898 * trial) / 100;
      strategy.fold({ type: 'told', trial, metrics: { accuracy: trial === 0 ? 0.9 : 0.5 + noise } });
      return asked.proposals[0]!;
    });
  };

  it('proposes nothing outside of it', () => {
    const proposals = play('trade');
    const restricted = proposals.filter(({ why }) => why.region);
    expect(restricted.length).toBeGreaterThan(3);
    for (const { candidate, why } of restricted) {
      const [radius = NaN, of] = why.region!.radius.split('/').map(Number);
      expect(of).toBe(12);
      expect(why.source).toBe('region');
      const centre = proposals[why.region!.centre]!.candidate.config;
      expect(exchangeDistance(family, candidate.config, centre)).toBeLessThanOrEqual(radius);
    }
  });

  it('is the global process as long as it is not', () => {
    const [restricted, free] = [play('trade'), play('gp-ehvi')];
    const first = restricted.findIndex(({ why }) => why.region);
    expect(restricted.slice(0, first)).toEqual(free.slice(0, first));
    expect(free.every(({ why }) => !why.region)).toBe(true);
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

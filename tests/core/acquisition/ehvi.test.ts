import { describe, expect, it } from 'vitest';
import { createCells, hypervolumeGain, lowestLevel, testing } from '../../../src/core/geometry/cells.ts';
import type { Outcome } from '../../../src/core/geometry/cells.ts';
import { hypervolume } from '../../../src/core/geometry/hypervolume.ts';
import { readSurrogateOracle } from '../../oracle/read-surrogate.ts';
import { createEhvi } from '../../../src/core/acquisition/ehvi.ts';
import { logGainBound, logGainOf } from '../../../src/core/acquisition/improvement-terms.ts';
import { logExpectedImprovement } from '../../../src/core/math/normal.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { Objective } from '../../../src/core/objective.ts';
import { toValue } from '../../../src/core/surrogate/standardise.ts';
import type { Standardiser } from '../../../src/core/surrogate/standardise.ts';

const { dominatedVolumes } = testing;

const plain: Standardiser = { kneeValue: -1e9, kneeOutput: -1e9, unit: 1, lowUnit: 5, floorOutput: -2e9 };

const metricsOf = ({ value, costs }: Outcome): Record<string, number> => ({
  value,
  ...Object.fromEntries(costs.map((cost, j) => [`cost${j}`, cost])),
});

/** Hypervolume by the room's own exact program, for as many costs as the reference has. */
function volume(outcomes: readonly Outcome[], reference: Outcome): number {
  const objectives: Objective[] = [
    { metric: 'value', goal: 'maximize', known: false },
    ...reference.costs.map((_, j): Objective => ({ metric: `cost${j}`, goal: 'minimize', known: true })),
  ];
  return hypervolume(outcomes.map(metricsOf), objectives, metricsOf(reference));
}

function randomOutcomes(count: number, costs: number, seed: number): Outcome[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => ({
    value: rng.uniform(),
    costs: Array.from({ length: costs }, () => rng.uniform()),
  }));
}

describe('hypervolume gained by one outcome', () => {
  for (const costs of [1, 2, 3]) {
    it(`is the difference of two exact hypervolumes with ${costs} known costs`, () => {
      const reference: Outcome = { value: 0.1, costs: Array.from({ length: costs }, () => 0.95) };
      const [added, ...front] = randomOutcomes(7, costs, costs);
      const cells = createCells(front, reference);
      for (const outcome of [added!, ...randomOutcomes(20, costs, 50 + costs)]) {
        const difference = volume([...front, outcome], reference) - volume(front, reference);
        expect(hypervolumeGain(cells, outcome)).toBeCloseTo(difference, 12);
      }
    });
  }

  it('is bounded by the dominated volume at the lowest level, that of the first level with volume', () => {
    for (const costs of [0, 1, 2, 3]) {
      const reference: Outcome = { value: 0.1, costs: Array.from({ length: costs }, () => 0.9) };
      const cells = createCells(randomOutcomes(6, costs, 30 + costs), reference);
      for (const { costs: at } of randomOutcomes(40, costs, 60 + costs)) {
        const volumes = dominatedVolumes(cells, at);
        const lowest = lowestLevel(cells, at);
        if (!lowest) expect(volumes.every((volume) => volume === 0)).toBe(true);
        else {
          expect(lowest.level).toBe(volumes.findIndex((volume) => volume > 0));
          expect(lowest.volume).toBeCloseTo(
            volumes.reduce((sum, volume) => sum + volume, 0),
            12,
          );
        }
      }
    }
  });

  it('is nothing beyond the reference, and the whole box on an empty front', () => {
    const reference: Outcome = { value: 0.5, costs: [10] };
    expect(hypervolumeGain(createCells([], reference), { value: 0.9, costs: [4] })).toBeCloseTo(0.4 * 6, 12);
    expect(hypervolumeGain(createCells([], reference), { value: 0.9, costs: [11] })).toBe(0);
    expect(hypervolumeGain(createCells([], reference), { value: 0.4, costs: [1] })).toBe(0);
  });
});

describe('EHVI', () => {
  const { front, reference, scale, cases } = readSurrogateOracle().ehvi;
  for (const { mean, deviation, cost, value } of cases) {
    it(`agrees with adaptive quadrature at mean ${mean}, deviation ${deviation}, cost ${cost}`, () => {
      const ehvi = createEhvi(createCells(front, reference), scale);
      const gain = Math.exp(logGainOf(scale, ehvi.improvementTermsOf([[cost]]), mean, deviation));
      expect(Math.abs(gain - value) / value).toBeLessThan(1e-8);
    });
  }

  it('agrees with Monte Carlo over two known costs, across the knee', () => {
    const outcomes = randomOutcomes(6, 2, 9);
    const worst: Outcome = { value: 0, costs: [1, 1] };
    const bent: Standardiser = { kneeValue: 0.5, kneeOutput: 0, unit: 0.2, lowUnit: 0.6, floorOutput: -1e9 };
    const cells = createCells(outcomes, worst);
    const ehvi = createEhvi(cells, bent);
    const rng = createRng(77);
    const draws = 40_000;
    for (const [costs, mean, deviation] of [
      [[0.3, 0.2], 0.4, 0.8],
      [[0.6, 0.1], -0.5, 0.5],
    ] as const) {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < draws; i++) {
        const gain = hypervolumeGain(cells, { value: toValue(bent, mean + deviation * rng.normal()), costs });
        sum += gain;
        squares += gain * gain;
      }
      const average = sum / draws;
      const error = Math.sqrt((squares / draws - average ** 2) / draws);
      expect(
        Math.abs(Math.exp(logGainOf(bent, ehvi.improvementTermsOf([costs]), mean, deviation)) - average),
      ).toBeLessThan(4 * error);
    }
  });

  it('over draws of the costs is the mean of what each of them gives, and no more than the cheapest bounds', () => {
    const ehvi = createEhvi(createCells(front, reference), scale);
    const draws = [[800], [2600], [6000], [20_000]];
    const each = draws.map((costs) => Math.exp(logGainOf(scale, ehvi.improvementTermsOf([costs]), 1, 0.7)));
    const joint = logGainOf(scale, ehvi.improvementTermsOf(draws), 1, 0.7);
    expect(Math.exp(joint)).toBeCloseTo(each.reduce((sum, gain) => sum + gain, 0) / 4, 9);
    expect(joint).toBeLessThanOrEqual(ehvi.bound([800], 1, 0.7));
  });

  it('is log expected improvement over the best value when no cost is an objective', () => {
    const ehvi = createEhvi(
      createCells(
        [
          { value: 1.5, costs: [] },
          { value: 0.5, costs: [] },
        ],
        { value: -2, costs: [] },
      ),
      plain,
    );
    expect(logGainOf(plain, ehvi.improvementTermsOf([[]]), 1, 0.7)).toBeCloseTo(logExpectedImprovement(1, 0.7, 1.5), 6);
  });

  it('still ranks candidates far below the front, where it underflows', () => {
    const ehvi = createEhvi(createCells(front, reference), plain);
    const terms = ehvi.improvementTermsOf([[8000]]);
    expect(logGainOf(plain, terms, -50, 1)).toBeGreaterThan(logGainOf(plain, terms, -51, 1));
    expect(Number.isFinite(logGainOf(plain, terms, -51, 1))).toBe(true);
  });

  it('rises with the deviation: an upper bound of the variance bounds the gain', () => {
    const ehvi = createEhvi(createCells(front, reference), scale);
    const terms = ehvi.improvementTermsOf([[1000]]);
    let last = -Infinity;
    for (const deviation of [0.01, 0.1, 0.5, 1, 2]) {
      const gain = logGainOf(scale, terms, 1, deviation);
      expect(gain).toBeGreaterThanOrEqual(last);
      last = gain;
    }
  });
});

describe('the bound of a gain', () => {
  it('is above the gain at every smaller deviation, knee or no knee: otherwise the best is thrown away unseen', () => {
    const bent: Standardiser = { kneeValue: 0.7, kneeOutput: -0.8, unit: 0.05, lowUnit: 0.25, floorOutput: -9 };
    const terms = (level: number) => ({ logWeights: Float64Array.of(0), levels: Float64Array.of(level) });
    let rises = 0;
    for (const level of [-3, -1.5, -0.9, -0.8, 0.5]) {
      for (const mean of [-2, -0.7, -0.2, 1]) {
        const gains = [0.05, 0.2, 0.5, 1, 2].map((deviation) => logGainOf(bent, terms(level), mean, deviation));
        rises += gains.filter((gain, i) => gain < (gains[i - 1] ?? -Infinity) - 1e-9).length;
        const bound = logGainBound(bent, level, mean, 2);
        for (const gain of gains) expect(gain).toBeLessThanOrEqual(bound + 1e-9);
        if (level >= bent.kneeOutput) expect(bound).toBeCloseTo(gains.at(-1)!, 12);
      }
    }
    // Gains do fall as doubt grows: the case the bound is for.
    expect(rises).toBeGreaterThan(0);
  });
});

describe('a margin', () => {
  it('is what every level of the front is raised by, as output', () => {
    const reference: Outcome = { value: 0, costs: [10] };
    const front: Outcome[] = [
      { value: 0.5, costs: [5] },
      { value: 0.8, costs: [8] },
    ];
    const raised = front.map(({ value, costs }) => ({ value: value + 0.1, costs }));
    const withMargin = createEhvi(createCells(front, reference), plain, 0.1);
    const higher = createEhvi(createCells(raised, { value: 0.1, costs: [10] }), plain);
    for (const cost of [2, 6, 9]) {
      const [a, b] = [withMargin, higher].map((ehvi) => logGainOf(plain, ehvi.improvementTermsOf([[cost]]), 0.7, 0.3));
      expect(a).toBeCloseTo(b!, 6);
    }
  });
});

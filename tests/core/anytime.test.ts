import { describe, expect, it } from 'vitest';
import {
  compareWith,
  logGapArea,
  reachedBy,
  readingCounts,
  scoreAfter,
  spreadAfter,
  timesOfAsks,
  testing,
} from '../../src/core/anytime.ts';
import type { SeededCurves } from '../../src/core/anytime.ts';

const { trainingsOfShare, trainingsToReach } = testing;

describe('curves read across seeds', () => {
  const curves = [[0.1, 0.4], [0.2, 0.5, 0.9], [0.3], [0, 0.6, 0.6]];

  it('keep their last value where they end early', () => {
    expect(curves.map((curve) => scoreAfter(curve, 3))).toEqual([0.4, 0.9, 0.3, 0.6]);
    expect(spreadAfter(curves, 3, 'maximize')).toEqual({ median: 0.5, worst: 0.3, lower: 0.375, upper: 0.675 });
  });

  it('take the largest for the worst where less is better', () => {
    expect(spreadAfter(curves, 3, 'minimize').worst).toBe(0.9);
  });

  it('count a seed without a score as the worst, not as none', () => {
    const broken = [[NaN], [0.2], [0.3]];
    expect(spreadAfter(broken, 1, 'maximize').median).toBe(0.2);
    expect(spreadAfter(broken, 1, 'minimize').median).toBe(0.3);
    expect(spreadAfter(broken, 1, 'maximize').worst).toBeNaN();
    expect(spreadAfter([], 1, 'maximize').median).toBeNaN();
  });

  it('say after how many trainings a threshold was reached, by whichever goal', () => {
    expect(curves.map((curve) => trainingsToReach(curve, 0.5, 'maximize'))).toEqual([Infinity, 2, Infinity, 2]);
    expect(trainingsToReach([NaN, 9, 4, 3], 4, 'minimize')).toBe(3);
  });

  it('say when half of the seeds were there, and that they never were', () => {
    expect(trainingsOfShare([30, Infinity, 10, 20], 0.5)).toBe(20);
    expect(trainingsOfShare([30, Infinity, Infinity], 0.5)).toBe(Infinity);
    expect(trainingsOfShare([7], 0.5)).toBe(7);
  });

  it('count the seeds that reached a threshold, and those that never did as later than all others', () => {
    const seeds = [[0.2, 0.9], [0.9], [0.1, 0.2, 0.3, 0.9], [0.1]];
    expect(reachedBy(seeds, 0.5, 'maximize')).toEqual({ seeds: 4, reached: 3, half: 2, most: Infinity });
  });

  it('are read at round counts and at their end, once', () => {
    expect(readingCounts(200)).toEqual([10, 20, 50, 100, 200]);
    expect(readingCounts(60)).toEqual([10, 20, 50, 60]);
    expect([readingCounts(3), readingCounts(0)]).toEqual([[3], []]);
  });
});

it('counts the time of an ask once, however many rows came of it', () => {
  expect(timesOfAsks([7, 7, 7, 4, 4, 4, 5], 3)).toEqual([7, 4, 5]);
});

describe('the area under log10(1 - share)', () => {
  it('of a constant gap of a hundredth is -2, however long', () => {
    expect(logGapArea([0.99], 1)).toBeCloseTo(-2, 12);
    expect(logGapArea([0.99, 0.99], 50)).toBeCloseTo(-2, 12);
  });

  it('is a mean over trainings: half at a tenth, half at a thousandth', () => {
    expect(logGapArea([0.9, 0.9, 0.999, 0.999], 4)).toBeCloseTo(-2, 9);
  });

  it('stays finite for a table that was solved', () => {
    expect(logGapArea([1, 1], 2)).toBe(-4);
  });
});

describe('comparing one strategy with others', () => {
  const constant = (shares: readonly number[]): SeededCurves =>
    new Map(shares.map((share, seed) => [seed + 1, [share]]));
  const strong = constant([0.999, 0.998, 0.999, 0.997, 0.999, 0.998]);
  const weak = constant([0.9, 0.91, 0.9, 0.88, 0.92, 0.9]);

  it('sees who is better, from both sides, by decades of the gap', () => {
    const [from] = compareWith(strong, new Map([['weak', weak]]), 10);
    const [to] = compareWith(weak, new Map([['strong', strong]]), 10);
    expect([from?.verdict, to?.verdict]).toEqual(['better', 'worse']);
    expect(from?.difference).toBeCloseTo(-(to?.difference ?? NaN), 12);
    // The pairs by hand: log10 of .001/.1, .002/.09, .001/.1, .003/.12, .001/.08, .002/.1.
    const decades = [0.01, 0.002 / 0.09, 0.01, 0.025, 0.0125, 0.02].map(Math.log10);
    expect(from?.difference).toBeCloseTo(decades.reduce((sum, decade) => sum + decade, 0) / 6, 6);
  });

  it('claims nothing of equals, and p is one', () => {
    const [same] = compareWith(strong, new Map([['again', strong]]), 10);
    expect(same).toMatchObject({ difference: 0, lower: 0, upper: 0, p: 1, adjustedP: 1, verdict: 'open' });
  });

  it('pairs by seed, and only describes below five of them', () => {
    const shifted: SeededCurves = new Map([...weak].map(([seed, curve]) => [seed + 2, curve]));
    const [result] = compareWith(strong, new Map([['shifted', shifted]]), 10);
    expect(result).toMatchObject({ seeds: 4, verdict: 'descriptive' });
  });

  it("corrects for the number of comparisons: each p is at least Holm's share of it", () => {
    const results = compareWith(
      strong,
      new Map([
        ['a', weak],
        ['b', weak],
        ['c', strong],
      ]),
      10,
    );
    expect(results.map(({ p, adjustedP }) => adjustedP / p)).toEqual([3, 3, 1]);
  });
});

import { describe, expect, it } from 'vitest';
import { stepsOf } from '../../../benchmarks/scale/rows.ts';
import type { SlotsRow } from '../../../benchmarks/scale/rows.ts';
import { reportLines, shareAfter, shareAt, summarise } from '../../../benchmarks/scale/summary.ts';
import { fitTimes, timedTasks } from '../../../benchmarks/scale/timed-tasks.ts';

/** A game of 100 trainings, each of a second, whose share rises at the given ones. */
function row(slots: number, seed: number, rises: readonly (readonly [number, number])[]): SlotsRow {
  const steps = rises.map(([count, share]) => [count, Math.ceil(count / slots), share] as const);
  return {
    ...{ task: 'made up', strategy: 'random', slots, seed, budget: 100, everySeconds: 0, version: 1 },
    ...{ id: `${slots} ${seed}`, trainings: 100, seconds: 100 / slots, trainingSeconds: 100, steps },
    askMs: { all: 2000, late: [20, 40] },
    origin: { machine: 'one', date: '2026-11-30' },
  };
}

describe('a game by slots in few words', () => {
  it('keeps where the share rose, and nothing of trainings that brought nothing', () => {
    expect(stepsOf({ curve: [0, 0.5, 0.5, 0.75], ends: [1, 2, 3, 4.5] })).toEqual([
      [2, 2, 0.5],
      [4, 4.5, 0.75],
    ]);
  });

  it('gives the share after a training and at a second, ends included, and 0 before any', () => {
    const game = row(2, 1, [
      [10, 0.5],
      [20, 0.75],
    ]);
    expect([9, 10, 19, 20, 100].map((count) => shareAfter(game, count))).toEqual([0, 0.5, 0.5, 0.75, 0.75]);
    expect([4.9, 5, 9.9, 10].map((seconds) => shareAt(game, seconds))).toEqual([0, 0.5, 0.5, 0.75]);
  });

  it('compares the same seeds, counts time to a share, and says how busy slots are', () => {
    const one = [1, 2, 3].map((seed) => row(1, seed, [[20, 0.9 + seed / 100]]));
    const ten = [1, 2, 3].map((seed) => row(10, seed, [[20, 0.9]]));
    // In another order: what is paired by place would be wrong.
    const figures = summarise([...ten, ...one.toReversed()])['made up']?.['random'];
    expect(figures?.['1']?.against).toEqual({});
    expect(figures?.['1']?.afterTrainings['20']?.[0]).toBeCloseTo(0.92, 12);
    // Differences -.01, -.02, -.03: mean -.02, standard error .01 / sqrt 3.
    const [mean, error] = figures?.['10']?.against['20'] ?? [];
    expect(mean).toBeCloseTo(-0.02, 12);
    expect(error).toBeCloseTo(0.01 / Math.sqrt(3), 12);
    expect(figures?.['10']?.secondsUntil).toMatchObject({ 0.9: 2, 0.95: Infinity });
    expect(figures?.['10']?.busy).toBe(1);
    expect(figures?.['1']?.askSeconds).toBe(2);
    expect(reportLines({ 'made up': { random: figures! } }).join('\n')).toContain('0.95: never');
  });
});

describe('how long trainings take', () => {
  it('finds a power law again, and how far times lie from it', () => {
    const exact = [1e5, 1e6, 1e7].map((macs) => [macs, 2 * macs ** 0.5] as const);
    const law = fitTimes(exact);
    expect(law.slope).toBeCloseTo(0.5, 12);
    expect(Math.exp(law.offset)).toBeCloseTo(2, 9);
    expect(law.deviation).toBeCloseTo(0, 9);
    // Residuals of ln 2: +, -, -, + about a level line, two degrees of freedom: ln 2 · sqrt(4 / 2).
    const spread = fitTimes([1, -1, -1, 1].map((side, i) => [10 ** i, 2 ** side]));
    expect(spread.slope).toBeCloseTo(0, 12);
    expect(spread.deviation).toBeCloseTo(Math.LN2 * Math.SQRT2, 12);
  });

  it('has seconds for whatever can be proposed, of the table its own', () => {
    for (const task of timedTasks()) {
      const { game, secondsOf } = task.open(1, 10);
      for (const { name, pool, dimensions } of game.problem.space.families) {
        const config = pool?.[0] ?? Object.fromEntries(dimensions.map((one) => [one.name, one.levels[0]!]));
        expect(secondsOf({ family: name, config }, 7), `${task.name} ${name}`).toBeGreaterThan(0);
      }
    }
  });
});

/** Numbers worked out by hand; quartiles are those of type 7, linear between order statistics. */
import { describe, expect, it } from 'vitest';
import { report } from '../../../benchmarks/search/report.ts';
import { anytime, askTimes, summarise, trialsUntil } from '../../../benchmarks/search/summary.ts';
import { gameRecord } from './game-records.ts';

/** A game of 24 trials that scores `early` up to the tenth trial, `middle` up to the twentieth,
 * then `late`. */
function stepped(seed: number, [early = NaN, middle = NaN, late = NaN]: readonly number[], strategy = 'turbo') {
  const curve = Array.from({ length: 24 }, (_, i) => (i < 10 ? early : i < 20 ? middle : late));
  return gameRecord({ seed, strategy, budget: 24, curve, askMs: curve.map((_score, i) => 100 * seed + i) });
}

const FOUR = [
  stepped(1, [0.1, 0.5, 0.9]),
  stepped(2, [0.2, 0.3, 0.8]),
  stepped(3, [0.4, 0.6, 0.6]),
  stepped(4, [0.3, 0.4, 0.7]),
];

describe('scores after a number of trials', () => {
  it('are medians and quartiles over seeds', () => {
    const points = anytime(FOUR);
    expect(points.map(({ count }) => count)).toEqual([10, 20, 24]);
    // .1 .2 .3 .4: the median lies between the second and the third, the quartiles at 3/4 and 1/4
    // of the way.
    expect(points[0]?.median).toBeCloseTo(0.25, 12);
    expect(points[0]?.band[0]).toBeCloseTo(0.175, 12);
    expect(points[0]?.band[1]).toBeCloseTo(0.325, 12);
    expect(points[1]?.median).toBeCloseTo(0.45, 12);
    expect(points[2]?.median).toBeCloseTo(0.75, 12);
    expect(points[2]?.band[0]).toBeCloseTo(0.675, 12);
  });

  it('of an odd number of seeds are those of the middle one', () => {
    expect(anytime(FOUR.slice(0, 3)).map(({ median }) => median)).toEqual([0.2, 0.5, 0.8]);
  });

  it('stay at the last score of a game that ended early', () => {
    const early = gameRecord({ budget: 24, curve: Array.from({ length: 15 }, (_, i) => i / 100) });
    expect(anytime([early]).map(({ median }) => median)).toEqual([0.09, 0.14, 0.14]);
  });

  it('are not given for counts that the budget does not reach', () => {
    expect(anytime([gameRecord({ budget: 19, curve: [1] })]).map(({ count }) => count)).toEqual([10]);
  });
});

describe('trials until a level', () => {
  it('are the median over seeds of the first trial at least as good', () => {
    // First trials with .6 or more: 21, 21, 11, 21.
    expect(trialsUntil(FOUR, 0.6, 'maximize')).toBe(21);
    // With .3 or less where less is better: 1, 1, never, 1.
    expect(trialsUntil(FOUR, 0.3, 'minimize')).toBe(1);
  });

  it('are infinite where most seeds do not come there', () => {
    // .8 is reached by two of four: the later of the two in the middle never is.
    expect(trialsUntil(FOUR, 0.8, 'maximize')).toBe(Infinity);
  });
});

describe('ask times', () => {
  it('are those of the last twenty asks before a count, over all games', () => {
    const ramp = gameRecord({ budget: 24, askMs: Array.from({ length: 24 }, (_, i) => i + 1) });
    // Asks 5 to 24: median 14.5; the 95th percentile lies 18.05 steps past 5.
    expect(askTimes([ramp], 24)[0]).toBeCloseTo(14.5, 12);
    expect(askTimes([ramp], 24)[1]).toBeCloseTo(23.05, 12);
    expect(askTimes([ramp], 20)[0]).toBeCloseTo(10.5, 12);
  });

  it('leave out games that did not come so far', () => {
    expect(askTimes([gameRecord({ askMs: [7, 7, 7] })], 24)).toEqual([NaN, NaN]);
  });
});

describe('a summary', () => {
  const skipped = gameRecord({ strategy: 'optuna-cmaes', curve: [], askMs: [], skipped: 'CMA-ES knows no categories' });
  const trade = [stepped(1, [0.6, 0.7, 0.8], 'trade')];

  it('has medians by task, strategy and count, and ask times by strategy', () => {
    const { medians, askMs } = summarise([...trade, ...FOUR.slice(0, 3), skipped]);
    expect(medians).toEqual({
      'levy-20': { trade: { 10: 0.6, 20: 0.7, 24: 0.8 }, turbo: { 10: 0.2, 20: 0.5, 24: 0.8 } },
    });
    // The last twenty asks of trade's only game take 104 to 123 ms.
    expect(askMs['trade']?.['24']?.[0]).toBeCloseTo(113.5, 12);
    expect(Object.keys(askMs)).toEqual(['trade', 'turbo']);
  });

  it('for people says which seeds were recorded, which played now, and why others were not played', () => {
    const isNow = (record: unknown) => trade.some((one) => one === record);
    const titleOf = () => ({ summary: 'ripples', direction: 'maximize' }) as const;
    const { lines } = report([...trade, ...FOUR, skipped], titleOf, isNow);
    const of = (start: string) => lines.filter((line) => line.trim().startsWith(start)).join('\n');
    expect(of('trade')).toMatch(/1 seeds played now\n.*1 games played now on AMD EPYC/);
    expect(of('turbo')).toMatch(/4 seeds recorded\n.*4 games recorded 2026-11-25 on AMD EPYC.*botorch 0\.18\.1/);
    expect(of('levy-20 optuna-cmaes')).toBe('levy-20 optuna-cmaes: not played: CMA-ES knows no categories');
  });

  it("counts trials until evolution's last median", () => {
    const evolution = [stepped(1, [0.1, 0.2, 0.3], 'evolution')];
    const titleOf = () => ({ summary: 'ripples', direction: 'maximize' }) as const;
    // Turbo's seeds 1 to 4 have .3 after 11, 11, 1 and 1 trials.
    expect(report([...evolution, ...FOUR], titleOf, () => false).trials).toEqual({
      'levy-20': { evolution: 21, turbo: 11 },
    });
  });
});

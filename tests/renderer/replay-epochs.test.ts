/** Replays by epochs: what had been reached when so many were spent, and not after so many rows. */
import { describe, expect, test } from 'vitest';
import type { ReplayView } from '../../src/bridge/schemas/replay.ts';
import { anytimeChart } from '../../src/renderer/charts/anytime.ts';
import {
  budgetText,
  byEpochs,
  hasEpochs,
  lengthOf,
  replayCsv,
  thresholdRows,
} from '../../src/renderer/strategies/replay-figures.ts';
import { fixtureReplay } from '../support/gallery/replay-fixtures.ts';

const { summary } = fixtureReplay({ strategies: ['trade', 'random'], seeds: 1, budget: 3, played: 2 });
const counted = { ...summary, budgetEpochs: 24, table: { ...summary.table, epochs: 8, legs: 2 } };
/** By short trainings: two rows after 12 and 28 epochs; by whole ones three, a training each. */
const replay: ReplayView = {
  summary: counted,
  results: [
    {
      ...{ strategy: 'trade', seed: 1, hypervolume: [0.6, 0.9], best: [80, 90], askMs: [1, 1], rows: [4, 2] },
      epochs: [12, 28],
    },
    {
      ...{ strategy: 'random', seed: 1, hypervolume: [0.5, 0.5, 0.7], best: [70, 70, 75], askMs: [1, 1, 1] },
      ...{ rows: [0, 1, 2], epochs: [8, 16, 24] },
    },
  ],
};

describe('a replay by epochs', () => {
  test('has at each epoch what the trainings within it came to, and nothing beyond the budget', () => {
    const by = byEpochs(replay);
    const [trade, random] = by.results;
    expect(lengthOf(by.results)).toBe(24);
    expect(trade?.hypervolume).toEqual([...Array<number>(11).fill(0), ...Array<number>(13).fill(0.6)]);
    expect([random?.hypervolume[6], random?.hypervolume[7], random?.hypervolume[23]]).toEqual([0, 0.5, 0.7]);
    expect(trade?.best[10]).toBeNaN();
    expect(thresholdRows(by, 'hypervolume', 0.6).map(({ half }) => half)).toEqual([12, 24]);
  });

  test('is there only where every game counts them, as those of earlier versions do not', () => {
    expect(hasEpochs(replay)).toBe(true);
    expect(hasEpochs(fixtureReplay({ seeds: 2 }))).toBe(false);
    expect(hasEpochs({ ...replay, results: [] })).toBe(false);
  });

  test('says its budget and keeps the epochs of each row in its file', () => {
    expect(budgetText(counted)).toBe('24 epochs');
    expect(budgetText({ ...counted, legs: false })).toBe('24 epochs without short trainings');
    expect(budgetText(summary)).toBe('3 trainings');
    expect(replayCsv(replay).split('\r\n').slice(0, 2)).toEqual([
      'strategy,seed,training,hypervolume,best,ask_ms,row,epochs',
      'trade,1,1,0.6,80,1,4,12',
    ]);
  });

  test('is drawn in a thousand points, however many epochs there are', () => {
    const curve = Array.from({ length: 20_400 }, (_, index) => index / 20_400);
    const series = [{ title: 'TRADE', place: 0, curves: [curve] }];
    const input = { series, title: 'Share', goal: 'maximize', text: String, budget: 20_400, over: 'epochs' } as const;
    const { option, summary: said } = anytimeChart(input, 'light');
    const drawn = (option.series as readonly { readonly id: string; readonly data: readonly number[][] }[])[2];
    expect(drawn?.data.length).toBeLessThanOrEqual(1000);
    expect(drawn?.data.at(-1)?.[0]).toBe(20_400);
    expect(said).toContain('Medians after 20,400 epochs');
  });

  test('says which strategies are level, and draws no two of a kind beside each other', () => {
    // One line hid the other, and the words told two equal numbers.
    const curves = [[0.5, 0.9]];
    const series = ['TRADE', 'Random', 'TPE'].map((title, place) => ({ title, place, curves }));
    const last = { title: 'NSGA-II', place: 3, curves: [[0.5, 0.7]] };
    const { option, summary: said } = anytimeChart(
      { series: [...series, last], title: 'Share', goal: 'maximize', text: String, budget: 2 },
      'light',
    );
    expect(said).toContain('TRADE and Random and TPE, level, 0.9; NSGA-II 0.7.');
    const lines = (option.series as readonly { readonly id: string; readonly lineStyle: { type?: unknown } }[]).filter(
      ({ id }) => id.endsWith('median'),
    );
    expect(new Set(lines.map(({ lineStyle }) => JSON.stringify(lineStyle.type))).size).toBe(lines.length);
  });
});

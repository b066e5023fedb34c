/** Games with short trainings: what they tell, what they cost, and what of them counts. */
import { describe, expect, it } from 'vitest';
import { byEpoch } from '../../../src/core/anytime.ts';
import { parseTable } from '../../../src/core/strategies/recorded-table.ts';
import type { RecordedTable } from '../../../src/core/strategies/recorded-table.ts';
import { replay } from '../../../src/core/strategies/replay.ts';
import type { ReplayResult } from '../../../src/core/strategies/replay.ts';
import '../../contract/contestants.ts';

/** 12 rows of 9 epochs. What epoch 1 and 3 tell ranks them exactly the other way round. */
function tableWithLegs(legs: readonly unknown[] = LEGS): RecordedTable {
  const rows = Array.from({ length: 12 }, (_, depth) => [depth, 10 + depth, 100 - depth, 50 - depth, 100 + depth]);
  return parseTable({
    ...{ format: 'trade-replay/1', name: 'legs', complete: true, epochs: 9, legs },
    metrics: ['quality', 'first', 'third', 'params'],
    objectives: [
      { metric: 'quality', goal: 'maximize' },
      { metric: 'params', goal: 'minimize', known: true },
    ],
    reference: { quality: 0, params: 200 },
    families: [
      { name: 'f', parameters: [{ name: 'depth', type: 'ordinal', values: rows.map(([depth]) => depth) }], rows },
    ],
  });
}
const LEGS = [
  { epochs: 1, schedule: 'part', metric: 'first' },
  { epochs: 3, schedule: 'part', metric: 'third' },
];

const now = (): number => 0;
const play = (strategy: string, budget: { budgetEpochs: number } | { budget: number }, more = {}): ReplayResult =>
  replay(tableWithLegs(), { strategy, seed: 1, now, ...budget, ...more });

describe('a game with short trainings', () => {
  it('tells a leg the metric of that leg: halving follows it, though it misleads', () => {
    // All twelve for an epoch, four for three, two to the end: 12 + 4 * 2 + 2 * 6 epochs.
    const { rows, epochs } = play('toy-halving', { budgetEpochs: 108 });
    expect([...rows].sort()).toEqual([0, 1]);
    expect(epochs).toEqual([26, 32]);
  });

  it('counts whole trainings alone: what rests is in no front and no best', () => {
    const { hypervolume, best } = play('toy-halving', { budgetEpochs: 108 });
    expect(best).toHaveLength(2);
    expect(Math.max(...best)).toBe(11);
    expect(hypervolume.at(-1)).toBeLessThan(1);
  });

  it('is the same game in rows and in the epochs of as many whole trainings', () => {
    for (const strategy of ['toy-halving', 'random']) {
      expect(play(strategy, { budget: 5 })).toEqual(play(strategy, { budgetEpochs: 45 }));
    }
  });

  it('begins with them where who can do without is told a budget in epochs, and not where it is one in rows', () => {
    const own = [{ epochs: 2, schedule: 'own', metric: 'third' }];
    const games = [{ budgetEpochs: 72 }, { budget: 8 }].map((budget) =>
      replay(tableWithLegs(own), { strategy: 'gp-ehvi', seed: 1, now, ...budget }),
    );
    expect(games.map(({ epochs }) => epochs[0])).toEqual([expect.any(Number), 9]);
    expect((games[0]?.epochs[0] ?? 0) % 9).not.toBe(0);
  });

  it('trains the last student that is begun within the budget to its end', () => {
    expect(play('random', { budgetEpochs: 19 }).epochs).toEqual([9, 18, 27]);
    expect(play('random', { budgetEpochs: 18 }).epochs).toEqual([9, 18]);
  });

  it('plays without them where that is asked for, and then refuses who needs them', () => {
    expect(play('random', { budget: 3 }, { noLegs: true }).epochs).toEqual([]);
    expect(play('random', { budgetEpochs: 27 }, { noLegs: true }).epochs).toEqual([9, 18, 27]);
    expect(() => play('toy-halving', { budgetEpochs: 27 }, { noLegs: true })).toThrow(/no short trainings/);
  });

  it('refuses a budget that is less than one training, and epochs of a table that has none', () => {
    expect(() => play('random', { budgetEpochs: 8 })).toThrow(/8 epochs are fewer than the 9 of one whole training/);
    const { epochs: _, legs: __, ...bare } = tableWithLegs();
    expect(() => replay(bare, { strategy: 'random', seed: 1, budgetEpochs: 90, now })).toThrow(/does not say how many/);
  });

  it('says what was asked for and is not recorded', () => {
    const table = tableWithLegs(LEGS.slice(1));
    expect(() => replay(table, { strategy: 'toy-halving', seed: 1, budget: 3, now })).toThrow(
      /a rest after 1 epochs was asked for, which legs does not have/,
    );
  });
});

describe('a curve by epochs', () => {
  it('holds what was trained by then, and what stood before the first result', () => {
    expect(byEpoch([0.5, 0.9], [2, 5], 6, 0)).toEqual([0, 0.5, 0.5, 0.5, 0.9, 0.9]);
    expect(byEpoch([1], [8], 3, NaN)).toEqual([NaN, NaN, NaN]);
    // Two results of one epoch: the later one stands.
    expect(byEpoch([0.1, 0.2], [1, 1], 1, 0)).toEqual([0.2]);
  });
});

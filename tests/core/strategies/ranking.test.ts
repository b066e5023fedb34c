/** Told trials from best to worst, on points whose fronts pymoo 0.6.2 gives the same. */
import { describe, expect, it } from 'vitest';
import { standings } from '../../../src/core/strategies/ranking.ts';
import { singleObjective } from '../../contract/strategy-problems.ts';
import { tellPlaces } from './points.ts';
import type { Place } from './points.ts';

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

describe('standings', () => {
  const trialsOf = (places: readonly Place[], changes = {}): readonly number[] => {
    const { problem, ledger } = tellPlaces(places, changes);
    return standings(problem, ledger).map(({ trial }) => trial.trial);
  };

  it('stand by rank, then by room, the ends of a front before all others of it', () => {
    // The points above with −10 times the second coordinate as accuracy: the same fronts.
    const places = POINTS.map(([cost, loss]): Place => [cost!, 1 - loss! / 10]);
    expect(trialsOf(places)).toEqual([0, 4, 2, 1, 3, 7, 5, 8, 6, 9]);
  });

  it('leave out what failed, runs, or gave no number', () => {
    expect(
      trialsOf([
        [1, 0.5],
        [2, 'failed'],
        [3, 'running'],
        [4, NaN],
        [5, Infinity],
        [6, 0.6],
      ]),
    ).toEqual([0, 5]);
  });

  it('keep an old result for as long as nothing beats it', () => {
    const places = [[5, 0.9] as const, ...Array.from({ length: 60 }, (_, i) => [5, 0.5 + i / 1000] as const)];
    expect(trialsOf(places, { objectives: singleObjective })[0]).toBe(0);
  });

  it('put what broke a measured limit behind everything that kept it, the least broken first', () => {
    const told = (accuracy: number, latencyMs: number) => ({ accuracy, latencyMs });
    const places: readonly Place[] = [
      [1, told(0.99, 3)],
      [2, told(0.4, 0.9)],
      [3, told(0.98, 1.5)],
      [4, told(0.3, 0.5)],
    ];
    expect(trialsOf(places, { limits: [{ metric: 'latencyMs', max: 1 }] })).toEqual([1, 3, 2, 0]);
    const { problem, ledger } = tellPlaces(places, { limits: [{ metric: 'latencyMs', max: 1 }] });
    expect(standings(problem, ledger).map(({ rank }) => rank)).toEqual([0, 1, 2, 3]);
  });
});

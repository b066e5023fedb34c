/** The order and choice of rows in the trial table. */
import { describe, expect, test } from 'vitest';
import type { Trial } from '../../src/core/records/trial.ts';
import { fixtureRun } from '../support/gallery/fixtures.ts';
import { trialColumns } from '../../src/renderer/run/trials/trial-columns.ts';
import { findTrials, nextSort, rowTexts, sortTrials } from '../../src/renderer/run/trials/trial-order.ts';

const { trials } = fixtureRun({ id: 'f', name: 'f', state: 'finished', budget: 24, done: 24, seed: 2 });
const titles = { familyTitle: (name: string) => name.toUpperCase(), dimensionTitle: (_: string, name: string) => name };
const columns = trialColumns(titles);
const numbers = (some: readonly Trial[]): readonly number[] => some.map(({ number }) => number);
const withAccuracy = (accuracy: number | undefined, number: number): Trial => ({
  ...trials[0]!,
  id: `t-${number}`,
  number,
  metrics: accuracy === undefined ? {} : { accuracy },
});

describe('sorting', () => {
  test('puts what has no number last whichever way one sorts, and equals in the order of their numbers', () => {
    const some = [undefined, 0.5, NaN, 0.9, 0.5].map(withAccuracy);
    expect(numbers(sortTrials(some, columns, { column: 'accuracy', isDescending: true }))).toEqual([3, 1, 4, 0, 2]);
    expect(numbers(sortTrials(some, columns, { column: 'accuracy', isDescending: false }))).toEqual([1, 4, 3, 0, 2]);
  });

  test('leaves the given list alone: it is the store’s', () => {
    const before = numbers(trials);
    sortTrials(trials, columns, { column: 'params', isDescending: true });
    expect(numbers(trials)).toEqual(before);
  });

  test('begins with the greatest number, but with the first student, and turns at the second click', () => {
    const columnOf = (id: string) => columns.find((column) => column.id === id)!;
    const start = { column: 'number', isDescending: false };
    const byAccuracy = nextSort(start, columnOf('accuracy'));
    expect(byAccuracy).toEqual({ column: 'accuracy', isDescending: true });
    expect(nextSort(byAccuracy, columnOf('accuracy')).isDescending).toBe(false);
    expect(nextSort(byAccuracy, columnOf('family')).isDescending).toBe(false);
    expect(nextSort(byAccuracy, columnOf('number'))).toEqual(start);
  });
});

describe('finding', () => {
  const textOf = rowTexts(columns);

  test('looks at what the row says, in any case, and wants every word', () => {
    const family = trials[3]!.candidate.family;
    const found = findTrials(trials, ` ${family.toUpperCase()}  finished `, textOf);
    expect(found.length).toBeGreaterThan(0);
    expect(numbers(found)).toEqual(
      numbers(trials.filter(({ state, candidate }) => state === 'finished' && candidate.family === family)),
    );
    expect(findTrials(trials, `${family} nothing-says-this`, textOf)).toEqual([]);
  });

  test('of nothing is everything, the very same list', () => {
    expect(findTrials(trials, '  ', textOf)).toBe(trials);
  });

  test('hears of a changed student: texts are kept by the record, not by its id', () => {
    const [first] = trials;
    textOf(first!);
    const failed: Trial = { ...first!, state: 'failed', reason: 'out of memory' };
    expect(findTrials([failed], 'memory', textOf)).toEqual([failed]);
  });
});

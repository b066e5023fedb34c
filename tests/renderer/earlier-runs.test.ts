import { describe, expect, test } from 'vitest';
import { testing } from '../../src/renderer/form/earlier-runs.ts';
import { fixtureRun, fixtureSummary } from '../support/gallery/fixtures.ts';

const { earlierRunChoices } = testing;

const runOf = (id: string, done: number) =>
  fixtureSummary(fixtureRun({ id, name: `Run ${id}`, state: 'finished', budget: 20, done, seed: 2 }));
const runs = [runOf('a', 20), runOf('b', 0), runOf('c', 3)];
const WANTED = { dataset: 'fashion-mnist', families: ['vit'], space: 'compact', chosen: [] };
const ids = (wanted: Partial<Parameters<typeof earlierRunChoices>[1]>): readonly string[] =>
  earlierRunChoices(runs, { ...WANTED, ...wanted }).map(({ value }) => value);

describe('earlier runs that are offered', () => {
  test('have finished students of the chosen families on the same data set', () => {
    expect(ids({})).toEqual(['a', 'c']);
    expect(ids({ dataset: 'mine' })).toEqual([]);
    expect(ids({ families: ['convnext'] })).toEqual([]);
    // A wide space has none of their students: the search would be refused.
    expect(ids({ space: 'wide' })).toEqual([]);
  });

  test('have those that are chosen among them, whatever became of them: else they could not be given up', () => {
    expect(ids({ dataset: 'mine', chosen: ['b', 'gone'] })).toEqual(['b', 'gone']);
  });

  test('go by their names', () => {
    const [first] = earlierRunChoices(runs, WANTED);
    expect(first?.title).toBe('Run a');
    expect(first?.note).toMatch(/^19 students, /);
  });
});

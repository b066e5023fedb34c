/** Fronts over many runs: fronts over different data are no front, so what may be laid on one
 * another is decided here. */
import { describe, expect, test } from 'vitest';
import type { SearchConfig } from '../../src/core/records/run.ts';
import { readFrontPoints } from '../../src/bridge/schemas/front.ts';
import { frontGroups, frontPoints } from '../../src/host/students/fronts.ts';
import type { WritableStore } from '../../src/store/store.ts';
import { asked, COSTS, finished, searchConfig } from '../support/store-records.ts';
import { storeInMemory } from '../support/workspace.ts';

function addRun(
  store: WritableStore,
  id: string,
  accuracies: readonly number[],
  config: Partial<SearchConfig> = {},
): void {
  store.createRun({ id, config: { ...searchConfig(id), ...config }, strategyVersion: 1, sample: false });
  const event = asked(...accuracies.keys(), accuracies.length);
  const trials = store.recordAsked(
    id,
    event,
    event.proposals.map(() => COSTS),
    3,
  );
  accuracies.forEach((accuracy, index) => {
    const trial = trials[index]?.id ?? '';
    store.startTrial(trial);
    store.finishTrial(trial, finished(`${trial}.bin`, { metrics: { accuracy } }));
  });
}

function threeRuns(): WritableStore {
  const store = storeInMemory();
  addRun(store, 'a', [0.5, 0.6]);
  addRun(store, 'b', [0.7], { teacher: 'other' });
  addRun(store, 'c', [0.9, 0.8, 0.7, 0.6], { dataset: 'cifar' });
  addRun(store, 'empty', [], { dataset: 'mine' });
  return store;
}

describe('groups of runs', () => {
  test('are by data set, most finished students first, with their teachers; a run without any is in none', async () => {
    expect(await frontGroups(threeRuns())).toEqual([
      {
        key: 'cifar',
        dataset: 'cifar',
        runs: 1,
        finished: 4,
        teachers: [{ teacher: 'fashion-resnet', runs: 1, finished: 4 }],
      },
      {
        ...{ key: 'fashion-mnist', dataset: 'fashion-mnist', runs: 2, finished: 3 },
        teachers: [
          { teacher: 'fashion-resnet', runs: 1, finished: 2 },
          { teacher: 'other', runs: 1, finished: 1 },
        ],
      },
    ]);
  });

  test('go by the content of the data where it is known: a name may have been given to other images', async () => {
    const store = storeInMemory();
    addRun(store, 'a', [0.5], { dataset: 'mine', datasetFingerprint: 'one' });
    addRun(store, 'b', [0.5], { dataset: 'mine', datasetFingerprint: 'two' });
    addRun(store, 'c', [0.5], { dataset: 'renamed', datasetFingerprint: 'one' });
    expect((await frontGroups(store)).map(({ key, runs }) => [key, runs])).toEqual([
      ['one', 2],
      ['two', 1],
    ]);
  });
});

describe('points of a group', () => {
  test('are its finished students with their runs, and nobody else', async () => {
    const points = readFrontPoints(await frontPoints(threeRuns(), { group: 'fashion-mnist' }));
    expect(points.runs.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(points.ids).toEqual(['b-0000', 'a-0000', 'a-0001']);
    expect(points).toMatchObject({
      families: ['resnet'],
      run: Float64Array.of(0, 1, 1),
      family: Float64Array.of(0, 0, 0),
      accuracy: Float64Array.of(0.7, 0.5, 0.6),
      params: Float64Array.of(COSTS.params, COSTS.params, COSTS.params),
      macs: Float64Array.of(COSTS.macs, COSTS.macs, COSTS.macs),
    });
  });

  test('are those of one teacher where it is named', async () => {
    expect((await frontPoints(threeRuns(), { group: 'fashion-mnist', teacher: 'other' })).ids).toBe('b-0000');
  });

  test('of a group that is gone are refused in words', async () => {
    await expect(frontPoints(threeRuns(), { group: 'gone' })).rejects.toMatchObject({ code: 'run.missing' });
  });
});

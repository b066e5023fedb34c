/** Long reads give all rows, in order, and let others be served in between. */
import { expect, test } from 'vitest';
import { logReader, readLog, readRuns, readTrials } from '../../src/host/slices.ts';
import type { WritableStore } from '../../src/store/store.ts';
import { asked, costsOf, searchConfig } from '../support/store-records.ts';
import { storeInMemory } from '../support/workspace.ts';

const TRIALS = 1200;

function filled(): WritableStore {
  const store = storeInMemory();
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
  for (let number = 0; number < TRIALS; number += 1) {
    const event = asked(number);
    const [trial] = store.recordAsked('run_1', event, costsOf(event), 3);
    if (trial && number % 3 === 0) store.failTrial(trial.id, 'no', 'stopped', 0);
  }
  return store;
}

/** How often others got their turn while `work` was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const watch = (): void => {
    turns += 1;
    if (!isOver) setImmediate(watch);
  };
  setImmediate(watch);
  await work();
  isOver = true;
  return turns;
}

test('of trials, all or those of a state', async () => {
  const store = filled();
  expect(await readTrials(store, 'run_1')).toEqual(store.trials('run_1'));
  const stopped = store.trials('run_1').filter(({ state }) => state === 'stopped');
  expect(await readTrials(store, 'run_1', { states: ['stopped'] })).toEqual(stopped);
  expect(await readTrials(store, 'none')).toEqual([]);
  expect(await turnsDuring(() => readTrials(store, 'run_1'))).toBeGreaterThan(3);
});

test('of a log', async () => {
  const store = filled();
  const heard: unknown[] = [];
  const turns = await turnsDuring(() => readLog(logReader(store, 'run_1'), (events) => heard.push(...events)));
  expect(heard).toEqual(store.events('run_1').map(({ event }) => event));
  expect(turns).toBeGreaterThan(2);
});

test('of runs, the newest first, also when one is started meanwhile', async () => {
  const store = storeInMemory();
  const add = (number: number): unknown =>
    store.createRun({ id: `run_${number}`, config: searchConfig(), strategyVersion: 1, sample: false });
  for (let number = 0; number < 60; number += 1) add(number);
  const reading = readRuns(store);
  add(60);
  const ids = (await reading).map(({ run }) => run.id);
  expect(ids).toEqual(store.runs().rows.map(({ run }) => run.id));
});

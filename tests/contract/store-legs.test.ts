/** The contract of the store: trainings that rest after a leg, and go on. */
import { describe, expect, test } from 'vitest';
import type { Leg } from '../../src/core/records/proposal.ts';
import type { RunEvent } from '../../src/core/records/events.ts';
import type { WritableStore } from '../../src/store/store.ts';
import { checkpointFile, COSTS, point, proposal, searchConfig } from '../support/store-records.ts';
import { code, openSessions as open } from './store-sessions.ts';
import type { Sessions } from './store-sessions.ts';

const part = (until: number): Leg => ({ until, schedule: 'part' });
const why = { source: 'rung' };
const figures = { metrics: { accuracy: 0.5, loss: NaN }, seconds: 2 };

/** Two students on a leg to epoch 1, of which the first has come there. */
function rested(sessions: Sessions, leg: Leg = part(1)): WritableStore {
  const store = sessions.next();
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
  const proposals = [0, 1].map((trial) => ({ ...proposal(trial), leg }));
  store.recordAsked('run_1', { type: 'asked', proposals, position: 2 }, [COSTS, COSTS], 3);
  store.startTrial('run_1-0000');
  store.appendEpoch('run_1-0000', point(1), checkpointFile('a-1', 1));
  store.restTrial('run_1-0000', { epoch: 1, ...figures });
  return store;
}

const goOn = (leg?: Leg, trial = 0): Extract<RunEvent, { type: 'asked' }> => ({
  ...{ type: 'asked', proposals: [], position: 2, continues: [{ trial, why, ...(leg && { leg }) }] },
});

describe('legs', () => {
  test('a student rests with its leg, its time and what it goes on from, and the log says what it reached', () => {
    const store = rested(open());
    expect(store.trial('run_1-0000')).toMatchObject({
      state: 'resting',
      leg: part(1),
      seconds: 2,
      metrics: {},
      epochsDone: 1,
      // Of its curve: a table of students can show it without a log.
      reached: point(1).validationAccuracy,
    });
    expect(store.trials('run_1').map(({ reached }) => reached)).toEqual([point(1).validationAccuracy, undefined]);
    expect(store.checkpoint('run_1-0000', 'epoch')).toMatchObject({ epoch: 1, file: 'a-1' });
    expect(store.events('run_1').at(-1)?.event).toEqual({
      type: 'rested',
      trial: 0,
      epoch: 1,
      metrics: figures.metrics,
    });
    expect(store.summary('run_1')?.trials).toMatchObject({ resting: 1, queued: 1 });
  });

  test('it is taken up again before new ones, goes on to another leg or to its end, and rests more than once', () => {
    const store = rested(open());
    const both = { ...goOn(part(2)), proposals: [proposal(2)], position: 3 };
    const trials = store.recordAsked('run_1', both, [COSTS], 3);
    expect(trials.map(({ number, state, leg }) => [number, state, leg])).toEqual([
      [0, 'queued', part(2)],
      [2, 'queued', undefined],
    ]);
    store.startTrial('run_1-0000');
    store.appendEpoch('run_1-0000', point(2), checkpointFile('a-2', 2));
    store.restTrial('run_1-0000', { epoch: 2, ...figures });
    expect(store.recordAsked('run_1', goOn(), [], 3)).toMatchObject([{ number: 0, state: 'queued', epochsDone: 2 }]);
    expect(store.trial('run_1-0000')?.leg).toBeUndefined();
    expect(store.trial('run_1-0000')?.reached).toBeUndefined();
    expect(store.epochs('run_1-0000').map(({ epoch }) => epoch)).toEqual([1, 2]);
  });

  test('after a schedule of its own all starts afresh: nothing is left to go on from', () => {
    const store = rested(open(), { until: 1, schedule: 'own' });
    expect(store.checkpoint('run_1-0000', 'epoch')).toBeUndefined();
    expect(store.epochs('run_1-0000')).toHaveLength(1); // shown until it trains again
    store.recordAsked('run_1', goOn(), [], 3);
    expect(store.epochs('run_1-0000')).toEqual([]);
    expect(store.trial('run_1-0000')?.epochsDone).toBe(0);
  });

  test('only what rests goes on, only what trains on a leg rests, and a refused ask leaves nothing behind', () => {
    const store = rested(open());
    const before = store.events('run_1');
    expect(() => store.recordAsked('run_1', goOn(undefined, 1), [], 3)).toThrow(code('store.conflict'));
    expect(() => store.restTrial('run_1-0001', { epoch: 1, ...figures })).toThrow(code('store.conflict'));
    store.recordAsked('run_1', goOn(), [], 3);
    store.startTrial('run_1-0000');
    expect(() => store.restTrial('run_1-0000', { epoch: 3, ...figures })).toThrow(code('store.conflict'));
    expect(store.events('run_1')).toHaveLength(before.length + 1);
    store.failTrial('run_1-0000', 'the trainer died', 'failed', 1);
    expect(() => store.recordAsked('run_1', goOn(), [], 3)).toThrow(code('store.conflict'));
  });

  test('what rests at the end is stopped, and gives up what it could go on from', () => {
    const store = rested(open());
    expect(store.failTrial('run_1-0000', 'It rested.', 'stopped', 0).files).toEqual(['a-1']);
    expect(store.trial('run_1-0000')).toMatchObject({ state: 'stopped', reason: 'It rested.' });
  });

  test('a session that dies leaves it at rest', () => {
    const sessions = open();
    rested(sessions);
    const store = sessions.next();
    expect(store.sweep().trials).toEqual([]);
    expect(store.trial('run_1-0000')?.state).toBe('resting');
  });
});

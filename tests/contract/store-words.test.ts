/** The contract of the store's refusals: what is not allowed is said of its run or student, and
 * changes nothing. */
import { describe, expect, test } from 'vitest';
import type { WritableStore } from '../../src/store/store.ts';
import { asked, costsOf, finished, point } from '../support/store-records.ts';
import { openSessions, withRun } from './store-sessions.ts';

const refusal = (message: string) => expect.objectContaining({ code: 'store.conflict', message });

describe('refusals', () => {
  test('of what cannot follow in a student say from where to where', () => {
    const { store, id } = withRun(openSessions(), 0);
    expect(() => store.finishTrial(id, finished('a'))).toThrow(
      refusal(`Trial ${id} is queued and cannot become finished.`),
    );
    expect(() => store.interruptTrial(id, 1)).toThrow(refusal(`Trial ${id} is queued and cannot become interrupted.`));
    expect(() => store.dropWeights([id])).toThrow(refusal(`Trial ${id} is queued: it has no weights to drop.`));
    expect(() => store.recordTest(id, 0.5)).toThrow(
      refusal(`Trial ${id} is queued: only a finished one can be tested.`),
    );
    expect(() => store.beginAnew(id, 'x')).toThrow(refusal(`Trial ${id} is queued: it cannot begin anew.`));
    expect(() => store.appendEpoch(id, point(1), undefined)).toThrow(
      refusal(`Trial ${id} is queued: it has no epochs to report.`),
    );
    store.failTrial(id, 'x', 'failed', 1);
    expect(() => store.startTrial(id)).toThrow(refusal(`Trial ${id} is failed and cannot become running.`));
    expect(store.trial(id)?.state).toBe('failed');
  });

  test('of what cannot follow in a run say from where to where', () => {
    const { store } = withRun(openSessions(), 0);
    expect(() => store.trashRuns(['run_1'])).toThrow(refusal('Run run_1 is running: pause it first.'));
    store.setRunState('run_1', 'finished');
    expect(() => store.setRunState('run_1', 'running')).toThrow(
      refusal('Run run_1 is finished and cannot become running.'),
    );
    expect([store.run('run_1')?.state, store.summary('run_1')?.trashedAt]).toEqual(['finished', undefined]);
  });

  test.each(['finished', 'failed'] as const)('of more students in a run that has %s, before any is made', (state) => {
    const { store } = withRun(openSessions(), 0);
    store.setRunState('run_1', state);
    const ask = (into: WritableStore) => into.recordAsked('run_1', asked(1), costsOf(asked(1)), 3);
    expect(() => ask(store)).toThrow(refusal(`Run run_1 is ${state}: it asks for no more trials.`));
    expect([store.trials('run_1').length, store.eventCount('run_1')]).toEqual([1, 1]);
  });

  test('of an ask that does not fit count what is wrong', () => {
    const { store } = withRun(openSessions(), 0);
    expect(() => store.recordAsked('run_1', asked(1, 2), costsOf(asked(1)), 3)).toThrow(
      refusal('Run run_1: 2 proposals came with the costs of 1.'),
    );
    expect(() => store.recordAsked('run_1', asked(1, 3), costsOf(asked(1, 3)), 3)).toThrow(
      refusal('Run run_1: a proposal bears number 3 where 2 is the next.'),
    );
    expect(store.trials('run_1')).toHaveLength(1);
  });

  test('of points without their place say which was the last', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    const add = (epoch: number) => store.appendEpoch(id, { ...point(1), epoch }, undefined);
    expect(() => add(2)).toThrow(refusal(`Trial ${id}: epoch 2 was reported where nothing was the last.`));
    for (const epoch of [-1, 0.5, NaN])
      expect(() => add(epoch)).toThrow(refusal(`Trial ${id}: ${epoch} is not the number of an epoch.`));
    add(1);
    expect(() => add(3)).toThrow(refusal(`Trial ${id}: epoch 3 was reported where 1 was the last.`));
    expect(store.epochs(id).map(({ epoch }) => epoch)).toEqual([1]);
  });

  test('of predictions that are not one for each image and class, and of a second test', () => {
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    const predictions = { count: 2, classes: 2, probabilities: Float32Array.of(0.5, 0.5, 1) };
    expect(() => store.finishTrial(id, finished('a', { predictions }))).toThrow(
      refusal(`Trial ${id}: 3 probabilities for 2 images of 2 classes.`),
    );
    expect(store.trial(id)?.state).toBe('running');
    store.finishTrial(id, finished('a'));
    store.recordTest(id, 0.5);
    expect(() => store.recordTest(id, 0.6)).toThrow(
      refusal(`Trial ${id} has its test accuracy already: the test split is used once.`),
    );
    expect(store.trial(id)?.testAccuracy).toBe(0.5);
  });

  test('of what is not there name it and where to look', () => {
    const { store } = withRun(openSessions(), 0);
    expect(() => store.renameRun('nobody', 'x')).toThrow(
      expect.objectContaining({
        code: 'run.missing',
        message: 'There is no run "nobody" in this workspace; `trade runs` lists them.',
      }),
    );
    expect(() => store.startTrial('nobody-0000')).toThrow(
      expect.objectContaining({
        code: 'trial.missing',
        message: 'There is no trial "nobody-0000" in this workspace.',
      }),
    );
  });
});

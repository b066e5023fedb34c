import { describe, expect, test } from 'vitest';
import type { Trial } from '../../src/core/records/trial.ts';
import { fixtureEpochs, fixtureRun, fixtureSummary } from '../support/gallery/fixtures.ts';
import type { WorkbenchRecords } from '../../src/renderer/stores/apply-event.ts';
import { applyChanges, EMPTY_RECORDS, isStale, testing } from '../../src/renderer/stores/apply-event.ts';

const { withPoint } = testing;

const fixture = fixtureRun({ id: 'run', name: 'Run', state: 'running', budget: 8, done: 4, seed: 2 });
const summary = fixtureSummary(fixture);
const [first, second] = fixture.trials as readonly [Trial, Trial]; // four were made above
const running: Trial = { ...first, state: 'running', epochsDone: 1, metrics: {} };

function held(...trials: readonly Trial[]): WorkbenchRecords {
  return {
    runs: new Map([['run', summary]]),
    trials: new Map([['run', new Map(trials.map((trial) => [trial.id, trial]))]]),
    epochs: new Map(trials.map((trial) => [trial.id, []])),
  };
}

const stateOf = (records: WorkbenchRecords, trial: Trial): string | undefined =>
  records.trials.get('run')?.get(trial.id)?.state;

describe('events onto records', () => {
  test('several changes of one run in one go are all kept', () => {
    const after = applyChanges(held(running), [
      { type: 'trial.changed', trial: first },
      { type: 'trial.changed', trial: second },
    ]);
    expect([stateOf(after, first), stateOf(after, second)]).toEqual(['finished', 'finished']);
  });

  test('what is held already is not changed in place', () => {
    const before = held(running);
    applyChanges(before, [{ type: 'trial.changed', trial: first }]);
    expect(stateOf(before, first)).toBe('running');
  });

  test('an event that was overtaken by a read does not bring a finished student back to training', () => {
    expect(stateOf(applyChanges(held(first), [{ type: 'trial.changed', trial: running }]), first)).toBe('finished');
  });

  test('trials of a run that is not open are not gathered without end', () => {
    const after = applyChanges({ ...EMPTY_RECORDS, runs: new Map([['run', summary]]) }, [
      { type: 'trial.changed', trial: first },
      // three epochs were made
      { type: 'epoch.appended', trialId: first.id, runId: 'run', point: fixtureEpochs(first)[0]! },
    ]);
    expect([after.trials.size, after.epochs.size]).toEqual([0, 0]);
  });

  test('a removed run takes its trials and curves along', () => {
    const after = applyChanges(held(first, second), [{ type: 'run.removed', id: 'run' }]);
    expect([after.runs.size, after.trials.size, after.epochs.size]).toEqual([0, 0, 0]);
  });
});

describe('what has not changed', () => {
  test('keeps its identity through a summary, so that a chart being read is not drawn again', () => {
    const copy = structuredClone({ ...summary, live: { stage: 'next', done: 5, total: 8 } });
    const after = applyChanges(held(first), [{ type: 'run.changed', summary: copy }]).runs.get('run');
    expect(after?.live?.done).toBe(5);
    expect(after?.run.config).toBe(summary.run.config);
    expect(after?.score.history).toBe(summary.score.history);
  });

  test('a longer history replaces the one held', () => {
    const longer = { ...summary, score: { ...summary.score, history: [...summary.score.history, 1e9] } };
    const after = applyChanges(held(first), [{ type: 'run.changed', summary: longer }]).runs.get('run');
    expect(after?.score.history).toHaveLength(summary.score.history.length + 1);
  });
});

describe('stale snapshots', () => {
  test('an event that an answer has overtaken does not make a paused run run again, with fewer students', () => {
    const paused = { ...summary, revision: 12, run: { ...summary.run, state: 'paused' as const } };
    const before = { ...held(first), runs: new Map([['run', paused]]) };
    const stale = applyChanges(before, [{ type: 'run.changed', summary: { ...summary, revision: 11 } }]);
    expect(stale.runs.get('run')).toBe(paused);
    const later = applyChanges(before, [{ type: 'run.changed', summary: { ...summary, revision: 13 } }]);
    expect(later.runs.get('run')?.run.state).toBe('running');
  });

  test('fewer epochs of the same attempt are stale, of a later attempt they are not', () => {
    const three = { ...running, epochsDone: 3 };
    expect(isStale(three, { ...running, epochsDone: 2 })).toBe(true);
    expect(isStale(three, { ...running, epochsDone: 0, attempts: 2 })).toBe(false);
    expect(isStale({ ...three, attempts: 2 }, { ...running, epochsDone: 5, attempts: 1 })).toBe(true);
  });

  test('a test accuracy that is added to a finished student is news', () => {
    expect(isStale(first, { ...first, testAccuracy: 0.8 })).toBe(false);
  });
});

describe('points of a curve', () => {
  const points = fixtureEpochs({ ...first, epochsDone: 3, epochs: 3 });

  test('come in order whatever order they arrive in', () => {
    const shuffled = [points[2]!, points[0]!, points[1]!]; // three epochs were made
    expect(shuffled.reduce(withPoint, [] as typeof points).map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  });

  test('an epoch that is trained again replaces its point', () => {
    const again = { ...points[1]!, validationAccuracy: 0.123 };
    const after = withPoint(points, again);
    expect(after.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(after[1]?.validationAccuracy).toBe(0.123);
  });
});

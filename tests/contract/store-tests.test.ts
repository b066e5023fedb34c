/** The contract of the store: what the test split says of a trial. */
import { describe, expect, test } from 'vitest';
import { finished } from '../support/store-records.ts';
import { code, openSessions, withRun } from './store-sessions.ts';

describe('tests of trials', () => {
  test('the test split answers once, for a finished trial, also when the answer is NaN', () => {
    const { store, id } = withRun(openSessions(), 0);
    expect(() => store.recordTest(id, 0.5)).toThrow(code('store.conflict'));
    store.startTrial(id);
    store.finishTrial(id, finished('a'));
    store.recordTest(id, NaN);
    expect(store.trial(id)?.testAccuracy).toBeNaN();
    expect(() => store.recordTest(id, 0.5)).toThrow(code('store.conflict'));
  });

  test('what the test is measured by stands beside its accuracy, and not among what the search was told', () => {
    // Catches a strategy, or the repair of a log, that sees how a student did on the test.
    const { store, id } = withRun(openSessions(), 0);
    store.startTrial(id);
    store.finishTrial(id, finished('a'));
    const told = store.trial(id)?.metrics;
    store.recordTest(id, 0.5, { auc: 0.75, weightedAuc: NaN });
    expect(store.trial(id)).toMatchObject({
      metrics: told,
      testAccuracy: 0.5,
      testMeasures: { auc: 0.75, weightedAuc: NaN },
    });
    expect(Object.keys(store.trial(id)?.metrics ?? {})).not.toContain('test');
  });
});

/** What other programs read of a workspace: a column that is renamed breaks somebody's notebook. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { DATABASE_FILE } from '../../src/store/workspace.ts';
import { asked, COSTS, finished, point, searchConfig } from '../support/store-records.ts';
import { temporaryWorkspace } from '../support/workspace.ts';

const COLUMNS = {
  v_runs:
    'run name state dataset teacher strategy seed budget_students budget_epochs created_at finished_at seconds ' +
    'best_accuracy front_size hypervolume tags in_trash config',
  v_students:
    'run number state family config seed accuracy test_accuracy params macs peak_activation_bytes latency_ms ' +
    'epochs seconds attempts reason created_at finished_at metrics',
  v_epochs: 'run number epoch train_loss validation_loss validation_accuracy learning_rate seconds',
};

test('its views have the columns that docs/notebooks.md names, and NULL for what is no number', () => {
  const { store, directory } = temporaryWorkspace();
  store.createRun({ id: 'run_1', config: searchConfig('Night'), strategyVersion: 1, sample: false });
  store.tagRuns(['run_1'], { add: ['b', 'a'], remove: [] });
  store.recordAsked('run_1', asked(0, 1), [COSTS, COSTS], 3);
  const ended = { ...finished('a'), metrics: { accuracy: 0.875, loss: NaN } };
  for (const number of [0, 1]) {
    const id = `run_1-000${number}`;
    store.startTrial(id);
    store.appendEpoch(id, { ...point(1), trainLoss: NaN }, undefined);
  }
  store.finishTrial('run_1-0000', ended);
  const none = { ...finished('b'), metrics: { accuracy: NaN } };
  store.finishTrial('run_1-0001', { ...none, score: { ...none.score, bestAccuracy: 0.875 } });

  const db = new Database(join(directory, DATABASE_FILE), { readonly: true });
  onTestFinished(() => void db.close());
  for (const [view, columns] of Object.entries(COLUMNS)) {
    expect(
      db
        .prepare(`SELECT * FROM ${view}`)
        .columns()
        .map(({ name }) => name)
        .join(' '),
    ).toBe(columns);
  }
  expect(db.prepare('SELECT name, state, best_accuracy, in_trash, tags FROM v_runs').all()).toEqual([
    {
      name: 'Night',
      state: 'running',
      best_accuracy: 0.875,
      in_trash: 0,
      tags: expect.stringMatching(/^(a, b|b, a)$/),
    },
  ]);
  expect(db.prepare('SELECT number, accuracy, params FROM v_students ORDER BY number').all()).toEqual([
    { number: 0, accuracy: 0.875, params: COSTS.params },
    { number: 1, accuracy: null, params: COSTS.params },
  ]);
  expect(db.prepare('SELECT number, epoch, train_loss FROM v_epochs ORDER BY number').all()).toEqual([
    { number: 0, epoch: 1, train_loss: null },
    { number: 1, epoch: 1, train_loss: null },
  ]);
});

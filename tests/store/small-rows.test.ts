/** What small readers and writers of the store leave in the database, which no list shows. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase, pragma } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { readJson, writeJson } from '../../src/store/numbers.ts';
import { DATABASE_FILE } from '../../src/store/workspace.ts';
import { searchConfig, withTrial } from '../support/store-records.ts';
import { temporaryWorkspace, tickingClock } from '../support/workspace.ts';

test('a note that is emptied leaves no row behind, and one that changes leaves one', () => {
  const { store, directory } = temporaryWorkspace();
  const { id } = withTrial(store);
  const rows = () => {
    const db = new Database(join(directory, DATABASE_FILE), { readonly: true });
    const found = db.prepare('SELECT note FROM trial_note').pluck().all();
    db.close();
    return found;
  };
  store.setTrialNote(id, 'first');
  store.setTrialNote(id, 'second');
  expect(rows()).toEqual(['second']);
  store.setTrialNote(id, '');
  expect([rows(), store.trialNote(id)]).toEqual([[], '']);
});

test('a list of one number that JSON lacks stays a list', () => {
  for (const value of [[NaN], { x: [-0] }, [[Infinity]], ["'NaN"], [''], 'NaN']) {
    expect(readJson(writeJson(value))).toStrictEqual(value);
  }
});

test('a migration waits for the disk, and its copy says what it is for', () => {
  const { directory, close, files } = temporaryWorkspace();
  close();
  const db = openDatabase(join(directory, DATABASE_FILE));
  onTestFinished(() => void db.close());
  const seen: unknown[] = [];
  const next = {
    version: MIGRATIONS.length + 1,
    name: 'next',
    up: (on: Database.Database) => void seen.push(pragma(on, 'synchronous')),
  };
  const { backups } = files.folders;
  migrate(db, { backups, now: tickingClock(), migrations: [...MIGRATIONS, next] });
  expect(seen).toEqual([2]);
  expect(readdirSync(backups)).toEqual([expect.stringMatching(/migration/)]);
});

test('runs that begin in the queue wait in it, all or none, until they start, end or leave for the trash', () => {
  const { store } = temporaryWorkspace();
  const newRun = (id: string) => ({ id, config: searchConfig(id), strategyVersion: 1, sample: false });
  const made = store.queueNewRuns(['a', 'b', 'c', 'd'].map(newRun), ['sweep']);
  expect(made.map(({ state }) => state)).toEqual(['paused', 'paused', 'paused', 'paused']);
  expect(store.summary('b')?.tags).toEqual(['sweep']);
  store.setQueue(['d', 'b', 'a', 'c', 'b']);
  const waiting = (): readonly string[] => store.queue().map(({ id }) => id);
  expect(waiting()).toEqual(['d', 'b', 'a', 'c']);

  store.setRunState('b', 'running');
  store.setRunState('d', 'finished');
  store.setRunState('c', 'paused', 'a word');
  expect(waiting()).toEqual(['a', 'c']);
  store.trashRuns(['a']);
  expect(store.queue()).toEqual([{ id: 'c', name: 'c' }]);

  // A third that cannot be made takes the two before it along.
  expect(() => store.queueNewRuns(['e', 'f', 'a'].map(newRun), [])).toThrow();
  for (const id of ['b', 'd', 'nobody']) expect(() => store.setQueue(['c', id])).toThrow();
  expect([waiting(), store.run('e')]).toEqual([['c'], undefined]);
});

test('views of one name are one, in the order of their names, and one that is gone is said', () => {
  const { store } = temporaryWorkspace();
  const { id } = store.saveView('Mine', '{"a":1}');
  store.saveView('ä', '{}');
  store.saveView('Alpha', '{}');
  expect(store.saveView('MINE', '{"a":2}')).toEqual({ id, name: 'MINE', content: '{"a":2}' });
  expect(store.savedViews().map(({ name }) => name)).toEqual(['Alpha', 'MINE', 'ä']);
  store.removeView(id);
  expect(() => store.removeView(id)).toThrow(
    expect.objectContaining({
      code: 'usage.invalid',
      message: `There is no saved view ${id} in this workspace any more.`,
    }),
  );
});

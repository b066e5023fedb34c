/** What only the SQLite store promises: how durable a write is, and what a full disk does. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase, pragma } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { asked, checkpointFile, COSTS, finished, point, searchConfig, withTrial } from '../support/store-records.ts';
import { temporaryFolder } from '../support/workspace.ts';

const FULL = 2;
const NORMAL = 1;

function opened() {
  const folder = temporaryFolder('');
  const db = openDatabase(join(folder, 'workspace.sqlite'));
  onTestFinished(() => void db.close());
  const durability: unknown[] = [];
  migrate(db, { backups: folder, now: () => new Date(0) });
  // The store asks for the time inside a write's transaction.
  const now = () => {
    durability.push(pragma(db, 'synchronous'));
    return new Date(0);
  };
  return { db, durability, store: createSqliteStore(db, { fence: 's000001-test', now }) };
}

test('what is acknowledged to a person waits for the disk; the connection goes back to normal after it', () => {
  const { db, durability, store } = opened();
  const { id } = withTrial(store);
  store.recordAsked('run_1', asked(1), [COSTS], 3);
  store.startTrial(id);
  store.finishTrial(id, finished('a'));
  store.failTrial('run_1-0001', 'stopped', 'stopped', 0);
  expect(durability.length).toBeGreaterThanOrEqual(4);
  expect(new Set(durability)).toEqual(new Set([FULL]));
  expect(pragma(db, 'synchronous')).toBe(NORMAL);
});

test('a refused write leaves the connection at normal and outside any transaction', () => {
  const { db, store } = opened();
  const { id } = withTrial(store);
  expect(() => store.finishTrial(id, finished('a'))).toThrow(expect.objectContaining({ code: 'store.conflict' }));
  expect(pragma(db, 'synchronous')).toBe(NORMAL);
  expect(db.inTransaction).toBe(false);
});

test('a full disk is said as such, loses nothing, and the store goes on when there is room', () => {
  const { db, store } = opened();
  const { id } = withTrial(store);
  store.startTrial(id);
  db.pragma(`max_page_count = ${Number(pragma(db, 'page_count'))}`);
  const probabilities = new Float32Array(5000 * 10).fill(0.1);
  const large = finished('a', { predictions: { count: 5000, classes: 10, probabilities } });
  expect(() => store.finishTrial(id, large)).toThrow(
    expect.objectContaining({ code: 'disk.full', place: { file: db.name } }),
  );
  expect(store.trial(id)?.state).toBe('running');
  expect(store.events('run_1')).toHaveLength(1);
  expect(store.check()).toEqual([]);
  db.pragma('max_page_count = 1000000');
  store.finishTrial(id, large);
  expect(store.trial(id)?.state).toBe('finished');
});

test('the database itself refuses what the rules would have to overlook', () => {
  const { db, store } = opened();
  const { id } = withTrial(store);
  store.startTrial(id);
  store.appendEpoch(id, point(1), checkpointFile('a'));
  store.finishTrial(id, finished('b'));
  const refused = [
    `INSERT INTO event VALUES ('run_1', 9, 'told', 0, '{}', '')`,
    `INSERT INTO event VALUES ('run_1', 1, 'asked', NULL, '{}', '')`,
    `INSERT INTO event VALUES ('run_2', 0, 'asked', NULL, '{}', '')`,
    `UPDATE trial SET state = 'done'`,
    `UPDATE trial SET number = 'first'`,
    `INSERT INTO checkpoint VALUES ('none', 'final', 1, 'c', 1, '')`,
    `INSERT INTO checkpoint VALUES ('${id}', 'epoch', 1, 'b', 1, '')`,
    `INSERT INTO prediction VALUES ('${id}', 1, 1, x'00')`,
  ];
  for (const sql of refused) expect(() => db.exec(sql), sql).toThrow(/constraint failed|cannot store/);
});

test('runs are listed by page from counters that agree with the trials', () => {
  const { db, store } = opened();
  for (let run = 0; run < 20; run += 1) {
    store.createRun({ id: `run_${run}`, config: searchConfig(`Run ${run}`), strategyVersion: 1, sample: false });
    store.recordAsked(`run_${run}`, asked(0, 1, 2), [COSTS, COSTS, COSTS], 3);
    store.startTrial(`run_${run}-0001`);
  }
  const counted = db.prepare('SELECT run_id, state, count(*) AS trials FROM trial GROUP BY 1, 2 ORDER BY 1, 2').all();
  expect(db.prepare('SELECT * FROM trial_count WHERE trials > 0 ORDER BY 1, 2').all()).toEqual(counted);
  // A list must not read trials: it works without them.
  db.exec('PRAGMA foreign_keys = OFF; DROP TABLE trial');
  expect(store.runs({ offset: 5, limit: 2 }).rows.map(({ trials }) => trials)).toEqual(
    Array.from({ length: 2 }, () => expect.objectContaining({ queued: 2, running: 1 })),
  );
});

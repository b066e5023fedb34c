/** What only the SQLite store promises: how durable a write is, and what a full disk does. */
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openDatabase, pragma } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createReadableStore, createSqliteStore } from '../../src/store/sqlite-store.ts';
import type { WritableStore } from '../../src/store/store.ts';
import {
  asked,
  checkpointFile,
  COSTS,
  finished,
  LATENCY,
  mixed,
  point,
  RECORDED_SOURCES,
  searchConfig,
  withTrial,
} from '../support/store-records.ts';
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

const one = 'run_1-0000';
/** A run with one student, who is at work. */
const atWork = (store: WritableStore): void => {
  store.startTrial(withTrial(store).id);
};
const rested = (store: WritableStore): void => {
  atWork(store);
  store.finishTrial(one, finished('a'));
  store.setRunState('run_1', 'paused');
};
const kept = { event: mixed(), weights: checkpointFile('e') };
const leg = { until: 1, schedule: 'part' } as const;

const searching = (store: WritableStore): void => {
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: true });
  const search = { search: 0, family: 'resnet', method: 'darts', options: {}, epochs: 2, seed: 1 };
  store.recordAsked('run_1', { type: 'asked', proposals: [], position: 0, search }, [], 3);
};

// What can be trained again, or counted again, may be lost with the power; nothing else may.
const writes: readonly (readonly [
  string,
  number,
  (store: WritableStore) => void,
  (store: WritableStore) => unknown,
])[] = [
  ['sweep', FULL, atWork, (store) => store.sweep()],
  [
    'createRun',
    FULL,
    () => {},
    (store) => store.createRun({ id: 'r', config: searchConfig(), strategyVersion: 1, sample: true }),
  ],
  [
    'queueNewRuns',
    FULL,
    () => {},
    (store) => store.queueNewRuns([{ id: 'r', config: searchConfig(), strategyVersion: 1, sample: false }], ['a']),
  ],
  ['setQueue', FULL, rested, (store) => store.setQueue(['run_1'])],
  ['setRunState', FULL, atWork, (store) => store.setRunState('run_1', 'paused')],
  ['setSources', FULL, atWork, (store) => store.setSources('run_1', RECORDED_SOURCES)],
  ['addRunSeconds', NORMAL, atWork, (store) => store.addRunSeconds('run_1', 1)],
  ['setRunEpochs', NORMAL, atWork, (store) => store.setRunEpochs('run_1', 8)],
  ['renameRun', FULL, atWork, (store) => store.renameRun('run_1', 'x')],
  ['keepRun', FULL, atWork, (store) => store.keepRun('run_1')],
  ['tagRuns', FULL, atWork, (store) => store.tagRuns(['run_1'], { add: ['a'], remove: [] })],
  ['setRunNote', FULL, atWork, (store) => store.setRunNote('run_1', 'x')],
  ['setTrialNote', FULL, atWork, (store) => store.setTrialNote(one, 'x')],
  ['trashRuns', FULL, rested, (store) => store.trashRuns(['run_1'])],
  ['restoreRuns', FULL, rested, (store) => store.restoreRuns(['run_1'])],
  ['keepFrontOnly', FULL, rested, (store) => store.keepFrontOnly('run_1', [])],
  ['saveView', FULL, atWork, (store) => store.saveView('x', '{}')],
  ['removeView', FULL, (store) => store.saveView('x', '{}'), (store) => store.removeView(1)],
  ['deletePart', FULL, rested, (store) => store.deletePart('run_1')],
  ['recordAsked', FULL, atWork, (store) => store.recordAsked('run_1', asked(1), [COSTS], 3)],
  ['startTrial', NORMAL, withTrial, (store) => store.startTrial(one)],
  ['beginAnew', FULL, atWork, (store) => store.beginAnew(one, 'x')],
  ['appendEpoch', NORMAL, atWork, (store) => store.appendEpoch(one, point(1), undefined)],
  ['appendEpoch with a file', FULL, atWork, (store) => store.appendEpoch(one, point(1), checkpointFile('e'))],
  ['finishTrial', FULL, atWork, (store) => store.finishTrial(one, finished('a'))],
  ['dropWeights', FULL, rested, (store) => store.dropWeights([one])],
  ['failTrial', FULL, atWork, (store) => store.failTrial(one, 'x', 'failed', 1)],
  ['ruleOutTrial', FULL, atWork, (store) => store.ruleOutTrial(one, { latencyMs: 1 }, 'x')],
  ['recordLatency', FULL, atWork, (store) => store.recordLatency(one, [LATENCY])],
  [
    'restTrial',
    FULL,
    (store) => {
      store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: true });
      const event = { ...asked(0), proposals: asked(0).proposals.map((it) => ({ ...it, leg })) };
      store.recordAsked('run_1', event, [COSTS], 3);
      store.startTrial(one);
      store.appendEpoch(one, point(1), checkpointFile('e'));
    },
    (store) => store.restTrial(one, { epoch: 1, metrics: {}, seconds: 1 }),
  ],
  ['keepSupernet', FULL, searching, (store) => store.keepSupernet('run_1', kept)],
  ['dropSupernet', FULL, searching, (store) => store.dropSupernet('run_1', 0)],
  [
    'finishSearch',
    FULL,
    searching,
    (store) => {
      const event = { type: 'searched', search: 0, mixing: [1], cpuSeconds: 1 } as const;
      return store.finishSearch('run_1', { event, weights: checkpointFile('e') });
    },
  ],
  ['interruptTrial', FULL, atWork, (store) => store.interruptTrial(one, 1)],
  ['recordTest', FULL, rested, (store) => store.recordTest(one, 0.5)],
];
test.each(writes)(
  '%s waits for the disk as its loss would weigh, as one transaction',
  (_name, durability, prepare, write) => {
    const { db, store } = opened();
    prepare(store);
    const seen: unknown[] = [];
    const begin = db.transaction.bind(db);
    // Sound: what is asked is written down, and all else stays as it was.
    const looking = ((work: () => unknown) => {
      seen.push(pragma(db, 'synchronous'));
      return begin(work);
    }) as typeof db.transaction;
    vi.spyOn(db, 'transaction').mockImplementation(looking);
    write(store);
    expect(seen).toEqual([durability]);
  },
);

test('every write of the store is looked at for how durable it is', () => {
  const { db, store } = opened();
  const others = new Set([...Object.keys(createReadableStore(db)), 'fence', 'close']);
  const named = new Set(writes.map(([name]) => name.split(' ')[0]));
  expect(Object.keys(store).filter((name) => !others.has(name) && !named.has(name))).toEqual([]);
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

test('damage that SQLite itself finds is named, and a database in order has none', () => {
  const { db, store } = opened();
  withTrial(store);
  expect(store.check()).toEqual([]);
  db.exec(
    `PRAGMA ignore_check_constraints = ON; UPDATE trial SET state = 'done'; PRAGMA ignore_check_constraints = OFF`,
  );
  expect(store.check()).toEqual([expect.stringContaining('CHECK constraint failed in trial')]);
});

test('the room of the database is told in bytes, and that of the free pages with it', () => {
  const { db, store } = opened();
  db.exec('CREATE TABLE filled AS SELECT zeroblob(100000) AS x; DROP TABLE filled');
  const [pages, size, free] = ['page_count', 'page_size', 'freelist_count'].map((name) => Number(pragma(db, name)));
  expect(free).toBeGreaterThan(20);
  expect(store.space()).toEqual({
    ...{ bytes: (pages ?? 0) * (size ?? 0), freePages: free },
    freeBytes: (free ?? 0) * (size ?? 0),
  });
});

test('a run that goes on in this session is no dead one to its sweep; one at rest belongs to no session', () => {
  const { db, store } = opened();
  withTrial(store);
  const session = (): unknown => db.prepare('SELECT session FROM run').pluck().get();
  store.setRunState('run_1', 'paused');
  expect(session()).toBeNull();
  store.setRunState('run_1', 'running');
  expect(session()).toBe('s000001-test');
  expect(store.sweep().runs).toEqual([]);
  expect(store.run('run_1')?.state).toBe('running');
});

test.each([
  ['finished', true],
  ['failed', true],
  ['paused', false],
] as const)('a run that becomes %s has a time of its end: %s', (state, hasEnded) => {
  const { store } = opened();
  withTrial(store);
  store.setRunState('run_1', state);
  expect(store.run('run_1')?.finishedAt).toBe(hasEnded ? '1970-01-01T00:00:00.000Z' : undefined);
});

test('a run that learned from none is written without a word of it: archives compare what is written', () => {
  const { db, store } = opened();
  withTrial(store);
  const config: unknown = JSON.parse(String(db.prepare('SELECT config FROM run').pluck().get()));
  expect(config).not.toHaveProperty('prior');
});

test('the same wish for a list is prepared once: it comes again with each page and each change', () => {
  const { db, store } = opened();
  const list = () => store.runs({ search: 'x', order: { by: 'name', descending: false }, limit: 5 });
  list();
  const prepare = vi.spyOn(db, 'prepare');
  list();
  expect(prepare).not.toHaveBeenCalled();
});

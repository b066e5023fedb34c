/** Records of a run into a fresh database: those of earlier schemas too, and nothing that the
 * schema's own rules refuse. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import type { Connection } from '../../src/store/database.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { readRunRecords, runRecordWriter } from '../../src/store/rows/run-records.ts';
import type { RunRecord } from '../../src/store/rows/run-records.ts';
import { DATABASE_FILE } from '../../src/store/workspace.ts';
import { filled } from '../support/archives.ts';
import type { IncomingCheckpoint } from '../../src/store/rows/run-records.ts';
import { foldName } from '../../src/store/summaries.ts';
import { RECORDED_SOURCES, withTrial } from '../support/store-records.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

function recordsOf(id: string): readonly RunRecord[] {
  const { directory, store } = filled(id);
  store.setSources(id, RECORDED_SOURCES);
  const db = openDatabase(join(directory, DATABASE_FILE));
  try {
    return [...readRunRecords(db, id)];
  } finally {
    db.close();
  }
}

function fresh(): Connection {
  const folder = temporaryFolder();
  mkdirSync(folder);
  const db = openDatabase(join(folder, DATABASE_FILE));
  onTestFinished(() => void db.close());
  for (const migration of MIGRATIONS) migration.up(db);
  return db;
}

/** Names of files are of no account here. */
const into = (db: Connection) => {
  const fileOf = ({ trialId, kind }: { readonly trialId: string; readonly kind: string }) => `${trialId}-${kind}`;
  return runRecordWriter(db, { id: 'again', renamed: new Map(), fileOf, supernetOf: () => 'x' });
};

test('what a run was trained on comes with its records', () => {
  const records = recordsOf('run_1');
  const db = fresh();
  const write = into(db);
  for (const record of records) write(record);
  expect([...readRunRecords(db, 'again')]).toEqual(records);
});

// The records of a run got a value more with schema 5: without the rule every archive of before
// would be refused.
test('records of before the fingerprints are taken, and say that nothing is known', () => {
  const [run, ...others] = recordsOf('run_1');
  const db = fresh();
  const write = into(db);
  for (const record of [run?.slice(0, -1), ...others]) write(record);
  expect(db.prepare('SELECT sources FROM run').pluck().all()).toEqual([null]);
  expect([...readRunRecords(db, 'again')].slice(1)).toEqual(others);
});

test.each([
  ['a value less than any schema had', (run: readonly unknown[]) => run.slice(0, -2)],
  ['a value too many', (run: readonly unknown[]) => [...run, null]],
  ['fingerprints that are no JSON', (run: readonly unknown[]) => [...run.slice(0, -1), '{"at":']],
])('a run with %s is refused', (_, damage) => {
  const [run = ['run']] = recordsOf('run_1');
  const db = fresh();
  expect(() => into(db)(damage(run))).toThrow();
  expect(db.prepare('SELECT count(*) FROM run').pluck().get()).toBe(0);
});

test('a run that a dead session left running is told as cut off, its students too', () => {
  const { directory, store } = temporaryWorkspace();
  store.startTrial(withTrial(store).id);
  const db = openDatabase(join(directory, DATABASE_FILE));
  onTestFinished(() => void db.close());
  const ofStates = [...readRunRecords(db, 'run_1')].filter(([table]) => table === 'run' || table === 'trial');
  const states = ofStates.map(([, , state]) => state);
  expect(states).toEqual(['interrupted', 'interrupted']);
});

// Lists search and sort by these; a file is found again by what its row says.
test('what no record holds is made from what it does: folded names and tags, and the name of a file', () => {
  const records = recordsOf('run_1');
  const db = fresh();
  const asked: IncomingCheckpoint[] = [];
  const write = runRecordWriter(db, {
    ...{ id: 'again', renamed: new Map() },
    supernetOf: () => 'x',
    fileOf: (one) => {
      asked.push(one);
      return `${one.sha256.slice(0, 12)}-${one.epoch}`;
    },
  });
  for (const record of records) write(record);
  const read = (sql: string): unknown => db.prepare(sql).pluck().all();
  const names = db.prepare<[], string>('SELECT name FROM run').pluck().all();
  expect(read('SELECT name_folded FROM run')).toEqual(names.map(foldName));
  expect(read('SELECT tag_folded FROM run_tag ORDER BY tag')).toEqual(['keep', 'übung'].map(foldName));
  const rows = db.prepare<[], { sha256: string; epoch: number; file: string }>('SELECT * FROM checkpoint').all();
  expect(rows.map(({ file }) => file)).toEqual(rows.map(({ sha256, epoch }) => `${sha256.slice(0, 12)}-${epoch}`));
  expect(asked.map(({ trialId, trial, kind }) => [trialId, trial, kind])).toEqual([
    ['again-0000', 0, 'best'],
    ['again-0000', 0, 'final'],
    ['again-0002', 2, 'epoch'],
  ]);
});

const RENAMED = new Map([['run_1', 'new_1']]);
/** What stands in the database of a run whose record says `config`. */
function configAfter(config: string): string {
  const [run = ['run']] = recordsOf('run_1');
  const db = fresh();
  const write = runRecordWriter(db, { id: 'again', renamed: RENAMED, fileOf: () => 'x', supernetOf: () => 'x' });
  write(run.map((value, place) => (place === 3 ? config : value)));
  return String(db.prepare('SELECT config FROM run').pluck().get());
}

// A program of another version, or a stranger, wrote these: spaces and all they are what was
// recorded.
test.each([
  'null',
  '3',
  '"run_1"',
  '{ "name": "run_1" }',
  '{ "studentsFrom": 7, "transferFrom": "run_1", "prior": [{ "source": "run_1" }] }',
  '{ "studentsFrom": "run_2", "transferFrom": ["run_3", null] }',
])('a configuration %s that names no run with another id stays to the letter', (config) =>
  expect(configAfter(config)).toBe(config),
);

test.each([
  ['{ "studentsFrom": "run_1" }', { studentsFrom: 'new_1' }],
  [
    '{ "transferFrom": [null, 3, "run_1", "run_2"], "prior": "none" }',
    { transferFrom: [null, 3, 'new_1', 'run_2'], prior: 'none' },
  ],
  [
    '{"studentsFrom":"run_1","transferFrom":5,"prior":[null,"x",3,{"source":"run_1","value":1},{"a":1}]}',
    { studentsFrom: 'new_1', transferFrom: 5, prior: [null, 'x', 3, { source: 'new_1', value: 1 }, { a: 1 }] },
  ],
])('a configuration %s names a run by the id that it got, and keeps all else', (config, expected) =>
  expect(JSON.parse(configAfter(config))).toEqual(expected),
);

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
import { RECORDED_SOURCES } from '../support/store-records.ts';
import { temporaryFolder } from '../support/workspace.ts';

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
  return runRecordWriter(db, { id: 'again', renamed: new Map(), fileOf });
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

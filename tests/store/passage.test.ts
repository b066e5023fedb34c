/** Marks of runs that are on their way: they may be a stranger's, or of a version before. */
import { expect, test } from 'vitest';
import { openInMemory } from '../../src/store/migrate.ts';
import { ARRIVING, LEAVING, passageReader, settle, takeOut } from '../../src/store/passage/passage.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { searchConfig } from '../support/store-records.ts';
import { tickingClock } from '../support/workspace.ts';

/** Three runs, and what marks say of them. */
function marked(marks: Readonly<Record<string, string>>) {
  const db = openInMemory();
  const store = createSqliteStore(db, { fence: 's000001-memory', now: tickingClock() });
  for (const number of [1, 2, 3]) {
    const config = searchConfig(`name ${number}`);
    store.createRun({ id: `run_${number}`, config, strategyVersion: 1, sample: false });
  }
  for (const mark of Object.entries(marks)) db.prepare('INSERT INTO meta VALUES (?, ?)').run(...mark);
  const left = () => store.runs({ trash: 'with' }).rows.map(({ run }) => run.id);
  const keys = () => db.prepare('SELECT key FROM meta ORDER BY key').pluck().all();
  return { db, left, keys };
}

// A run that is under way without anybody's knowing would be left behind, or in copies.
test('marks bear the names under which copies and salvaged databases look for them', () => {
  const { db, left, keys } = marked({ arriving: '{"runs":["run_1"],"folders":[]}', leaving: '["run_3"]' });
  expect(passageReader(db).passage()).toEqual({ arriving: ['run_1'], leaving: ['run_3'] });
  expect([ARRIVING, LEAVING]).toEqual(['arriving', 'leaving']);
  expect(takeOut(db, LEAVING)).toEqual(['name 3']);
  expect([left().toSorted(), keys()]).toEqual([['run_1', 'run_2'], ['arriving']]);
  expect(settle(db)).toEqual(['name 1']);
  expect([left(), keys()]).toEqual([['run_2'], []]);
});

// An opening that throws here can be mended by nobody: each start reads the mark again.
test.each(['null', '3', '"run_1"', '{}', '{"runs":"run_1"}', '{"runs":null}', '[', ''])(
  'a mark that says %s names no run, and takes none away',
  (text) => {
    const { db, left } = marked({ arriving: text, leaving: text });
    expect(passageReader(db).passage()).toEqual({ arriving: [], leaving: [] });
    expect(settle(db)).toEqual([]);
    expect(left()).toHaveLength(3);
  },
);

test('of a mark that names other things too the runs count alone', () => {
  const { db } = marked({ arriving: '{"runs":[1,"run_1",null,["run_2"]]}', leaving: '[{},"run_9","run_2"]' });
  expect(passageReader(db).passage()).toEqual({ arriving: ['run_1'], leaving: ['run_9', 'run_2'] });
  expect(settle(db)).toEqual(['name 1', 'name 2']);
});

test('who asks for a run on its way in is told which, by its name where it has one by now', () => {
  const { db } = marked({ arriving: '["run_1","run_9"]' });
  const { assertHere } = passageReader(db);
  const place = { file: db.name };
  const busy = (message: RegExp) =>
    expect.objectContaining({ code: 'workspace.busy', place, message: expect.stringMatching(message) as string });
  expect(() => assertHere('run_1')).toThrow(busy(/"name 1" is being taken in/));
  expect(() => assertHere('run_9')).toThrow(busy(/"run_9" is being taken in/));
  expect(() => assertHere('run_2')).not.toThrow();
});

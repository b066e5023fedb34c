/** Repair: what the doctor finds is brought into agreement, nothing is made up, and what was sound
 * stays as it was. */
import fs, { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { examine, findProblems } from '../../src/store/upkeep/doctor.ts';
import type { Mend } from '../../src/store/upkeep/repair.ts';
import { DATABASE_FILE } from '../../src/store/workspace.ts';
import { asked, costsOf, finished, point, searchConfig } from '../support/store-records.ts';
import { adoptText, temporaryWorkspace } from '../support/workspace.ts';

const id = (number: number) => `run_1-000${number}`;

/** Trials 0 to 4: finished, failed, interrupted after an epoch, finished, queued. */
function worked() {
  const workspace = temporaryWorkspace();
  const { store, files, directory } = workspace;
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
  const event = asked(0, 1, 2);
  store.recordAsked('run_1', event, costsOf(event), 3);
  for (const number of [0, 1, 2]) store.startTrial(id(number));
  const weights = (number: number) => ({ epoch: 3, ...adoptText(files, `${id(number)}.bin`, `weights ${number}`) });
  store.finishTrial(id(0), finished('', { metrics: { accuracy: 0.7 }, checkpoint: weights(0) }));
  store.failTrial(id(1), 'crashed', 'failed', 1);
  store.appendEpoch(id(2), point(1), { epoch: 1, ...adoptText(files, 'epoch.bin', 'state') });
  store.interruptTrial(id(2), 1);
  const more = asked(3, 4);
  store.recordAsked('run_1', { ...more, position: 5 }, costsOf(more), 3);
  store.startTrial(id(3));
  store.finishTrial(id(3), finished('', { metrics: { accuracy: 0.9 }, checkpoint: weights(3) }));
  store.setRunState('run_1', 'paused');
  const edit = (sql: string) => new Database(join(directory, DATABASE_FILE)).exec(sql).close();
  const repair = (): readonly string[] => {
    const mends = findProblems(store, files, 'ours').flatMap((problem): Mend[] => (problem.mend ? [problem.mend] : []));
    return workspace.mend(mends);
  };
  return { ...workspace, edit, repair };
}

const rowDamages: readonly (readonly [string, string])[] = [
  ['a gap in the log', `UPDATE event SET seq = 9 WHERE seq = (SELECT max(seq) FROM event)`],
  ['a log that misses a proposal', `DELETE FROM event WHERE type = 'asked' AND seq > 0`],
  ['a log that misses every proposal', `DELETE FROM event WHERE type = 'asked'`],
  ['a finished trial that was not told', `DELETE FROM event WHERE type = 'told' AND trial = 0`],
  ['a failed trial that was not told', `DELETE FROM event WHERE type = 'failed'`],
  [
    'an open trial that was told',
    `UPDATE event SET trial = 4, json = replace(json, '"trial":3', '"trial":4') WHERE type = 'told' AND trial = 3`,
  ],
  ['a trial whose row is lost', `DELETE FROM trial WHERE number = 3`],
  ['a curve that lost its points', 'DELETE FROM epoch'],
  ['a curve that counts wrongly', 'UPDATE trial SET epochs_done = 7 WHERE number = 0'],
  ['a wrong counter', 'UPDATE trial_count SET trials = 9 WHERE trials > 0'],
  ['all of these', `DELETE FROM event WHERE seq % 2 = 1; DELETE FROM epoch; UPDATE trial_count SET trials = 3`],
];
test.each(rowDamages)('%s is mended, and a second repair has nothing to do', (_what, sql) => {
  const { store, files, edit, repair } = worked();
  expect(examine(store, files).problems).toEqual([]);
  edit(sql);
  expect(examine(store, files).ok).toBe(false);
  expect(repair().length).toBeGreaterThan(0);
  expect(examine(store, files).problems).toEqual([]);
  expect(repair()).toEqual([]);
  expect(store.trial(id(0))).toMatchObject({ state: 'finished', metrics: { accuracy: 0.7 } });
  // The next student can be proposed.
  expect(store.recordAsked('run_1', asked(5), costsOf(asked(5)), 3)).toHaveLength(1);
});

test('a row that is lost is a failed student, not one that is proposed again under another number', () => {
  const { store, edit, repair } = worked();
  edit('DELETE FROM trial WHERE number = 3');
  repair();
  expect(store.trial(id(3))).toMatchObject({ state: 'failed', reason: 'The records of this student were lost.' });
  expect(store.trial(id(3))?.candidate).toEqual(asked(3).proposals[0]?.candidate);
  expect(store.run('run_1')?.reason).toMatch(/The records of 1 student are lost/);
});

test('a run is cut where neither row nor proposal is left, since its numbers have no gap', () => {
  const { store, files, edit, repair } = worked();
  edit(`DELETE FROM trial WHERE number = 3; DELETE FROM event WHERE type = 'asked' AND seq > 0`);
  repair();
  expect(store.trials('run_1').map(({ number }) => number)).toEqual([0, 1, 2]);
  expect(examine(store, files).problems).toEqual([]);
});

test('an open trial without its checkpoint begins anew; a finished one keeps its result and says what is lost', () => {
  const { store, files, repair } = worked();
  rmSync(files.pathOf(store.checkpoint(id(2), 'epoch')?.file ?? ''));
  rmSync(files.pathOf(store.checkpoint(id(0), 'final')?.file ?? ''));
  expect(repair()).toEqual([
    expect.stringMatching(/0000 has lost its weights/),
    expect.stringMatching(/0002 .*begins anew/),
  ]);
  expect(store.trial(id(2))).toMatchObject({ state: 'interrupted', epochsDone: 0 });
  expect(store.epochs(id(2))).toEqual([]);
  expect(store.trial(id(0))).toMatchObject({ state: 'finished', metrics: { accuracy: 0.7 } });
  // Nothing can bring weights back: that stays to be told.
  expect(examine(store, files).problems).toEqual([expect.stringMatching(/0000 is finished without a checkpoint/)]);
});

test('a checkpoint with other content and a file of nobody are put aside, not deleted', () => {
  const { store, files, repair } = worked();
  const file = store.checkpoint(id(2), 'epoch')?.file ?? '';
  writeFileSync(files.pathOf(file), 'other');
  const { file: orphan } = adoptText(files, 'orphan.bin', 'x');
  repair();
  expect([file, orphan].map((name) => existsSync(files.pathOf(name)))).toEqual([false, false]);
  const [aside = ''] = readdirSync(files.folders.backups);
  expect(readdirSync(join(files.folders.backups, aside)).sort()).toEqual([file, orphan].sort());
});

// The doctor looked before, and only the moment of a repair tells whose a file is.
test("a stranger's file is left where it lies, whatever a repair was told of it", () => {
  const { store, files, mend } = worked();
  const place = join(files.folders.checkpoints, 'my-model.pt');
  writeFileSync(place, 'mine');
  const { file } = store.checkpoint(id(2), 'epoch') ?? { file: '' };
  mend([
    { what: 'orphan', file: 'my-model.pt' },
    { what: 'checkpoint', trialId: id(2), kind: 'epoch', file },
  ]);
  expect([existsSync(place), existsSync(files.pathOf(file))]).toEqual([true, false]);
});

test('a repair that puts no file aside makes no folder for any', () => {
  const { files, edit, repair } = worked();
  edit('UPDATE trial_count SET trials = 9');
  expect(repair()).toHaveLength(1);
  expect(readdirSync(files.folders.backups)).toEqual([]);
});

// Else a power cut brings a file back into its old place, where the next sweep takes it for good.
test('what is put aside is flushed there', () => {
  const { files, repair } = worked();
  adoptText(files, 'orphan.bin', 'x');
  const { openSync } = fs;
  const opened: string[] = [];
  const swap = (open: typeof openSync): void => {
    fs.openSync = open;
    syncBuiltinESMExports();
  };
  onTestFinished(() => swap(openSync));
  swap((path, ...rest) => {
    opened.push(String(path));
    return openSync(path, ...rest);
  });
  repair();
  const [aside = ''] = readdirSync(files.folders.backups);
  expect(opened.at(-1)).toBe(join(files.folders.backups, aside));
});

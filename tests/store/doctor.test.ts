/** The doctor: calls a sound workspace sound, and finds each kind of damage. */
import fs, { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { examine, examineFolder } from '../../src/store/upkeep/doctor.ts';
import { DATABASE_FILE } from '../../src/store/workspace.ts';
import { asked, COSTS, costsOf, finished, point, searchConfig } from '../support/store-records.ts';
import { adoptText, temporaryWorkspace } from '../support/workspace.ts';

/** Trials 0 to 4: finished, failed, interrupted, running, queued. */
function worked() {
  const workspace = temporaryWorkspace();
  const { store, files, directory } = workspace;
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
  const event = asked(0, 1, 2, 3);
  store.recordAsked('run_1', event, costsOf(event), 3);
  store.recordAsked('run_1', { ...asked(4), position: 5 }, [COSTS], 3);
  const id = (number: number) => `run_1-000${number}`;
  for (const number of [0, 1, 2, 3]) store.startTrial(id(number));
  store.finishTrial(id(0), finished('', { checkpoint: { epoch: 3, ...adoptText(files, 'final.bin', 'weights') } }));
  store.failTrial(id(1), 'crashed', 'failed', 1);
  store.appendEpoch(id(2), point(1), { epoch: 1, ...adoptText(files, 'epoch.bin', 'state') });
  store.interruptTrial(id(2), 1);
  const edit = (sql: string) => new Database(join(directory, DATABASE_FILE)).exec(sql).close();
  return { ...workspace, edit, finalFile: files.pathOf(store.checkpoint(id(0), 'final')?.file ?? '') };
}

test('a workspace at work is sound, seen from its session and from beside it', () => {
  const { store, files, directory } = worked();
  const sound = { ok: true, integrity: 'ok', trials: 5, checkpoints: 2, problems: [] };
  expect(examine(store, files)).toEqual(sound);
  expect(examineFolder(directory)).toEqual(sound);
});

test('a run that keeps the weights of its front alone is sound without the others, and not without those', () => {
  const { store, files } = temporaryWorkspace();
  const config = { ...searchConfig(), limits: [], checkpoints: { precision: 'fp32', keep: 'front' } } as const;
  store.createRun({ id: 'run_1', config, strategyVersion: 1, sample: false });
  const event = asked(0, 1);
  store.recordAsked('run_1', event, costsOf(event), 3);
  const ids = ['run_1-0000', 'run_1-0001'];
  ids.forEach((id, index) => {
    store.startTrial(id);
    const checkpoint = { epoch: 3, ...adoptText(files, `${id}.bin`, id) };
    store.finishTrial(id, finished('', { checkpoint, metrics: { accuracy: 0.8 - index / 10 } }));
  });
  files.remove(store.dropWeights(['run_1-0001']));
  expect(examine(store, files)).toMatchObject({ ok: true, checkpoints: 1 });
  files.remove(store.dropWeights(['run_1-0000']));
  expect(examine(store, files).problems).toEqual(['Trial run_1-0000 is finished without a checkpoint.']);
});

test('an orphan is a problem in a session of ours, and not where another session may be about to name it', () => {
  const { store, files, directory } = worked();
  adoptText(files, 'orphan.bin', 'x');
  expect(examine(store, files).problems).toEqual([expect.stringMatching(/"orphan-.*belongs to no trial/)]);
  expect(examineFolder(directory).ok).toBe(true);
});

/** Files of `folder`, each as often as it is opened from now on. */
function opened(folder: string): readonly string[] {
  const { openSync } = fs;
  const names: string[] = [];
  const swap = (open: typeof openSync): void => {
    fs.openSync = open;
    syncBuiltinESMExports();
  };
  swap((path, ...rest) => {
    if (String(path).startsWith(join(folder, '/'))) names.push(String(path).slice(folder.length + 1));
    return openSync(path, ...rest);
  });
  onTestFinished(() => swap(openSync));
  return names;
}

test('each file is read once, for its problem or for its note: weights of strangers may be large', () => {
  const { store, files } = worked();
  const { file } = adoptText(files, 'orphan.bin', 'x');
  const stranger = 'model-000000000000.bin';
  writeFileSync(join(files.folders.checkpoints, stranger), 'abc');
  const names = opened(files.folders.checkpoints);
  const { problems, notes } = examine(store, files);
  expect([problems, notes]).toEqual([
    [expect.stringContaining(`"${file}" belongs to no trial`)],
    [`"checkpoints/${stranger}" is not the workbench's: it is left alone.`],
  ]);
  expect(names.toSorted()).toEqual([file, stranger, ...store.checkpoints().map((row) => row.file)].toSorted());
});

test('what a dead session left running is found until the next start', () => {
  const { directory, close } = worked();
  close();
  expect(examineFolder(directory).problems).toEqual([
    expect.stringMatching(/^run_1 is marked as running/),
    expect.stringMatching(/^run_1-0003 is marked as running/),
  ]);
});

test('a folder without a workspace has nothing wrong with it', () => {
  const { directory, close } = temporaryWorkspace();
  close();
  rmSync(directory, { recursive: true });
  expect(examineFolder(directory)).toEqual({ ok: true, integrity: 'ok', trials: 0, checkpoints: 0, problems: [] });
});

const fileDamages: readonly (readonly [string, (file: string) => void, RegExp])[] = [
  ['is missing', (file) => rmSync(file), /is missing/],
  ['was cut off', (file) => truncateSync(file, 3), /has 3 bytes where 7 were written/],
  ['has another content', (file) => writeFileSync(file, 'WEIGHTS'), /has other content/],
];
test.each(fileDamages)('a checkpoint that %s is found', (_what, damage, words) => {
  const { store, files, finalFile } = worked();
  damage(finalFile);
  expect(examine(store, files)).toMatchObject({ ok: false, integrity: 'ok', problems: [expect.stringMatching(words)] });
});

const rowDamages: readonly (readonly [string, string, RegExp])[] = [
  ['a gap in the log', 'UPDATE event SET seq = 7 WHERE seq = 1', /has event/],
  ['a log that misses a proposal', 'DELETE FROM event WHERE seq = 1', /asks for 4 trials, not its 5/],
  ['a finished trial that was not told', `DELETE FROM event WHERE type = 'told'`, /is finished, and the log says ""/],
  [
    'an open trial that was told',
    `UPDATE event SET trial = 4, json = replace(json, '"trial":0', '"trial":4') WHERE type = 'told'`,
    /0004 is queued, and the log says "told"/,
  ],
  [
    'a finished trial without its checkpoint',
    `DELETE FROM checkpoint WHERE kind = 'final'`,
    /finished without a checkpoint/,
  ],
  ['a finished trial without its predictions', 'DELETE FROM prediction', /finished without predictions/],
  ['a curve shorter than it says', 'DELETE FROM epoch', /has 0 epochs of a curve and counts 1/],
  ['a wrong counter', 'UPDATE trial_count SET trials = 9 WHERE trials > 0', /counts 9 queued trials and has 1/],
  [
    'a trial of no run',
    `PRAGMA foreign_keys = OFF; UPDATE trial SET run_id = 'gone' WHERE number = 4`,
    /names a run that does not exist/,
  ],
];
test.each(rowDamages)('%s is found', (_what, sql, words) => {
  const { store, files, edit } = worked();
  edit(sql);
  const { ok, problems } = examine(store, files);
  expect(ok).toBe(false);
  expect(problems).toContainEqual(expect.stringMatching(words));
});

test('a database that is none is an answer, not an error', () => {
  const { directory, close } = worked();
  close();
  writeFileSync(join(directory, DATABASE_FILE), 'hello '.repeat(1000));
  expect(examineFolder(directory)).toMatchObject({
    ok: false,
    integrity: expect.stringMatching(/is damaged/),
    problems: [expect.stringMatching(/Nothing was deleted/)],
  });
});

/** What could make room: each kind by its own rule, and nothing that is still needed. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { bytesIn, findWaste } from '../../src/store/upkeep/waste.ts';
import { DATABASE_FILE, type Workspace } from '../../src/store/workspace.ts';
import { asked, costsOf, finished, mixed, point, searchConfig } from '../support/store-records.ts';
import { adoptText, temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

/** Finished students by accuracy, all of one size: the front is the best alone. Each keeps weights
 * of 7 bytes, and 4 more of its best epoch. */
function addRun({ store, files }: Workspace, id: string, ...accuracies: readonly number[]): readonly string[] {
  store.createRun({ id, config: searchConfig(id), strategyVersion: 1, sample: false });
  const event = asked(...accuracies.map((_, number) => number));
  const ids = store.recordAsked(id, event, costsOf(event), 3).map((trial) => trial.id);
  for (const [number, accuracy] of accuracies.entries()) {
    const trial = ids[number] ?? '';
    store.startTrial(trial);
    const checkpoint = { epoch: 3, ...adoptText(files, `${trial}.safetensors`, 'weights') };
    const best = { epoch: 2, ...adoptText(files, `${trial}-best.safetensors`, 'best') };
    store.finishTrial(trial, finished('', { metrics: { accuracy, params: 12_345 }, checkpoint, best }));
  }
  return ids;
}

const wasteOf = ({ store, files }: Workspace, fence = store.fence) => findWaste(store, files, fence);

test('weights of a run at rest are those off its front, with every file and byte of them', () => {
  const workspace = temporaryWorkspace();
  const { store, files } = workspace;
  const ids = addRun(workspace, 'run_1', 0.5, 0.9, 0.7);
  expect(wasteOf(workspace).weights).toEqual([]);
  const more = asked(3, 4);
  const [cut = ''] = store.recordAsked('run_1', more, costsOf(more), 3).map(({ id }) => id);
  store.startTrial(cut);
  // What training goes on from is no waste.
  store.appendEpoch(cut, point(1), { epoch: 1, ...adoptText(files, 'epoch.safetensors', 'a longer state') });
  store.interruptTrial(cut, 1);
  for (const state of ['paused', 'interrupted', 'failed'] as const) {
    store.setRunState('run_1', state);
    const dropped = { runId: 'run_1', trialIds: [ids[0], ids[2]], searches: [], files: 4, bytes: 22 };
    expect(wasteOf(workspace).weights).toEqual([dropped]);
  }
  store.dropWeights([ids[0] ?? '']);
  expect(wasteOf(workspace).weights).toEqual([
    { runId: 'run_1', trialIds: [ids[2]], searches: [], files: 2, bytes: 11 },
  ]);
  store.dropWeights([ids[2] ?? '']);
  expect(wasteOf(workspace).weights).toEqual([]);
});

test('of a run that begins students with the weights of others nothing goes before its end', () => {
  const workspace = temporaryWorkspace();
  const { store } = workspace;
  const ids = addRun(workspace, 'run_1', 0.5, 0.9);
  const { proposals, ...event } = asked(2);
  const from = { parents: [0], map: 'inherit', seed: 1 } as const;
  const child = { ...event, proposals: proposals.map((proposal) => ({ ...proposal, from })) };
  const [open = ''] = store.recordAsked('run_1', child, costsOf(child), 3).map(({ id }) => id);
  // Student 1 is off the front, and the weights of the open child are its.
  for (const state of ['paused', 'interrupted', 'failed'] as const) {
    store.setRunState('run_1', state);
    expect(wasteOf(workspace).weights).toEqual([]);
  }
  store.failTrial(open, 'Stopped by you.', 'stopped', 0);
  store.setRunState('run_1', 'running');
  store.setRunState('run_1', 'finished');
  expect(wasteOf(workspace).weights.map(({ trialIds }) => trialIds)).toEqual([[ids[0]]]);
});

test('of a run whose students are trained again from its weights nothing goes before that is over', () => {
  const workspace = temporaryWorkspace();
  const { store } = workspace;
  addRun(workspace, 'run_1', 0.5, 0.9);
  const strategy = { id: 'listed', options: { seeds: 1, from: 'searched' } };
  const config = { ...searchConfig('run_2'), strategy, studentsFrom: 'run_1' };
  store.createRun({ id: 'run_2', config, strategyVersion: 1, sample: false });
  store.setRunState('run_1', 'finished');
  store.setRunState('run_2', 'paused');
  expect(wasteOf(workspace).weights).toEqual([]);
  store.trashRuns(['run_1']);
  expect(wasteOf(workspace).trash).toEqual([]);
  store.setRunState('run_2', 'running');
  store.setRunState('run_2', 'finished');
  expect(wasteOf(workspace).trash.map(({ runId }) => runId)).toEqual(['run_1']);
  store.restoreRuns(['run_1']);
  expect(wasteOf(workspace).weights.map(({ runId }) => runId)).toEqual(['run_1']);
});

test('the file of a search that is over is waste, and what one goes on from is none', () => {
  const workspace = temporaryWorkspace();
  const { store, files } = workspace;
  addRun(workspace, 'run_1', 0.5);
  const search = { search: 0, family: 'resnet', method: 'darts', options: {}, epochs: 2, seed: 1 };
  store.recordAsked('run_1', { type: 'asked', proposals: [], position: 1, search }, [], 3);
  store.keepSupernet('run_1', { event: mixed(), weights: adoptText(files, 'net-1.safetensors', 'state') });
  store.setRunState('run_1', 'paused');
  expect(wasteOf(workspace)).toMatchObject({ weights: [], orphans: [] });
  const event = { type: 'searched', search: 0, mixing: [1], cpuSeconds: 1 } as const;
  store.finishSearch('run_1', { event, weights: { epoch: 2, ...adoptText(files, 'net.safetensors', 'learned') } });
  expect(wasteOf(workspace).weights).toEqual([{ runId: 'run_1', trialIds: [], searches: [0], files: 1, bytes: 7 }]);
});

test('of a run in the trash it is the run as a whole', () => {
  const workspace = temporaryWorkspace();
  const { store } = workspace;
  addRun(workspace, 'run_1', 0.5, 0.9);
  addRun(workspace, 'run_2', 0.9);
  for (const id of ['run_1', 'run_2']) store.setRunState(id, 'paused');
  store.trashRuns(['run_1']);
  const { weights, trash } = wasteOf(workspace);
  expect(weights).toEqual([]);
  const { checkpointBytes, recordBytes } = store.runSize('run_1');
  expect(trash).toEqual([{ runId: 'run_1', bytes: checkpointBytes + recordBytes }]);
  expect([checkpointBytes, recordBytes > 1000]).toEqual([22, true]);
});

test('a file that no row names, what other sessions left, and soft targets are named with their bytes', () => {
  const workspace = temporaryWorkspace();
  const { files, store } = workspace;
  const { folders } = files;
  addRun(workspace, 'run_1', 0.9);
  const { file } = adoptText(files, 'nobody.safetensors', '12345');
  mkdirSync(join(folders.tmp, 's000009-abcdef/deep'), { recursive: true });
  writeFileSync(join(folders.tmp, 's000009-abcdef/deep/left'), '123');
  writeFileSync(join(folders.tmp, 's000009-abcdef/beside'), '45');
  mkdirSync(join(folders.tmp, 'thesis'));
  mkdirSync(folders.cache, { recursive: true });
  writeFileSync(join(folders.cache, 'soft-1.safetensors'), '1234567');
  mkdirSync(join(folders.cache, 'teacher-half-done'));
  const waste = wasteOf(workspace);
  expect(waste.orphans).toEqual([{ name: file, bytes: 5 }]);
  expect(waste.leftovers).toEqual([{ name: 's000009-abcdef', bytes: 5 }]);
  expect(waste.caches).toEqual([{ name: 'soft-1.safetensors', bytes: 7 }]);
  expect(waste.database).toEqual(store.space());
  expect(waste.database.bytes).toBeGreaterThan(4096);
  // Of another session the folder of this one would be a leftover.
  expect(wasteOf(workspace, 's000009-abcdef').leftovers.map(({ name }) => name)).toEqual([store.fence]);
});

test('where nothing has been made there is nothing, and nothing is made by looking', () => {
  const workspace = temporaryWorkspace();
  const { weights, trash, orphans, leftovers, caches } = wasteOf(workspace);
  expect([weights, trash, orphans, leftovers, caches]).toEqual([[], [], [], [], []]);
});

test('bytes are those of plain files: links lead elsewhere, and what is gone counts nothing', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  writeFileSync(join(folder, 'one'), '1');
  writeFileSync(join(folder, 'a/b/three'), '333');
  const elsewhere = temporaryFolder();
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'large'), 'x'.repeat(1000));
  symlinkSync(elsewhere, join(folder, 'linked'));
  symlinkSync(join(elsewhere, 'large'), join(folder, 'a/linked'));
  expect([bytesIn(folder), bytesIn(join(folder, 'one')), bytesIn(join(folder, 'linked'))]).toEqual([4, 1, 0]);
  expect(bytesIn(join(folder, 'none'))).toBe(0);
});

test('only what would go is promised: not weights that no rule of ours keeps in a database of somebody else', () => {
  const workspace = temporaryWorkspace();
  const { store } = workspace;
  const [worse = '', best = ''] = addRun(workspace, 'run_1', 0.5, 0.9);
  const more = asked(2);
  const [cut = ''] = store.recordAsked('run_1', more, costsOf(more), 3).map(({ id }) => id);
  store.setRunState('run_1', 'paused');
  const promised = wasteOf(workspace).weights;
  expect(promised).toMatchObject([{ trialIds: [worse], files: 2, bytes: 11 }]);
  const db = openDatabase(join(workspace.directory, DATABASE_FILE));
  const insert = db.prepare(
    'INSERT INTO checkpoint (trial_id, kind, epoch, file, bytes, sha256) VALUES (?, ?, 1, ?, 9, ?)',
  );
  // Of a student that has ended nobody goes on, and one that has not ended has no weights.
  for (const [trial, kind] of [
    [worse, 'epoch'],
    [best, 'epoch'],
    [cut, 'final'],
  ] as const) {
    insert.run(trial, kind, `${trial}-${kind}.bin`, 'ab'.repeat(32));
  }
  db.close();
  expect(store.checkpoints()).toHaveLength(7);
  expect(wasteOf(workspace).weights).toEqual(promised);
});

test('a file that comes while this looks is nobody’s waste: its row may be on its way', () => {
  const workspace = temporaryWorkspace();
  const { store, files } = workspace;
  const { file } = adoptText(files, 'left.safetensors', '12345');
  const busy = {
    ...store,
    checkpoints: () => {
      const rows = store.checkpoints();
      adoptText(files, 'coming.safetensors', 'weights');
      return rows;
    },
  };
  expect(findWaste(busy, files, store.fence).orphans).toEqual([{ name: file, bytes: 5 }]);
});

test('a folder that somebody removed has nothing in it', () => {
  const workspace = temporaryWorkspace();
  const { checkpoints, tmp, cache } = workspace.files.folders;
  for (const folder of [checkpoints, tmp, cache]) rmSync(folder, { recursive: true });
  const { orphans, leftovers, caches } = wasteOf(workspace);
  expect([orphans, leftovers, caches]).toEqual([[], [], []]);
});

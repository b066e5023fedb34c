/** The doctor: calls a sound workspace sound, and finds each kind of damage. */
import fs, { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { examine, examineFolder, findProblems } from '../../src/store/upkeep/doctor.ts';
import type { OpenSession } from '../../src/store/upkeep/doctor.ts';
import { keepReserve } from '../../src/store/upkeep/reserve.ts';
import type { ReadableStore } from '../../src/store/store.ts';
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

// Rows and files are read one after the other while another process writes them.
describe('beside the session of another process', () => {
  const lost = /^Checkpoint ".*" of trial run_1-0000 is missing\.$/;
  const forgets = 'forgets these weights, puts the file aside, and keeps the figures of the student';

  /** The log lacks its last event in the first reading, and the curves their points in the
   * second. */
  function moving(store: ReadableStore): ReadableStore {
    let readings = 0;
    return {
      ...store,
      check: () => {
        readings += 1;
        return store.check();
      },
      events: (runId) => (readings === 1 ? store.events(runId).slice(0, -1) : store.events(runId)),
      evidence: (runId) => (readings === 2 ? [] : store.evidence(runId)),
    };
  }

  test('what is seen in one of two readings alone is no problem, and what is seen in both is one', () => {
    const { store, files, finalFile } = worked();
    rmSync(finalFile);
    expect(examine(moving(store), files, 'another')).toEqual({
      ...{ ok: false, integrity: 'ok', trials: 5, checkpoints: 2 },
      ...{ problems: [expect.stringMatching(lost)], remedies: [forgets] },
    });
    // In a session of ours nothing moves: what is there is told.
    expect(examine(moving(store), files, 'ours').problems).toEqual([
      expect.stringMatching(lost),
      expect.stringMatching(/the log says "" of it/),
    ]);
  });

  test('all is sound where each reading shows a problem of its own, or the second one none', () => {
    const { store, files } = worked();
    const sound = { ok: true, integrity: 'ok', trials: 5, checkpoints: 2, problems: [] };
    expect(examine(moving(store), files, 'another')).toEqual(sound);
    const settling = { ...moving(store), evidence: store.evidence };
    expect(examine(settling, files, 'another')).toEqual(sound);
  });

  test('what that session may be about to remove is no note either', () => {
    const { store, files } = worked();
    writeFileSync(join(files.folders.tmp, 'notes.txt'), 'theirs');
    const note = '"tmp/notes.txt" is not the workbench\'s: it is left alone.';
    const notes = (session: OpenSession): unknown => examine(store, files, session).notes;
    expect([notes('ours'), notes('none'), notes('another')]).toEqual([[note], [note], undefined]);
  });
});

/** What statfs answers from now on: a disk with so many free bytes. */
function diskWith(bytes: number): void {
  const { statfsSync } = fs;
  const swap = (statfs: typeof statfsSync): void => {
    fs.statfsSync = statfs;
    syncBuiltinESMExports();
  };
  // Sound: what is asked for of it are the free blocks and their size.
  swap((() => ({ bavail: bytes / 512, bsize: 512 })) as unknown as typeof statfsSync);
  onTestFinished(() => swap(statfsSync));
}

test('a nearly full disk is told of where no room is kept for it, and there alone', () => {
  const [unkept, kept] = [worked(), worked()];
  keepReserve(kept.directory);
  const notes = ({ store, files }: ReturnType<typeof worked>): unknown => examine(store, files).notes;
  expect([notes(unkept), notes(kept)]).toEqual([undefined, undefined]);
  diskWith(1 << 20);
  expect([notes(unkept), notes(kept)]).toEqual([[expect.stringMatching(/^The disk is nearly full/)], undefined]);
  // In the reader's own session too.
  expect(examineFolder(unkept.directory).notes).toHaveLength(1);
  unkept.close();
  rmSync(unkept.directory, { recursive: true });
  expect(examineFolder(unkept.directory).notes).toBeUndefined();
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

test('each problem comes with what a repair does about it, and with nothing where nothing brings back', () => {
  const { store, files, edit, finalFile } = worked();
  rmSync(finalFile);
  const { file: orphan } = adoptText(files, 'orphan.bin', 'x');
  edit(`UPDATE trial_count SET trials = 7 WHERE state = 'queued'; DELETE FROM event WHERE type = 'failed';
    DELETE FROM epoch; DELETE FROM prediction`);
  const file = store.checkpoint('run_1-0000', 'final')?.file;
  expect(findProblems(store, files, 'ours').map(({ mend }) => mend)).toEqual([
    { what: 'checkpoint', trialId: 'run_1-0000', kind: 'final', file },
    { what: 'orphan', file: orphan },
    { what: 'counts', runId: 'run_1' },
    { what: 'log', runId: 'run_1' },
    undefined,
    { what: 'curve', trialId: 'run_1-0002' },
  ]);
  const { problems, remedies } = examine(store, files);
  expect(problems).toHaveLength(6);
  expect(remedies).toEqual([
    'forgets these weights, puts the file aside, and keeps the figures of the student',
    'puts the file aside, among the backups',
    'counts the students again',
    'brings log and students into agreement; a student whose records are lost counts as failed',
    '',
    'brings the curve and its number of epochs into agreement',
  ]);
});

test('a run in the trash is looked at like any other: it may come back', () => {
  const { store, files, edit } = worked();
  for (const id of ['run_1-0003', 'run_1-0004']) store.failTrial(id, 'stopped', 'stopped', 0);
  store.setRunState('run_1', 'paused');
  store.trashRuns(['run_1']);
  expect(examine(store, files)).toEqual({ ok: true, integrity: 'ok', trials: 5, checkpoints: 2, problems: [] });
  edit('DELETE FROM prediction');
  expect(examine(store, files).problems).toEqual(['Trial run_1-0000 is finished without predictions.']);
});

test.each(['arriving', 'leaving'] as const)('a run that is %s is not whole, and nothing to be mended', (way) => {
  const { store, files, edit } = worked();
  store.createRun({ id: 'run_2', config: searchConfig(), strategyVersion: 1, sample: false });
  edit(`UPDATE trial_count SET trials = 7 WHERE trials > 0;
    INSERT INTO trial_count (run_id, state, trials) VALUES ('run_2', 'queued', 2)`);
  const passing = { ...store, passage: () => ({ arriving: [], leaving: [], [way]: ['run_1'] }) };
  expect(examine(passing, files).problems).toEqual(['Run run_2 counts 2 queued trials and has 0.']);
});

test('a student off the front is missed without its weights, but where the front alone is to keep them', () => {
  const { store, files } = temporaryWorkspace();
  store.createRun({ id: 'run_1', config: { ...searchConfig(), limits: [] }, strategyVersion: 1, sample: false });
  const event = asked(0, 1);
  const ids = store.recordAsked('run_1', event, costsOf(event), 3).map(({ id }) => id);
  ids.forEach((id, index) => {
    store.startTrial(id);
    const checkpoint = { epoch: 3, ...adoptText(files, `${id}.bin`, id) };
    store.finishTrial(id, finished('', { checkpoint, metrics: { accuracy: 0.8 - index / 10 } }));
  });
  store.setRunState('run_1', 'finished');
  files.remove(store.dropWeights(['run_1-0001']));
  expect(examine(store, files).problems).toEqual(['Trial run_1-0001 is finished without a checkpoint.']);
  store.keepFrontOnly('run_1', []);
  expect(examine(store, files).problems).toEqual([]);
});

test('all that SQLite finds is told, each for itself and together', () => {
  const { store, files } = worked();
  const broken = { ...store, check: () => ['row 1 is missing', 'row 2 is too'] };
  expect(examine(broken, files)).toEqual({
    ...{ ok: false, integrity: 'row 1 is missing; row 2 is too', trials: 0, checkpoints: 0 },
    problems: ['row 1 is missing', 'row 2 is too'],
  });
});

// A folder that stays marked as open would be taken for ours, whatever is put in its place.
test('a folder is let go after it was looked at: what somebody puts there next is theirs', () => {
  const { directory, close } = worked();
  close();
  const closed = vi.spyOn(Database.prototype, 'close');
  onTestFinished(() => void closed.mockRestore());
  examineFolder(directory);
  expect(closed).toHaveBeenCalled();
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  writeFileSync(join(directory, 'thesis.txt'), 'theirs');
  expect(() => examineFolder(directory)).toThrow(expect.objectContaining({ code: 'workspace.foreign' }));
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

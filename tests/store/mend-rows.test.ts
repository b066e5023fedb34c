/** Repair, row by row: what is mended of a log, a curve and a checkpoint, and what is left as it
 * was. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/records/events.ts';
import { findProblems } from '../../src/store/upkeep/doctor.ts';
import { dueOutcome } from '../../src/store/upkeep/repair.ts';
import { DATABASE_FILE } from '../../src/store/workspace.ts';
import { asked, costsOf, finished, mixed, point, searchConfig } from '../support/store-records.ts';
import { adoptText, temporaryWorkspace } from '../support/workspace.ts';

const id = (number: number): string => `run_1-000${number}`;

/** A paused run of so many queued students, and how to spoil and mend it. */
function paused(count = 2) {
  const workspace = temporaryWorkspace();
  const { store, files, directory } = workspace;
  store.createRun({ id: 'run_1', config: searchConfig(), strategyVersion: 1, sample: false });
  const event = asked(...Array.from({ length: count }, (_, number) => number));
  store.recordAsked('run_1', event, costsOf(event), 3);
  const edit = (sql: string): void => void new Database(join(directory, DATABASE_FILE)).exec(sql).close();
  const log = (): readonly RunEvent[] => store.events('run_1').map(({ event: one }) => one);
  const train = (number: number, epochs: number): void => {
    store.startTrial(id(number));
    for (let epoch = 1; epoch <= epochs; epoch += 1) {
      store.appendEpoch(id(number), point(epoch), {
        epoch,
        ...adoptText(files, `e${epoch}.bin`, `state ${number} ${epoch}`),
      });
    }
  };
  return { ...workspace, edit, log, train };
}

describe('what a log has to say of a student', () => {
  test.each([
    ['queued', {}, []],
    ['running', { params: 1 }, []],
    ['interrupted', { params: 1 }, []],
    ['resting', {}, []],
    ['finished', {}, ['told']],
    ['failed', { params: 1 }, ['failed']],
    ['stopped', {}, ['failed']],
    // Measured and ruled out before it was trained: the strategy learns from it.
    ['stopped', { latencyMs: 3 }, ['told']],
  ] as const)('%s with %j is %j', (state, metrics, due) => expect(dueOutcome({ state, metrics })).toEqual(due));
});

describe('a log', () => {
  const mend = [{ what: 'log', runId: 'run_1' }] as const;

  test('that is whole stays word for word, with its times, and with an ask that proposed nothing', () => {
    const { store, edit, log, mend: repair } = paused();
    const none: RunEvent = { type: 'asked', proposals: [], position: 2 };
    edit(`INSERT INTO event (run_id, seq, type, trial, json, created_at)
      VALUES ('run_1', 1, 'asked', NULL, '${JSON.stringify(none)}', '2020-01-01T00:00:00.000Z')`);
    const before = store.events('run_1');
    expect(repair(mend)).toEqual(['The log of run run_1 was brought into agreement with its 2 students.']);
    expect(store.events('run_1')).toEqual(before);
    expect(log()).toHaveLength(2);
    expect(store.run('run_1')?.reason).toBeUndefined();
  });

  test('tells of a student that failed without a reason that was kept', () => {
    const { store, edit, log, mend: repair } = paused(1);
    store.failTrial(id(0), 'x', 'failed', 1);
    edit(`UPDATE trial SET reason = NULL; DELETE FROM event WHERE type = 'failed'`);
    expect(repair(mend)).toEqual(['The log of run run_1 was brought into agreement with its 1 student.']);
    expect(log().at(-1)).toEqual({ type: 'failed', trial: 0, reason: '' });
  });

  test('tells no outcome that is not that of its student', () => {
    const { store, edit, log, mend: repair } = paused(3);
    store.startTrial(id(0));
    store.finishTrial(id(0), finished('f.bin', { metrics: { accuracy: 0.5 } }));
    store.failTrial(id(1), 'broken', 'failed', 1);
    const copy = (json: string, trial: number, type: string): void =>
      edit(`INSERT INTO event (run_id, seq, type, trial, json, created_at)
        SELECT 'run_1', max(seq) + 1, '${type}', ${trial}, '${json}', '2020-01-01T00:00:00.000Z' FROM event`);
    edit(`DELETE FROM event WHERE type = 'failed'`);
    copy('{"type":"told","trial":1,"metrics":{}}', 1, 'told');
    copy('{"type":"failed","trial":2,"reason":"no"}', 2, 'failed');
    copy('{"type":"failed","trial":7,"reason":"nobody"}', 7, 'failed');
    repair(mend);
    expect(log().slice(1)).toEqual([
      { type: 'told', trial: 0, metrics: { accuracy: 0.5 } },
      { type: 'failed', trial: 1, reason: 'broken' },
    ]);
  });

  test('asks for a student before it tells of it, and for all of them in order', () => {
    const { store, edit, log, mend: repair } = paused(3);
    store.startTrial(id(1));
    store.finishTrial(id(1), finished('f.bin', { metrics: { accuracy: 0.5 } }));
    edit(`DELETE FROM event WHERE type = 'asked'`);
    repair(mend);
    const of = ({
      seed,
      candidate,
      why,
    }: {
      readonly seed: number;
      readonly candidate: unknown;
      readonly why: unknown;
    }) => ({ seed, candidate, why });
    const [first, second, third] = asked(0, 1, 2).proposals;
    if (!first || !second || !third) throw new Error('there are three');
    expect(log()).toEqual([
      { type: 'asked', proposals: [{ trial: 0, ...of(first) }], position: 1 },
      { type: 'asked', proposals: [{ trial: 1, ...of(second) }], position: 2 },
      { type: 'told', trial: 1, metrics: { accuracy: 0.5 } },
      { type: 'asked', proposals: [{ trial: 2, ...of(third) }], position: 3 },
    ]);
  });

  test('asks first for those whose proposals are lost, where later ones are still there', () => {
    const { store, edit, log, mend: repair } = paused(2);
    const later = { ...asked(2, 3), position: 9 };
    store.recordAsked('run_1', later, costsOf(later), 3);
    edit('DELETE FROM event WHERE seq = 0');
    repair(mend);
    expect(log().map((event) => (event.type === 'asked' ? event.proposals.map(({ trial }) => trial) : event))).toEqual([
      ...[[0], [1], [2, 3]],
    ]);
    expect(log().at(-1)).toEqual(later);
  });

  test('asks for nobody twice, and for none of those that a gap has cut off', () => {
    const { store, edit, log, mend: repair } = paused(1);
    for (const numbers of [[1], [2, 3]]) {
      const event = { ...asked(...numbers), position: 9 };
      store.recordAsked('run_1', event, costsOf(event), 3);
    }
    const [first] = log();
    // The first ask stands there again; then the row and the proposal of number 1 are gone.
    edit(`INSERT INTO event (run_id, seq, type, trial, json, created_at)
      SELECT run_id, 9, type, trial, json, created_at FROM event WHERE seq = 0`);
    repair(mend);
    expect(log().map((event) => (event.type === 'asked' ? event.proposals.map(({ trial }) => trial) : event))).toEqual([
      ...[[0], [1], [2, 3]],
    ]);
    edit('DELETE FROM trial WHERE number = 1; DELETE FROM event WHERE seq = 1');
    repair(mend);
    expect(log()).toEqual([first]);
    expect(store.trials('run_1').map(({ number }) => number)).toEqual([0]);
  });

  test('says how many records are lost, one or more, and what became of those behind a gap', () => {
    const { store, edit, mend: repair } = paused(4);
    edit('DELETE FROM trial WHERE number IN (0, 2)');
    const [sentence] = repair(mend);
    const lost = 'The records of 2 students are lost; as failed they keep their number.';
    expect(sentence).toBe(`The log of run run_1 was brought into agreement with its 4 students. ${lost}`);
    expect(store.run('run_1')?.reason).toBe(`Repaired. ${lost}`);
    expect(store.trials('run_1').map(({ state, params, macs }) => [state, params, macs])).toEqual([
      ...[
        ['failed', 0, 0],
        ['queued', 12_345, 1_500_000_000],
        ['failed', 0, 0],
        ['queued', 12_345, 1_500_000_000],
      ],
    ]);
    edit(`DELETE FROM trial WHERE number = 1; DELETE FROM event`);
    expect(repair(mend)).toEqual([
      'The log of run run_1 was brought into agreement with its 1 student. After a gap in the records 2 ' +
        'students are gone.',
    ]);
  });
});

describe('a student that rests', () => {
  const mend = [{ what: 'log', runId: 'run_1' }] as const;
  const leg = { until: 1, schedule: 'part' } as const;
  const PART = ' on a leg to epoch 1 of the whole schedule';

  /** Students 0 and 1 were asked for a leg of one epoch, and 0 has come there. */
  function rested() {
    const workspace = paused(0);
    const event = { ...asked(0, 1), proposals: asked(0, 1).proposals.map((one) => ({ ...one, leg })) };
    workspace.store.recordAsked('run_1', event, costsOf(event), 3);
    workspace.train(0, 1);
    workspace.store.restTrial(id(0), { epoch: 1, metrics: { accuracy: 0.5 }, seconds: 1 });
    const wrong = (): readonly string[] =>
      findProblems(workspace.store, workspace.files, 'ours').map(({ words }) => words);
    return { ...workspace, wrong };
  }

  test('is whole, and stays so word for word', () => {
    const { store, wrong, mend: repair } = rested();
    const before = [store.events('run_1'), store.trials('run_1')];
    expect(wrong()).toEqual([]);
    repair(mend);
    expect([store.events('run_1'), store.trials('run_1')]).toEqual(before);
  });

  test.each([
    ['of which the log lost that it does', `DELETE FROM event WHERE type = 'rested'`, `resting${PART}`, `asked${PART}`],
    ['by the log alone', `UPDATE trial SET state = 'queued' WHERE number = 0`, `queued${PART}`, `resting${PART}`],
    ['on no leg', `UPDATE trial SET leg = NULL WHERE number = 0`, 'resting', `resting${PART}`],
    [
      'on another leg than it was asked for',
      `UPDATE trial SET leg = '{"until":2,"schedule":"own"}' WHERE number = 0`,
      'resting on a leg to epoch 2 of its own schedule',
      `resting${PART}`,
    ],
  ])('%s is found, and put where the log has it', (_what, sql, is, said) => {
    const { store, edit, wrong, mend: repair } = rested();
    edit(sql);
    expect(wrong()).toEqual([`Trial run_1-0000 is ${is}, and by the log ${said}.`]);
    repair(mend);
    expect(wrong()).toEqual([]);
    expect(store.trial(id(0))).toMatchObject({
      state: said.split(' ')[0]?.replace('asked', 'queued'),
      leg,
      epochsDone: 1,
    });
    expect(store.trial(id(1))).toMatchObject({ state: 'queued', leg });
  });
});

describe('a search, and what a student inherits,', () => {
  const mend = [{ what: 'log', runId: 'run_1' }] as const;
  const search = { search: 0, family: 'resnet', method: 'darts', options: {}, epochs: 2, seed: 1 };
  const from = { parents: [0], map: 'inherit', seed: 1 } as const;

  /** Student 0 has ended, 1 begins with its weights, and a search is over. */
  function searched() {
    const workspace = paused(1);
    const { store, files } = workspace;
    workspace.train(0, 3);
    const checkpoint = { epoch: 3, ...adoptText(files, 'w.safetensors', 'weights') };
    store.finishTrial(id(0), finished('', { checkpoint }));
    const event = { ...asked(1), proposals: [{ ...asked(1).proposals[0]!, from }], position: 2, search };
    store.recordAsked('run_1', event, costsOf(event), 3);
    store.keepSupernet('run_1', { event: mixed(), weights: adoptText(files, 'half.safetensors', 'half') });
    const weights = { epoch: 2, ...adoptText(files, 'net.safetensors', 'learned') };
    const over = { type: 'searched', search: 0, mixing: [1], cpuSeconds: 1 } as const;
    files.remove(store.finishSearch('run_1', { event: over, weights }).files);
    const wrong = (): readonly string[] =>
      findProblems(store, files, 'ours').flatMap(({ words, mend: how }) => (how?.what === 'orphan' ? [] : [words]));
    return { ...workspace, wrong };
  }

  test('are whole, and stay so word for word', () => {
    const { store, wrong, mend: repair } = searched();
    const before = [store.events('run_1'), store.trials('run_1')];
    expect(wrong()).toEqual([]);
    repair(mend);
    expect([store.events('run_1'), store.trials('run_1')]).toEqual(before);
  });

  test('come back from the log where a row lost them', () => {
    const { store, edit, wrong, mend: repair } = searched();
    edit('UPDATE trial SET warm_start = NULL');
    expect(wrong()).toEqual([`Trial ${id(1)} begins with other weights than its log says.`]);
    repair(mend);
    expect(wrong()).toEqual([]);
    expect(store.trial(id(1))?.from).toEqual(from);
  });

  test.each([
    ['twice', `INSERT INTO event SELECT run_id, 9, type, trial, json, created_at FROM event WHERE type = 'searched'`],
    ['before it was asked for', `UPDATE event SET seq = CASE seq WHEN 2 THEN 30 ELSE 20 END WHERE seq IN (2, 4)`],
  ])('told of %s is told of no more than once', (_, sql) => {
    const { log, edit, wrong, mend: repair } = searched();
    edit(sql);
    expect(wrong().join()).toContain('tells of search 0, which is not open');
    repair(mend);
    expect(wrong()).toEqual([]);
    expect(log().filter(({ type }) => type === 'searched').length).toBeLessThanOrEqual(1);
    expect(log().filter((event) => event.type === 'asked' && event.search).length).toBe(1);
  });

  test('told of an epoch after its end, as if it went on, is told of what it did while it was open', () => {
    const { log, edit, wrong, mend: repair } = searched();
    edit(`INSERT INTO event SELECT run_id, 5, type, trial, json, created_at FROM event WHERE type = 'mixed'`);
    expect(wrong()).toEqual(['The log of run run_1 tells of an epoch of search 0, which is not open.']);
    repair(mend);
    expect(wrong()).toEqual([]);
    expect(log().map(({ type }) => type)).toEqual(['asked', 'told', 'asked', 'mixed', 'searched']);
  });

  test('whose file is damaged keeps what it told, and the file is put aside', () => {
    const { store, files, edit, wrong, mend: repair } = searched();
    edit(`UPDATE supernet SET bytes = 3`);
    expect(wrong()).toEqual([expect.stringMatching(/^The file "net-.*" of search 0 of run run_1 has 7 bytes/)]);
    const [problem] = findProblems(store, files, 'ours');
    expect(problem?.mend).toMatchObject({ what: 'supernet', search: 0 });
    repair([problem!.mend!]);
    expect(store.supernets()).toEqual([]);
    expect(wrong()).toEqual([]);
  });
});

test('files of nobody and counters are told of by name, after all else and once each', () => {
  const { store, edit, mend: repair } = paused(3);
  edit('UPDATE trial_count SET trials = 9');
  const orphan = { what: 'orphan', file: 'x.bin' } as const;
  const counts = { what: 'counts', runId: 'run_1' } as const;
  expect(repair([orphan, counts, { ...orphan }, { what: 'log', runId: 'run_1' }])).toEqual([
    'The log of run run_1 was brought into agreement with its 3 students.',
    'The students of run run_1 were counted again.',
    'The file "x.bin", which belongs to no trial, was put aside.',
  ]);
  expect(store.summary('run_1')?.trials).toMatchObject({ queued: 3, running: 0 });
});

describe('a curve', () => {
  const mend = [{ what: 'curve', trialId: id(0) }] as const;

  test('that is whole up to the checkpoint is counted, and goes on', () => {
    const { store, edit, train, mend: repair } = paused();
    train(0, 3);
    edit(`UPDATE trial SET epochs_done = 9 WHERE number = 0`);
    expect(repair(mend)).toEqual([`Trial ${id(0)} now counts the 3 points that its curve has.`]);
    expect(store.trial(id(0))).toMatchObject({ state: 'running', epochsDone: 3 });
    expect(store.checkpoint(id(0), 'epoch')?.epoch).toBe(3);
  });

  test.each([
    ['its first point', 'DELETE FROM epoch WHERE epoch = 1'],
    ['a point in the middle', 'DELETE FROM epoch WHERE epoch = 2'],
    ['its last point', 'DELETE FROM epoch WHERE epoch = 3'],
    ['all of them', 'DELETE FROM epoch'],
    ['its checkpoint', `DELETE FROM checkpoint`],
    ['the right one', `UPDATE checkpoint SET epoch = 2`],
    [
      'a point in the middle, with a checkpoint of as many',
      'DELETE FROM epoch WHERE epoch = 2; UPDATE checkpoint SET epoch = 2',
    ],
  ])('of an open student that has lost %s begins anew', (_what, sql) => {
    for (const state of ['running', 'interrupted']) {
      const { store, edit, train, mend: repair } = paused();
      train(0, 3);
      if (state === 'interrupted') store.interruptTrial(id(0), 1);
      edit(sql);
      expect(repair(mend)).toEqual([`Trial ${id(0)} has lost points of its curve, and begins anew.`]);
      expect(store.trial(id(0))).toMatchObject({ state, epochsDone: 0 });
      expect([store.epochs(id(0)), store.checkpoint(id(0), 'epoch')]).toEqual([[], undefined]);
    }
  });

  test('of a student that has ended keeps the points that are left', () => {
    const { store, edit, train, mend: repair } = paused();
    train(0, 3);
    store.failTrial(id(0), 'x', 'failed', 1);
    edit('DELETE FROM epoch WHERE epoch = 2');
    expect(repair(mend)).toEqual([`Trial ${id(0)} now counts the 2 points that its curve has.`]);
    expect(store.epochs(id(0)).map(({ epoch }) => epoch)).toEqual([1, 3]);
  });

  test('of nobody, and a checkpoint that is not there, need nothing', () => {
    const { mend: repair } = paused();
    expect(repair([{ what: 'curve', trialId: 'run_1-0009' }])).toEqual([]);
    expect(repair([{ what: 'checkpoint', trialId: id(0), kind: 'epoch', file: 'none.bin' }])).toEqual([]);
  });
});

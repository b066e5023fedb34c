/** Runs on their way from one database to another, and out of one: every row of every table, in
 * steps, under new names. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStaging } from '../../src/store/passage/incoming.ts';
import { recordRow, testing } from '../../src/store/rows/run-records.ts';
import type { RunRecord } from '../../src/store/rows/run-records.ts';
import { openReadable, openWorkspace } from '../../src/store/workspace.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { addRun, filled } from '../support/archives.ts';
import { asked, costsOf, deleteRun, point, searchConfig } from '../support/store-records.ts';
import { adoptText, temporaryWorkspace, tickingClock } from '../support/workspace.ts';

const { recordColumns } = testing;

function recordsOf({ directory }: Workspace, id: string): readonly RunRecord[] {
  const reader = openReadable(directory);
  try {
    return reader.together((records) => [...records(id)]);
  } finally {
    reader.close();
  }
}

/** A paused run of so many queued students, of which every hundredth has an epoch and a
 * checkpoint. */
function addLarge({ store, files }: Workspace, id: string, students: number): void {
  store.createRun({ id, config: searchConfig(id), strategyVersion: 1, sample: false });
  const event = asked(...Array.from({ length: students }, (_, number) => number));
  for (const [number, trial] of store.recordAsked(id, event, costsOf(event), 3).entries()) {
    if (number % 100 !== 0) continue;
    store.startTrial(trial.id);
    store.appendEpoch(trial.id, point(1), { epoch: 1, ...adoptText(files, `${trial.id}.bin`, `state of ${trial.id}`) });
    store.interruptTrial(trial.id, 1);
  }
  store.setRunState(id, 'paused');
}

/** Puts them together beside the target, as an archive's reader does: `ids` by those they had. */
function stage(from: Workspace, to: Workspace, ids: ReadonlyMap<string, string>): string {
  const staged = join(to.files.temp, 'staged');
  const staging = openStaging(staged, tickingClock());
  for (const [id, next] of ids) {
    const records = recordsOf(from, id);
    const fileOf = ({
      trialId,
      kind,
      epoch,
    }: {
      readonly trialId: string;
      readonly kind: string;
      readonly epoch: number;
    }) => {
      const name = `${trialId}-${kind}-${epoch}.bin`;
      writeFileSync(staging.files.pathOf(name), `${trialId} ${kind} ${epoch}`);
      return name;
    };
    const supernetOf = ({ search }: { readonly search: number }) => {
      const name = `${next}-supernet-${search}.bin`;
      writeFileSync(staging.files.pathOf(name), `search ${search}`);
      return name;
    };
    staging.addRun({ id: next, renamed: ids, fileOf, supernetOf }, records);
  }
  staging.close();
  return staged;
}

describe('a run that is taken in', () => {
  test('has every row of every table, under its new id, and files of its own', async () => {
    const [from, to] = [filled('run_1'), temporaryWorkspace('to')];
    const staged = stage(from, to, new Map([['run_1', 'new_1']]));
    await to.takeIn({ staged, runs: ['new_1'], folders: [] });
    const records = recordsOf(to, 'new_1');
    expect(records).toEqual(recordsOf(from, 'run_1'));
    const tables = [
      'run',
      'run_tag',
      'trial',
      'event',
      'epoch',
      'prediction',
      'latency',
      'checkpoint',
      'supernet',
      'trial_note',
    ];
    expect([...new Set(records.map(([table]) => table))]).toEqual(tables);
    for (const [table, ...values] of records) expect(values).toHaveLength(recordColumns(table)?.length ?? 0);
    const cut = to.store.checkpoint('new_1-0002', 'epoch');
    expect(cut?.file).toBe('new_1-0002-epoch-1.bin');
    expect(readFileSync(to.files.pathOf(cut?.file ?? ''), 'utf8')).toBe('new_1-0002 epoch 1');
    expect(to.store.summary('new_1')).toMatchObject({ tags: ['keep', 'Übung'], hasNote: true });
    expect(to.store.passage()).toEqual({ arriving: [], leaving: [] });
    expect(to.store.check()).toEqual([]);
  });

  test.each([0, 1, 199, 200, 201, 401])(
    'of %i students has them all: none is lost between two steps',
    async (students) => {
      const [from, to] = [temporaryWorkspace('from'), temporaryWorkspace('to')];
      addLarge(from, 'run_1', students);
      const staged = stage(from, to, new Map([['run_1', 'run_1']]));
      await to.takeIn({ staged, runs: ['run_1'], folders: [] });
      expect(to.store.trials('run_1').map(({ number }) => number)).toEqual(
        Array.from({ length: students }, (_, n) => n),
      );
      expect(recordsOf(to, 'run_1')).toEqual(recordsOf(from, 'run_1'));
      expect(to.store.checkpoints()).toHaveLength(Math.ceil(students / 100));
    },
  );

  test('learned from others of its archive by their new names, and is untouched where none has one', async () => {
    const [from, to] = [filled('run_1', 'run_2'), temporaryWorkspace('to')];
    addRun(from, 'run_3', { ...searchConfig('three'), limits: [], studentsFrom: 'run_2' }, ['run_1', 'elsewhere']);
    const ids = new Map([
      ['run_1', 'new_1'],
      ['run_2', 'new_2'],
      ['run_3', 'run_3'],
    ]);
    const staged = stage(from, to, ids);
    await to.takeIn({ staged, runs: [...ids.values()], folders: [] });
    expect(to.store.run('run_3')?.config).toMatchObject({
      studentsFrom: 'new_2',
      transferFrom: ['new_1', 'elsewhere'],
    });
    expect(to.store.prior('run_3').map(({ source, value }) => [source, value])).toEqual([
      ['new_1', NaN],
      ['elsewhere', NaN],
    ]);
    expect(to.store.run('new_1')?.config).toEqual(from.store.run('run_1')?.config);
  });

  test('comes not at all where its name or a folder is taken, and what was there stays', async () => {
    const [from, to] = [filled('run_1'), filled('run_1')];
    const before = recordsOf(to, 'run_1');
    const staged = stage(from, to, new Map([['run_1', 'run_1']]));
    await expect(to.takeIn({ staged, runs: ['run_1'], folders: [] })).rejects.toMatchObject({
      ...{ code: 'store.conflict', message: 'There is a run run_1 already.' },
    });
    expect(recordsOf(to, 'run_1')).toEqual(before);

    const other = filled('run_2');
    const next = openStagingAgain(other, to);
    mkdirSync(join(next, 'folder'), { recursive: true });
    mkdirSync(join(to.directory, 'teachers/taken'), { recursive: true });
    const folders = [{ from: 'folder', to: 'teachers/taken' }];
    await expect(to.takeIn({ staged: next, runs: ['run_2'], folders })).rejects.toMatchObject({
      ...{ code: 'store.conflict', message: 'There is "teachers/taken" already.' },
    });
    expect([to.store.run('run_2'), to.store.passage().arriving]).toEqual([undefined, []]);
  });

  const openStagingAgain = (from: Workspace, to: Workspace): string => {
    const staged = join(to.files.temp, 'again');
    const staging = openStaging(staged, tickingClock());
    staging.addRun(
      { id: 'run_2', renamed: new Map(), fileOf: ({ trialId, kind }) => `${trialId}-${kind}`, supernetOf: () => 'x' },
      recordsOf(from, 'run_2'),
    );
    staging.close();
    return staged;
  };
});

describe('a record', () => {
  const refused = (records: readonly unknown[], words: string) => {
    const to = temporaryWorkspace('to');
    const staging = openStaging(join(to.files.temp, 'staged'), tickingClock());
    const run = { id: 'run_1', renamed: new Map<string, string>(), fileOf: () => 'x', supernetOf: () => 'x' };
    expect(() => staging.addRun(run, records)).toThrow(
      expect.objectContaining({ code: 'store.conflict', message: words }),
    );
    expect(staging.store.runs().total).toBe(0);
    staging.close();
  };

  test('that is none is refused in words, and with it the whole run', () => {
    const [run] = recordsOf(filled('run_1'), 'run_1');
    refused(['run'], 'A record is no list.');
    refused([undefined], 'A record is no list.');
    refused([run, ['sqlite_schema', 1]], 'A record of "sqlite_schema" is unknown.');
    refused([run, ['x'.repeat(60)]], `A record of "${'x'.repeat(40)}" is unknown.`);
    refused([run, ['run_tag']], 'A record of run_tag has 0 values.');
    refused([run, ['run_tag', 'a', 'b']], 'A record of run_tag has 2 values.');
    for (const value of [['a'], { a: 1 }, true, undefined])
      refused([run, ['run_tag', value]], 'A record of run_tag has no plain value for tag.');
  });

  test('has the columns of its table, those of a student its number first', () => {
    expect(recordColumns('run_tag')).toEqual(['tag']);
    expect(recordColumns('trial_note')).toEqual(['trial', 'note']);
    expect([recordColumns('meta'), recordColumns('toString')]).toEqual([undefined, undefined]);
    expect(recordRow('trial_note', [3, 'x'])).toEqual(
      new Map<string, unknown>([
        ['trial', 3],
        ['note', 'x'],
      ]),
    );
    expect([recordRow('trial_note', [3]), recordRow('trial_note', [3, 'x', 1]), recordRow('meta', [])]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
    expect(recordRow('run', Array<string>(13).fill('x'))?.get('sources')).toBe(null);
  });
});

describe('a run that is deleted', () => {
  test.each([0, 1, 99, 100, 101, 250])(
    'with %i students goes some at a time, and gives all its files back',
    (students) => {
      const workspace = temporaryWorkspace();
      const { store } = workspace;
      store.createRun({ id: 'other', config: searchConfig(), strategyVersion: 1, sample: false });
      addLarge(workspace, 'run_1', Math.max(students, 1));
      if (students === 0) store.createRun({ id: 'empty', config: searchConfig(), strategyVersion: 1, sample: false });
      const id = students === 0 ? 'empty' : 'run_1';
      const files = store.checkpoints().map(({ file }) => file);
      store.setRunState(id, 'paused');
      store.trashRuns([id]);
      let steps = 1;
      const gone: string[] = [];
      for (let part = store.deletePart(id); ; part = store.deletePart(id)) {
        gone.push(...part.files);
        if (part.isGone) break;
        expect(store.passage().leaving).toEqual([id]);
        expect(store.trials(id)).toHaveLength(students - 100 * steps);
        steps += 1;
      }
      expect(steps).toBe(Math.floor(students / 100) + 1);
      expect(gone.sort()).toEqual(students === 0 ? [] : [...files].sort());
      expect([store.run(id), store.passage().leaving, store.runs().total]).toEqual([
        undefined,
        [],
        students === 0 ? 2 : 1,
      ]);
    },
  );

  test('in part when the session died is gone at the next start, and no other', () => {
    const workspace = temporaryWorkspace();
    const { store, directory } = workspace;
    addLarge(workspace, 'run_1', 250);
    addLarge(workspace, 'run_2', 1);
    store.trashRuns(['run_1']);
    store.deletePart('run_1');
    workspace.close();
    const next = openWorkspace(directory);
    try {
      expect([next.store.run('run_1'), next.store.run('run_2')?.state]).toEqual([undefined, 'paused']);
      expect(next.store.passage()).toEqual({ arriving: [], leaving: [] });
      expect(next.store.checkpoints()).toHaveLength(1);
    } finally {
      next.close();
    }
  });

  test('leaves the marks of others as they are', () => {
    const workspace = temporaryWorkspace();
    const { store } = workspace;
    for (const id of ['run_1', 'run_2']) {
      addLarge(workspace, id, 101);
      store.trashRuns([id]);
      store.deletePart(id);
    }
    expect([...store.passage().leaving].sort()).toEqual(['run_1', 'run_2']);
    deleteRun(store, 'run_1');
    expect(store.passage().leaving).toEqual(['run_2']);
  });
});

/** Runs and workspaces as one file: nothing is lost on the way out and in. */
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { generateWorkspace } from '../../scripts/make-workspace/generate.ts';
import { openDatabase } from '../../src/store/database.ts';
import { DATABASE_FILE, openReadable, openWorkspace } from '../../src/store/workspace.ts';
import { FASHION_TEACHER, writeFakeTeacher } from '../support/fake-teacher.ts';
import { RECORDED_SOURCES } from '../support/store-records.ts';
import { temporaryFolder, temporaryWorkspace, tickingClock } from '../support/workspace.ts';
import { addRun, filled, packed, stage, taken, canonical, problems, configOf } from '../support/archives.ts';

describe('a whole workspace', () => {
  test('comes out of its file as it went in: records to the letter, weights, teachers, views, trash', async () => {
    const from = filled('run_1', 'run_2');
    from.store.trashRuns(['run_2']);
    from.store.saveView('Mine', '{"order":{"by":"name","descending":true},"columns":["state"]}');
    const teacher = join(from.directory, 'teachers', 'big');
    writeFakeTeacher(teacher, { ...FASHION_TEACHER, name: 'big' });
    const into = temporaryWorkspace('into');
    const staged = await taken(into, await packed(from));
    expect(staged).toMatchObject({
      kind: 'workspace',
      runs: [
        { id: 'run_1', name: 'run_1' },
        { id: 'run_2', name: 'run_2' },
      ],
      views: [{ name: 'Mine' }],
      folders: ['teachers/big'],
      teachers: ['big'],
      notes: [],
    });
    expect(canonical(into)).toEqual(canonical(from));
    expect(canonical(into)).toHaveLength(2);
    expect(into.store.summary('run_1')).toEqual(from.store.summary('run_1'));
    expect(into.store.summary('run_2')?.trashedAt).toBe(from.store.summary('run_2')?.trashedAt);
    expect(into.store.trials('run_1')).toEqual(from.store.trials('run_1'));
    expect(into.store.latencies('run_1-0000')).toEqual(from.store.latencies('run_1-0000'));
    const [sent, came] = [from, into].map((one) =>
      readFileSync(join(one.directory, 'teachers/big/teacher.json'), 'utf8'),
    );
    expect(came).toBe(sent);
    expect(problems(into)).toEqual([]);
    expect(problems(from)).toEqual([]);
  });

  test('an empty one packs and comes in, too', async () => {
    const staged = await taken(temporaryWorkspace('into'), await packed(temporaryWorkspace('from')));
    expect(staged.runs).toEqual([]);
  });

  test('of a teacher of the same name that differs ours stays, and it is said', async () => {
    const [from, into] = [filled(), temporaryWorkspace('into')];
    for (const [{ directory }, text] of [
      [from, 'theirs'],
      [into, 'ours'],
    ] as const) {
      mkdirSync(join(directory, 'teachers', 'big'), { recursive: true });
      writeFileSync(join(directory, 'teachers', 'big', 'teacher.json'), text);
    }
    const { folders, notes } = await taken(into, await packed(from));
    expect([folders, notes.length]).toEqual([[], 1]);
    expect(readFileSync(join(into.directory, 'teachers', 'big', 'teacher.json'), 'utf8')).toBe('ours');
  });
});

test('some of the runs come alone: no others, no views, no teachers; a missing one refuses all of it', async () => {
  const from = filled('run_1', 'run_2', 'run_3');
  from.store.saveView('Mine', '{"order":{"by":"name","descending":true},"columns":["state"]}');
  mkdirSync(join(from.directory, 'teachers', 'big'), { recursive: true });
  writeFileSync(join(from.directory, 'teachers', 'big', 'teacher.json'), '{}');
  const into = temporaryWorkspace('into');
  // In the order of their making, each once, however they were named.
  const staged = await taken(into, await packed(from, 'run_3', 'run_1', 'run_3'));
  expect(staged).toMatchObject({ kind: 'run', runs: [{ id: 'run_1' }, { id: 'run_3' }], views: [], folders: [] });
  expect(into.store.trials('run_3')).toEqual(from.store.trials('run_3'));
  expect(into.store.summary('run_2')).toBeUndefined();
  expect(problems(into)).toEqual([]);
  await expect(packed(from, 'run_1', 'nobody')).rejects.toMatchObject({ code: 'run.missing' });
});

test('every column of the rows of a run is in its records, but for ids, places and what is made of others', () => {
  const { directory } = filled('run_1');
  const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
    run: ['number', 'id', 'name_folded', 'session'],
    run_tag: ['run_id', 'tag_folded'],
    trial: ['id', 'run_id', 'session'],
    event: ['run_id'],
    epoch: ['trial_id'],
    prediction: ['trial_id'],
    latency: ['number', 'trial_id'],
    checkpoint: ['trial_id', 'file'],
    supernet: ['run_id', 'file'],
    trial_note: ['trial_id'],
  };
  // Counts that triggers keep, what belongs to no run, and what is of this workspace alone.
  const NOT_OF_RUNS = ['trial_count', 'meta', 'saved_view', 'run_queue'];
  const db = openDatabase(join(directory, DATABASE_FILE));
  const tables = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  const { together, close } = openReadable(directory);
  const records = together((read) => [...read('run_1')]);
  for (const table of tables.filter((name) => !NOT_OF_RUNS.includes(name))) {
    // Hidden ones are computed: the virtual columns of a run.
    const columns = db
      .prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0')
      .pluck()
      .all(table);
    const leftOut = LEFT_OUT[table] ?? [];
    expect(columns, table).toEqual(expect.arrayContaining([...leftOut]));
    const ownNumber = leftOut.includes('trial_id') ? 1 : 0;
    const written = records.find(([name]) => name === table)?.length ?? 0;
    expect(written - 1 - ownNumber, `${table}: add the new column to run-records.ts`).toBe(
      columns.length - leftOut.length,
    );
  }
  close();
  db.close();
});

test('a run comes with what it was trained on: data of the same name elsewhere are compared with it', async () => {
  const from = filled('run_1', 'run_2');
  from.store.setSources('run_1', RECORDED_SOURCES);
  const into = temporaryWorkspace('into');
  await taken(into, await packed(from));
  expect([into.store.sources('run_1'), into.store.sources('run_2')]).toEqual([RECORDED_SOURCES, undefined]);
});

describe('one run', () => {
  test('whose id is taken gets another one, with its weights, and the same records', async () => {
    const from = filled('run_1', 'other');
    const file = await packed(from, 'run_1');
    const { runs } = await taken(from, file);
    expect(runs).toEqual([{ id: 'run_1-b1', name: 'run_1', formerId: 'run_1' }]);
    const again = await taken(from, file);
    expect(again.runs[0]?.id).toBe('run_1-b12');
    const [first, , second, third] = canonical(from);
    expect([second, third]).toEqual([first, first]);
    expect(from.store.trial('run_1-b1-0002')?.state).toBe('interrupted');
    const row = from.store.checkpoint('run_1-b1-0000', 'final');
    expect(row && readFileSync(from.files.pathOf(row.file), 'utf8')).toBe('weights of run_1-0000');
    expect(problems(from)).toEqual([]);
  });

  test('keeps what it learned from: an id that changes on the way changes there, too', async () => {
    const from = filled('run_1');
    addRun(from, 'run_2', { ...configOf('second'), studentsFrom: 'run_1' }, ['run_1', 'gone']);
    const into = filled('run_1');
    const { runs } = await taken(into, await packed(from));
    expect(runs.map(({ id }) => id)).toEqual(['run_1-b1', 'run_2']);
    expect(into.store.run('run_2')?.config.transferFrom).toEqual(['run_1-b1', 'gone']);
    expect(into.store.run('run_2')?.config.studentsFrom).toBe('run_1-b1');
    expect(into.store.prior('run_2').map(({ source, value }) => [source, value])).toEqual([
      ['run_1-b1', NaN],
      ['gone', NaN],
    ]);
  });

  test('is refused while it runs, where it is missing, and where its weights are damaged', async () => {
    const from = filled('run_1');
    from.store.createRun({ id: 'live', config: configOf('Live'), strategyVersion: 1, sample: false });
    await expect(packed(from, 'live')).rejects.toMatchObject({ code: 'run.state' });
    await expect(packed(from)).rejects.toMatchObject({ code: 'run.state' });
    await expect(packed(from, 'nobody')).rejects.toMatchObject({ code: 'run.missing' });
    const row = from.store.checkpoint('run_1-0000', 'best');
    truncateSync(from.files.pathOf(row?.file ?? ''), 2);
    await expect(packed(from, 'run_1')).rejects.toMatchObject({ code: 'checkpoint.corrupt' });
  });

  test('that a dead session left running is packed as the next start would mark it', async () => {
    const from = filled('run_1');
    from.store.setRunState('run_1', 'running');
    from.store.startTrial('run_1-0002');
    from.close();
    const into = temporaryWorkspace('into');
    await taken(into, await packed(from, 'run_1'));
    expect([into.store.run('run_1')?.state, into.store.trial('run_1-0002')?.state]).toEqual([
      'interrupted',
      'interrupted',
    ]);
  });
});

describe('a kill or a fault on the way in', () => {
  test('leaves the workspace as it was', async () => {
    const into = filled('old');
    const before = canonical(into);
    const { staging, staged } = await stage(into, await packed(filled('run_1', 'run_2')));
    const ids = staged.runs.map(({ id }) => id);
    // The second one meets a fault: its rows are there already.
    const db = openDatabase(join(staging, DATABASE_FILE));
    db.exec("UPDATE checkpoint SET file = (SELECT file FROM checkpoint LIMIT 1) || 'x' WHERE trial_id = 'run_2-0002'");
    db.close();
    await expect(into.takeIn({ staged: staging, runs: ids, folders: [] })).rejects.toThrow();
    expect(canonical(into)).toEqual(before);
    const kept = into.store.storedFiles().map(({ file }) => file);
    expect(readdirSync(join(into.directory, 'checkpoints')).sort()).toEqual([...kept].sort());
    expect(problems(into)).toEqual([]);
  });

  test('between two runs is undone by the next start', async () => {
    const into = filled('old');
    const before = canonical(into);
    await taken(into, await packed(filled('run_1')));
    into.close();
    // What a kill before the end of the arrival leaves: all or some of it, and the mark.
    const db = openDatabase(join(into.directory, DATABASE_FILE));
    db.prepare("INSERT INTO meta VALUES ('arriving', ?)").run(
      JSON.stringify({ runs: ['run_1', 'run_2'], folders: [] }),
    );
    db.close();
    const next = openWorkspace(into.directory, { now: tickingClock() });
    expect(canonical(next)).toEqual(before);
    expect(problems(next)).toEqual([]);
  });
});

test('a generated workspace, with students of every state and no predictions, goes out and comes in', async () => {
  const directory = temporaryFolder('generated');
  generateWorkspace(directory, { runs: 3, trials: 12, epochs: 2, large: 6, seed: 3 });
  const from = openWorkspace(directory, { now: tickingClock() });
  onTestFinished(() => from.close());
  const into = temporaryWorkspace('into');
  const { runs, notes } = await taken(into, await packed(from));
  expect([runs.length, notes]).toEqual([3, []]);
  expect(canonical(into)).toEqual(canonical(from));
});

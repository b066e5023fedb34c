/** Runs and workspaces as one file: nothing is lost on the way out and in, and nothing of a bad file gets in. */
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished as streamEnd } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/bridge/archive-schemas.ts';
import { packArchive } from '../../src/host/pack-archive.ts';
import { unpackArchive } from '../../src/host/unpack-archive.ts';
import { examineFolder } from '../../src/store/doctor.ts';
import { openDatabase } from '../../src/store/database.ts';
import { DATABASE_FILE, openReadable, openWorkspace } from '../../src/store/workspace.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { asked, costsOf, finished, LATENCY, point, searchConfig } from '../support/store-records.ts';
import { adoptText, temporaryFolder, temporaryWorkspace, tickingClock } from '../support/workspace.ts';

const quiet = (): void => undefined;
let places = 0;

/** A run with a student of every state, and every kind of row. */
/** No window can ask for an infinite limit, as the store's own tests do. */
const configOf = (name: string) => ({ ...searchConfig(name), limits: [{ metric: 'macs', max: 1e9 }] });

function addRun(workspace: Workspace, id: string, config = configOf(id), prior: readonly string[] = []): void {
  const { store, files } = workspace;
  const learned = prior.map((source) => ({ ...{ candidate: asked(0).proposals[0]!.candidate, value: NaN }, source }));
  const more = prior.length > 0 ? { ...config, transferFrom: prior } : config;
  store.createRun({ id, config: more, strategyVersion: 2, sample: true, prior: learned });
  const event = asked(0, 1, 2, 3);
  const [done = '', failed = '', cut = ''] = store.recordAsked(id, event, costsOf(event), 3).map((trial) => trial.id);
  for (const trial of [done, failed, cut]) store.startTrial(trial);
  for (const epoch of [1, 2, 3]) store.appendEpoch(done, point(epoch), undefined);
  const best = { epoch: 2, ...adoptText(files, `${done}-best-2.safetensors`, `best of ${done}`) };
  const final = { epoch: 3, ...adoptText(files, `${done}.safetensors`, `weights of ${done}`) };
  store.finishTrial(done, finished('', { checkpoint: final, best }));
  store.recordTest(done, 0.5);
  store.recordLatency(done, [LATENCY, { ...LATENCY, otherLoad: NaN }]);
  store.failTrial(failed, 'it did not\nlearn', 'failed', 1.5);
  const epoch = { epoch: 1, ...adoptText(files, `${cut}-epoch-1.safetensors`, `half of ${cut}`) };
  store.appendEpoch(cut, point(1), epoch);
  store.interruptTrial(cut, 0.25);
  store.setRunState(id, 'paused', 'by hand');
  store.addRunSeconds(id, 12.5);
  store.tagRuns([id], { add: ['Übung', 'keep'], remove: [] });
  store.setRunNote(id, '# Why\n\u2028NaN');
  store.setTrialNote(done, 'the one');
}

function filled(...ids: readonly string[]): Workspace {
  const workspace = temporaryWorkspace(`from ${(places += 1)}`);
  for (const id of ids) addRun(workspace, id);
  return workspace;
}

async function packed({ directory }: Workspace, run?: string): Promise<string> {
  const folder = temporaryFolder('archive');
  mkdirSync(folder);
  const target = join(folder, 'all.trade');
  const order = { type: 'pack', workspace: directory, target, temp: join(folder, 'temp'), program: '1' } as const;
  await packArchive({ ...order, packedAt: '2026-01-01T00:00:00.000Z', ...(run !== undefined && { run }) }, quiet);
  expect(readdirSync(folder)).toEqual(['all.trade']);
  return target;
}

async function stage({ directory, files }: Workspace, file: string) {
  const staging = join(files.temp, `staging-${(places += 1)}`);
  const order = { type: 'unpack', file, name: 'all.trade', staging, workspace: directory, suffix: 'b1' } as const;
  return { staging, staged: await unpackArchive({ ...order, now: '2026-01-02T00:00:00.000Z' }, quiet) };
}

async function taken(workspace: Workspace, file: string) {
  const { staging, staged } = await stage(workspace, file);
  const folders = staged.folders.map((folder) => ({ from: folder, to: folder }));
  await workspace.takeIn({ staged: staging, runs: staged.runs.map(({ id }) => id), folders });
  return staged;
}

/** Hash of the canonical form of each run, in the order of their making. */
function canonical({ directory }: Workspace): readonly string[] {
  const { store, together, close } = openReadable(directory);
  try {
    const ids = store
      .runs({ trash: 'with', order: { by: 'started', descending: false } })
      .rows.map(({ run }) => run.id);
    return together((records) =>
      ids.map((id) =>
        createHash('sha256')
          .update([...records(id)].map((one) => JSON.stringify(one)).join('\n'))
          .digest('hex'),
      ),
    );
  } finally {
    close();
  }
}

const problems = (workspace: Workspace): readonly string[] => {
  workspace.close();
  return examineFolder(workspace.directory).problems;
};

describe('a whole workspace', () => {
  test('comes out of its file as it went in: records to the letter, weights, teachers, views, and the trash', async () => {
    const from = filled('run_1', 'run_2');
    from.store.trashRuns(['run_2']);
    from.store.saveView('Mine', '{"order":{"by":"name","descending":true},"columns":["state"]}');
    const teacher = join(from.directory, 'teachers', 'big');
    mkdirSync(teacher, { recursive: true });
    writeFileSync(join(teacher, 'teacher.json'), '{"odd":1}');
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
      notes: [],
    });
    expect(canonical(into)).toEqual(canonical(from));
    expect(canonical(into)).toHaveLength(2);
    expect(into.store.summary('run_1')).toEqual(from.store.summary('run_1'));
    expect(into.store.summary('run_2')?.trashedAt).toBe(from.store.summary('run_2')?.trashedAt);
    expect(into.store.trials('run_1')).toEqual(from.store.trials('run_1'));
    expect(into.store.latencies('run_1-0000')).toEqual(from.store.latencies('run_1-0000'));
    expect(readFileSync(join(into.directory, 'teachers', 'big', 'teacher.json'), 'utf8')).toBe('{"odd":1}');
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
    trial_note: ['trial_id'],
  };
  // Counts that triggers keep, and what belongs to no run.
  const NOT_OF_RUNS = ['trial_count', 'meta', 'saved_view'];
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
    addRun(from, 'run_2', configOf('second'), ['run_1', 'gone']);
    const into = filled('run_1');
    const { runs } = await taken(into, await packed(from));
    expect(runs.map(({ id }) => id)).toEqual(['run_1-b1', 'run_2']);
    expect(into.store.run('run_2')?.config.transferFrom).toEqual(['run_1-b1', 'gone']);
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
    const kept = into.store.checkpoints().map(({ file }) => file);
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

describe('a bad file', () => {
  let into: Workspace;
  let before: readonly string[];

  beforeEach(() => {
    into = filled('old');
    before = canonical(into);
  });

  const RECORDS = 'runs/x/records.jsonl';
  const facts = (path: string, data: Buffer) => ({
    ...{ path, bytes: data.length },
    sha256: createHash('sha256').update(data).digest('hex'),
  });
  const manifestOf = (files: Readonly<Record<string, Buffer>>, more: Partial<Manifest> = {}): Manifest => ({
    ...({
      format: 'trade-archive',
      version: 1,
      schema: 4,
      kind: 'run',
      program: '1',
      packedAt: 'now',
      views: [],
    } as const),
    runs: [{ id: 'x', name: 'X', records: 'a'.repeat(64) }],
    files: Object.entries(files).map(([path, data]) => facts(path, data)),
    ...more,
  });

  async function zipped(manifest: unknown, files: Readonly<Record<string, Buffer>>, patch?: (zip: Buffer) => Buffer) {
    const zip = new ZipFile();
    if (manifest !== undefined) zip.addBuffer(Buffer.from(JSON.stringify(manifest)), 'manifest.json');
    for (const [path, data] of Object.entries(files)) zip.addBuffer(data, path);
    zip.end();
    const folder = temporaryFolder('bad');
    mkdirSync(folder);
    const file = join(folder, 'bad.trade');
    const output = createWriteStream(file);
    zip.outputStream.pipe(output);
    await streamEnd(output);
    if (patch) writeFileSync(file, patch(readFileSync(file)));
    return file;
  }

  async function refused(file: string, words: RegExp, code = 'usage.invalid'): Promise<void> {
    await expect(stage(into, file)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
    expect(canonical(into)).toEqual(before);
    expect(readdirSync(into.directory)).not.toContain('evil');
    expect(problems(into)).toEqual([]);
  }

  const lines = (...records: readonly unknown[]): Buffer =>
    Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));

  test('that is no zip, or half of one', async () => {
    const folder = temporaryFolder('bad');
    mkdirSync(folder);
    const file = join(folder, 'bad.trade');
    writeFileSync(file, 'PK but nothing else');
    await refused(file, /cannot be taken in/);
    const good = await packed(filled('run_1'));
    truncateSync(good, 900);
    await expect(stage(into, good)).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  test('of another program, or without a manifest', async () => {
    await refused(await zipped({ format: 'other' }, {}), /no archive of the TRADE workbench/);
    await expect(stage(into, await zipped(undefined, { 'a.txt': Buffer.from('a') }))).rejects.toThrow(/does not begin/);
  });

  test('of a newer version is told apart from a broken one', async () => {
    await refused(
      await zipped({ format: 'trade-archive', version: 2, schema: 4, odd: 1 }, {}),
      /newer/,
      'workspace.newer',
    );
    const later = { ...manifestOf({}), schema: 99 };
    await expect(stage(into, await zipped(later, {}))).rejects.toMatchObject({ code: 'workspace.newer' });
  });

  // yazl refuses to write such a name: another of the same length is put in its place.
  test.each(['../../evil/xx', '/absolute/xxx', 'runs/../../xx', 'teachers/.x/y', 'runs\\x\\y\\z.js'])(
    'with the path %s',
    async (path) => {
      const harmless = 'z'.repeat(path.length);
      const data = Buffer.from('evil');
      const manifest = { ...manifestOf({}), files: [facts(path, data)] };
      const file = await zipped(manifest, { [harmless]: data }, (zip) =>
        Buffer.from(zip.toString('latin1').replaceAll(harmless, path), 'latin1'),
      );
      await refused(file, /cannot be taken in/);
    },
  );

  test('that holds more, less or other than its manifest says', async () => {
    const data = Buffer.from('weights');
    const path = 'runs/x/checkpoints/0-final.safetensors';
    await refused(await zipped(manifestOf({}), { [path]: data }), /does not name/);
    const again = (manifest: Manifest, files: Readonly<Record<string, Buffer>>) => zipped(manifest, files);
    await expect(stage(into, await again(manifestOf({ [path]: data }), {}))).rejects.toThrow(/is missing/);
    await expect(
      stage(into, await again(manifestOf({ [path]: data }), { [path]: Buffer.from('WEIGHTS') })),
    ).rejects.toThrow(/other content/);
    await expect(stage(into, await again(manifestOf({ [path]: data }), { [path]: Buffer.from('w') }))).rejects.toThrow(
      /bytes where/,
    );
  });

  test('that would fill the disk is refused before it is unpacked', async () => {
    const huge = { path: 'runs/x/checkpoints/0-final.safetensors', bytes: 1e15, sha256: 'a'.repeat(64) };
    await refused(await zipped({ ...manifestOf({}), files: [huge] }, {}), /make room/, 'disk.full');
  });

  test.each([
    ['unknown tables', [['pragma', 1]], /unknown/],
    ['too few values', [['run', 'a']], /values/],
    ['objects for values', [['run_tag', { a: 1 }]], /no plain value/],
    ['a row of nobody', [['run_tag', 'a']], /FOREIGN KEY/],
    ['no list', [{ a: 1 }], /no list/],
  ] as const)('with records of %s', async (_what, records, words) => {
    const files = { [RECORDS]: lines(...records) };
    await refused(await zipped(manifestOf(files), files), words);
  });

  test('with records that break off, or that a window could not show', async () => {
    const cut = { [RECORDS]: Buffer.from('["run_tag","a"]') };
    await refused(await zipped(manifestOf(cut), cut), /break off/);
    const run = ['run', 'X', 'finished', '{"name":"X"}', 1, null, 0, 'now', null, 1, '{}', '', null, 0];
    const odd = { [RECORDS]: lines(run) };
    await expect(stage(into, await zipped(manifestOf(odd), odd))).rejects.toMatchObject({ code: 'usage.invalid' });
  });
});

/** Records of a stranger's archive, each with its hash right: what no window could be told of is
 * refused before it is a row. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createCatalog } from '../../src/host/library/catalog.ts';
import { createLiveEvents } from '../../src/host/live-events.ts';
import { createRunService } from '../../src/host/runs/service.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import { readJson, writeJson } from '../../src/store/numbers.ts';
import { RECORD_ROWS } from '../../src/store/rows/record-rows.ts';
import { testing as runRecordsTesting } from '../../src/store/rows/run-records.ts';
import { openReadable } from '../../src/store/workspace.ts';
import type { Workspace } from '../../src/store/workspace.ts';
import { addRun, configOf, filled, RESOURCES, stage } from '../support/archives.ts';
import { lines, manifestOf, sha256Of, writeArchive } from '../support/forge.ts';
import { temporaryFolder, temporaryWorkspace } from '../support/workspace.ts';

const { recordColumns } = runRecordsTesting;

type Row = unknown[];

/** Sound records of a run, without its weights. */
function soundRows(): Row[] {
  const from = temporaryWorkspace('from');
  addRun(from, 'run_1');
  const { together, close } = openReadable(from.directory);
  const rows = together((records) => [...records('run_1')]);
  close();
  const isKept = ([table]: readonly unknown[]): boolean => table !== 'checkpoint' && table !== 'supernet';
  return rows.filter(isKept).map((row) => [...row]);
}

async function forged(rows: readonly Row[], name = String(rowIn(rows, 'run')[place('run', 'name')])): Promise<string> {
  const folder = temporaryFolder('forged');
  mkdirSync(folder);
  const records = lines(...rows);
  const content = { 'runs/run_1/records.jsonl': records };
  const runs = [{ id: 'run_1', name, records: sha256Of(records) }];
  await writeArchive(join(folder, 'x.trade'), manifestOf(content, { runs }), content);
  return join(folder, 'x.trade');
}

const place = (table: string, column: string): number => 1 + (recordColumns(table)?.indexOf(column) ?? NaN);
const rowIn = (rows: readonly Row[], table: string, number = 0): Row => {
  const found = rows.filter(([name]) => name === table)[number];
  if (found === undefined) throw new Error(`There is no ${table} ${number}.`);
  return found;
};

/** Changes a tree of JSON in a row. */
function edit(
  rows: readonly Row[],
  table: string,
  column: string,
  change: (tree: Record<string, never>) => void,
  number = 0,
) {
  const row = rowIn(rows, table, number);
  const tree = readJson(String(row[place(table, column)]));
  change(tree as Record<string, never>); // each test knows its tree
  row[place(table, column)] = writeJson(tree);
}

const set =
  (table: string, column: string, value: unknown, number = 0) =>
  (rows: Row[]): void =>
    void (rowIn(rows, table, number)[place(table, column)] = value);

const config =
  (key: string, value: unknown) =>
  (rows: Row[]): void =>
    edit(rows, 'run', 'config', (tree) => void Object.assign(tree, { [key]: value }));

type Proposals = { proposals: Record<string, unknown>[] };
const proposal =
  (key: string, value: unknown) =>
  (rows: Row[]): void =>
    edit(rows, 'event', 'json', (tree) => {
      const { proposals } = tree as unknown as Proposals; // of the event `asked`
      if (value === undefined) Reflect.deleteProperty(proposals[0] ?? {}, key);
      else Object.assign(proposals[0] ?? {}, { [key]: value });
    });

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

test('the run that all of these are made of is without its weights, and refused for that alone', async () => {
  await expect(stage(temporaryWorkspace(), await forged(soundRows()))).rejects.toThrow(/finished without a checkpoint/);
});

describe('a record is refused that', () => {
  let into: Workspace;
  beforeEach(() => {
    into = temporaryWorkspace('into');
  });

  test.each([
    ['asks for forty trainers', config('slots', 40), /slots/],
    ['asks for half a trainer', config('slots', 0.5), /slots/],
    ['trains a million students', config('budget', { trials: 1e6 }), /budget\.trials/],
    [
      'has a learning rate of a million',
      config('recipe', { ...configOf('a').recipe, learningRate: 1e6 }),
      /learningRate/,
    ],
    ['lacks a setting of its recipe', config('recipe', { ...configOf('a').recipe, momentum: undefined }), /momentum/],
    ['counts trainings and epochs alike', config('budget', { trials: 6, epochs: 9 }), /budget/],
    [
      'has an objective of no search',
      config('objectives', [{ metric: 'toString', goal: 'maximize', known: false }]),
      /objectives/,
    ],
    [
      'has a limit twice',
      config('limits', [
        { metric: 'macs', max: 1 },
        { metric: 'macs', max: 2 },
      ]),
      /twice/,
    ],
    ['has a limit on anything', config('limits', [{ metric: 'loss', max: 1 }]), /loss/],
    ['has no reference for an objective', config('reference', {}), /reference/],
    ['has no families', config('families', []), /families/],
    ['has an option that is a list', config('strategy', { id: 'trade', options: { a: [1] } }), /strategy/],
    ['has a name of a thousand letters', config('name', 'x'.repeat(1000)), /name/],
    ['has a fingerprint of a thousand letters', config('datasetFingerprint', 'x'.repeat(1000)), /Fingerprint/],
    ['learned from what is no student', config('prior', [{ candidate: 5, value: 1, source: 'a' }]), /prior/],
    ['has no recipe', config('recipe', 5), /config/],
    ['has a configuration that is nested without end', set('run', 'config', nested(300_000)), /cannot be taken in/],
    ['rests after no epoch', set('trial', 'leg', '{"until":0,"schedule":"part"}'), /leg/],
    ['is on a leg that its log never asked for', set('trial', 'leg', '{"until":1,"schedule":"part"}', 2), /by the log/],
    ['was asked for a leg to nowhere', proposal('leg', { until: 'x' }), /leg/],
    [
      'goes on before it was asked for',
      (rows: Row[]) =>
        edit(rows, 'event', 'json', (tree) => {
          Object.assign(tree, { continues: [{ trial: 99, why: { source: 'rung' } }] });
        }),
      /student 100 before/,
    ],
    ['began at no time', set('run', 'created_at', 'now'), /created_at/],
    ['took less than no time', set('run', 'seconds', -1), /seconds/],
    ['has a curve with a word in it', set('epoch', 'validation_loss', 'abc'), /epoch\.validation_loss/],
    ['has a curve with what every object has', set('epoch', 'train_loss', 'constructor'), /epoch\.train_loss/],
    ['was timed on an abacus', set('latency', 'engine', 'abacus'), /latency\.engine/],
    ['was timed with seven images', set('latency', 'batch', 7), /latency\.batch/],
    [
      'tells predictions of minus one image',
      (rows: Row[]) => {
        set('prediction', 'count', -2)(rows);
        set('prediction', 'classes', -10)(rows);
      },
      /prediction\.count/,
    ],
    [
      'tells of other classes than the data set has',
      (rows: Row[]) => {
        set('prediction', 'count', 4)(rows);
        set('prediction', 'classes', 5)(rows);
      },
      /5 classes/,
    ],
    ['has predictions that are no bytes', set('prediction', 'probabilities', '%%'), /prediction\.probabilities/],
    ['asks for nobody', proposal('candidate', undefined), /log\.proposals\.0\.candidate/],
    ['asks for another student than there is', proposal('seed', 5), /another student/],
    ['asks for a student out of turn', proposal('trial', 1), /another student 1 than/],
    [
      'asks for one candidate and keeps another',
      (rows: Row[]): void => set('trial', 'config', rowIn(rows, 'trial', 1)[place('trial', 'config')])(rows),
      /another student 1 than|by the log/,
    ],
    [
      'goes on with the student after the last that was asked for',
      (rows: Row[]) =>
        edit(rows, 'event', 'json', (tree) => {
          const { proposals } = tree as unknown as Proposals; // of the event `asked`
          Object.assign(tree, { continues: [{ trial: proposals.length, why: { source: 'rung' } }] });
        }),
      /before it was asked for/,
    ],
    ['began on a day that is none', set('run', 'created_at', '2026-13-45T99:00:00Z'), /created_at/],
    ['began after some words', set('run', 'created_at', 'at 2026-01-01T00:00:00Z'), /created_at/],
    [
      'lacks a student in the middle',
      (rows: Row[]): void => void rows.splice(rows.indexOf(rowIn(rows, 'trial', 1)), 1),
      /student/,
    ],
    ['gives a reason that is none', proposal('why', 'because'), /why/],
    [
      'tells of no metrics',
      (rows: Row[]) => edit(rows, 'event', 'json', (tree) => void Reflect.deleteProperty(tree, 'metrics'), 1),
      /log\.metrics/,
    ],
    [
      'tells of a metric that is a word',
      (rows: Row[]) =>
        edit(rows, 'event', 'json', (tree) => void Object.assign(tree, { metrics: { accuracy: 'abc' } }), 1),
      /log\.metrics/,
    ],
    [
      'is none of its family',
      (rows: Row[]) => {
        const odd = { width1: 5, blocks1: 1, width2: 16, blocks2: 1, blocks3: 0 };
        set('trial', 'config', JSON.stringify(odd))(rows);
        proposal('candidate', { family: 'resnet', config: odd })(rows);
      },
      /width1/,
    ],
    [
      'is of a family that the run has not',
      (rows: Row[]) => {
        set('trial', 'family', 'vit')(rows);
      },
      /family "vit"/,
    ],
    ['has a million letters for a reason', set('trial', 'reason', 'x'.repeat(1_000_000), 1), /trial\.reason/],
    ['has metrics that are a list', set('trial', 'metrics', '[1]'), /metrics/],
    [
      'has a hash that is none',
      (rows: Row[]) => rows.push(['checkpoint', 0, 'final', 3, 1, 'abc']),
      /checkpoint\.sha256/,
    ],
    ['has fingerprints of nothing', set('run', 'sources', '{}'), /run\.sources/],
    // One value fewer, as archives of before have it: what is there is looked at all the same.
    [
      'has a note of a million letters, and a value fewer',
      (rows: Row[]) => {
        set('run', 'note', 'x'.repeat(1_000_000))(rows);
        rowIn(rows, 'run').pop();
      },
      /run\.note/,
    ],
    ['has a tag of two lines', set('run_tag', 'tag', 'a\nb'), /run_tag\.tag/],
  ] as const)('%s', async (_what, change, words) => {
    const rows = soundRows();
    change(rows);
    await expect(stage(into, await forged(rows))).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringMatching(words),
    });
    expect(into.store.runs({ trash: 'with' }).total).toBe(0);
  });

  test('is called otherwise than the archive says, or has a key without end', async () => {
    const rows = soundRows();
    const named = await forged(
      rows.map((row) => (row[0] === 'run' ? [row[0], 'x', ...row.slice(2)] : row)),
      'y',
    );
    await expect(stage(into, named)).rejects.toThrow(/"y" is called otherwise/);
    config('x'.repeat(1_000_000), 1)(rows);
    const error = await stage(into, await forged(rows)).catch((thrown: unknown) => thrown);
    expect(String(error).length).toBeLessThan(1000);
  });

  test('tells of a student before it was asked for', async () => {
    const rows = soundRows();
    const [asked, told] = [rowIn(rows, 'event'), rowIn(rows, 'event', 1)];
    [asked[place('event', 'seq')], told[place('event', 'seq')]] = [
      told[place('event', 'seq')],
      asked[place('event', 'seq')],
    ];
    await expect(stage(into, await forged(rows))).rejects.toThrow(/before it was asked for/);
  });
});

test('every table and column of a run’s records is looked at', () => {
  // A new column without a schema would come in unseen.
  for (const [table, row] of Object.entries(RECORD_ROWS)) expect(Object.keys(row), table).toEqual(recordColumns(table));
  const { directory } = filled('run_1');
  const { together, close } = openReadable(directory);
  const tables = together((records) => new Set([...records('run_1')].map(([table]) => table)));
  close();
  expect([...tables].sort()).toEqual(Object.keys(RECORD_ROWS).sort());
});

test('a run that was taken in before this was looked at gets no more trainers than a search may ask for', async () => {
  const workspace = temporaryWorkspace();
  addRun(workspace, 'run_1', {
    ...configOf('Many'),
    strategy: { id: 'trade', options: {} },
    slots: 40,
    recipe: { ...configOf('a').recipe, distillation: { loss: 'none' } },
  });
  const sizes: number[] = [];
  const away = (): never => {
    throw new WorkbenchError('trainer.failed', 'There is no trainer here.');
  };
  const executor = new Proxy({}, { get: (_, name) => (name === 'resize' ? (size: number) => sizes.push(size) : away) });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const catalog = createCatalog(RESOURCES, workspace.directory);
  const parts = { workspace, catalog, live: createLiveEvents(), log, version: '1.0.0', now: () => 0 };
  const runs = createRunService({ ...parts, executor: executor as never }); // its size alone counts here
  await runs.resume('run_1');
  await runs.close();
  expect(sizes[0]).toBe(16);
});

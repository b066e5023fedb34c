/**
 * Which recipe should be the default? Loss, learning rate, temperature and schedule, on the
 * reference student of every family and on two data sets, judged by validation accuracy alone.
 * Seeds are paired. Resumable: one JSON line a training in OUT/results.jsonl, and what is there is
 * not trained again; any number of processes may share OUT. Needs Node 24.
 *
 *   TF_NUM_INTRAOP_THREADS=1 nice node scripts/defaults-study.ts --out DIR [--seeds N] [--most N]
 *       [--teacher-epochs N] [--data DIR] [--summary] [--over ARM]
 *
 * --most: so many trainings at most, this time.
 * --data: CIFAR-10's binary batches; without them Fashion-MNIST alone is tried, and it says so.
 * --summary: prints the figures in Markdown and trains nothing.
 * --over: gains are over this arm, as in --over 'dist rate=0.03'.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { imageRecipe } from '../src/core/data-kinds.ts';
import { runTrade } from './study/by-product.ts';
import { BASELINE, defaultsPlan } from './defaults-study/plan.ts';
import type { DatasetName, DefaultsTraining } from './defaults-study/plan.ts';
import { distinct, takenOver } from './defaults-study/results.ts';
import type { DefaultsResult } from './defaults-study/results.ts';
import { summarise } from './defaults-study/summary.ts';
import { createLaboratory } from './kd-study/laboratory.ts';
import type { Laboratory } from './kd-study/laboratory.ts';
import { referenceStudents } from './kd-study/plan.ts';
import type { Result } from './kd-study/results.ts';
import { readRecord, recorded } from './study/record.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EARLIER = join(ROOT, 'benchmarks/records/kd-study.jsonl');
const BUNDLED = {
  dataset: join(ROOT, 'resources/datasets/fashion-mnist'),
  teacher: join(ROOT, 'resources/teachers/fashion-resnet'),
};
const VALIDATION_SHARE = 0.3;

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    seeds: { type: 'string', default: '3' },
    most: { type: 'string', default: '100000' },
    'teacher-epochs': { type: 'string', default: '6' },
    data: { type: 'string', default: join(ROOT, '../shared/data/cifar10-subset') },
    summary: { type: 'boolean', default: false },
    over: { type: 'string' },
  },
});
if (values.out === undefined) {
  console.error('Name the folder of the results: --out DIR');
  process.exit(2);
}
const file = join(values.out, 'results.jsonl');
const read = (): readonly DefaultsResult[] =>
  distinct([...readRecord<DefaultsResult>(file), ...takenOver(readRecord<Result>(EARLIER))]);
if (!values.summary) await study(values.out);
console.log(`\n${summarise(read(), values.over === undefined ? BASELINE : `tune ${values.over}`)}`);

async function study(out: string): Promise<void> {
  mkdirSync(out, { recursive: true });
  // One thread a process: results repeat, and several processes share the cores.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  // Every arm says its own rate and loss.
  const recipe = imageRecipe({});
  const students = { 'fashion-mnist': referenceStudents([28, 28, 1], 10), cifar10: referenceStudents([32, 32, 3], 10) };
  const cifar = await cifarFolder(out, values.data);
  const known = new Set(read().map(({ id }) => id));
  const waiting = defaultsPlan(students, Number(values.seeds), recipe).filter(
    ({ id, dataset }) => !known.has(id) && (dataset !== 'cifar10' || cifar !== undefined),
  );
  const laboratories = new Map<DatasetName, Laboratory>();
  await loadBackend();
  const laboratoryOf = (name: DatasetName): Laboratory => {
    const found = laboratories.get(name) ?? laboratory(name, out, name === 'cifar10' ? cifar : undefined);
    laboratories.set(name, found);
    return found;
  };
  let done = 0;
  for (const training of waiting) {
    if (done >= Number(values.most)) return;
    const result = await recorded(file, training.id, (stillAtIt) => run(laboratoryOf, training, stillAtIt));
    if (result === undefined) continue;
    done += 1;
    console.error(
      `${training.id}: ${result.validationAccuracy.toFixed(4)} in ${result.seconds} s, of ${waiting.length}`,
    );
  }
}

async function run(
  laboratoryOf: (name: DatasetName) => Laboratory,
  training: DefaultsTraining,
  stillAtIt: () => void,
): Promise<DefaultsResult> {
  const { dataset } = training;
  return { ...(await laboratoryOf(dataset).run(training, stillAtIt)), dataset };
}

function laboratory(name: DatasetName, out: string, cifar: string | undefined): Laboratory {
  const place = join(out, name);
  mkdirSync(place, { recursive: true });
  return createLaboratory({
    datasetDirectory: cifar ?? BUNDLED.dataset,
    ...(cifar === undefined && { bundledTeacher: BUNDLED.teacher }),
    ...{ out: place, teacherEpochs: Number(values['teacher-epochs']), say: (line: string) => console.error(line) },
  });
}

/** The subset as the product's own command line imports it; undefined where it is not here. */
async function cifarFolder(out: string, data: string): Promise<string | undefined> {
  if (!existsSync(data)) {
    console.error(`SKIP cifar10: there is no CIFAR-10 at ${data}; name its folder with --data DIR`);
    return undefined;
  }
  const workspace = join(out, 'workspace');
  const folder = join(workspace, 'datasets/cifar10');
  const cut = ['--kind', 'cifar10', '--val', String(VALIDATION_SHARE)];
  if (existsSync(folder)) return folder;
  const { code } = await runTrade([
    'datasets',
    'import',
    data,
    '--name',
    'cifar10',
    ...cut,
    '--workspace',
    workspace,
    '--json',
  ]);
  if (code !== 0) throw new Error(`"trade datasets import" ended with ${code}`);
  return folder;
}

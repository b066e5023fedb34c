/**
 * Does distillation help? Reference students of every family on Fashion-MNIST: labels alone,
 * smoothed labels, soft targets of the bundled teacher and of one that saw the students' images
 * alone, and every other loss; the same recipe for all, the whole test set, seeds paired.
 * Resumable: one JSON line a training in OUT/results.jsonl, and what is there is not trained again;
 * any number of processes may share OUT. Needs Node 24.
 *
 *   TF_NUM_INTRAOP_THREADS=1 nice node scripts/kd-study.ts --out DIR [--epochs N] [--students N]
 *       [--seeds N] [--arms a,b]
 *     [--shard I/N] [--teacher-epochs N] [--tune] [--summary]
 *
 * --tune: temperature x weight, and the learning rate of none and kd, on the first student, by
 * validation accuracy.
 * --summary: prints the figures in Markdown and trains nothing.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { imageRecipe } from '../src/core/data-kinds.ts';
import { loadBackend } from '../src/compute/backend/load-backend.ts';
import { loadDataset } from '../src/compute/data/dataset.ts';
import { TEACHER_RECIPE } from '../src/compute/tasks/train-teacher/task.ts';
import { createLaboratory } from './kd-study/laboratory.ts';
import { ARMS, referenceStudents, trainingsOf, TUNING_ARMS } from './kd-study/plan.ts';
import type { Result } from './kd-study/results.ts';
import { summarise } from './kd-study/summary.ts';
import { readRecord, recorded } from './study/record.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DATASET = join(ROOT, 'resources/datasets/fashion-mnist');

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    epochs: { type: 'string' },
    students: { type: 'string', default: '100' },
    seeds: { type: 'string', default: '5' },
    arms: { type: 'string' },
    shard: { type: 'string', default: '1/1' },
    'teacher-epochs': { type: 'string', default: String(TEACHER_RECIPE.epochs) },
    tune: { type: 'boolean', default: false },
    summary: { type: 'boolean', default: false },
  },
});
if (values.out === undefined) {
  console.error('Name the folder of the results: --out DIR');
  process.exit(2);
}
const file = join(values.out, 'results.jsonl');
if (!values.summary) await study(values.out);
console.log(`\n${summarise(readRecord<Result>(file))}`);

async function study(out: string): Promise<void> {
  mkdirSync(out, { recursive: true });
  // One thread a process: results repeat, and several processes share the cores.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  await loadBackend();
  const { shape, classes } = loadDataset(DATASET).card;
  // The rate that was the default when the study was begun.
  const defaults = imageRecipe({ learningRate: 0.015 });
  const recipe = values.epochs === undefined ? defaults : { ...defaults, epochs: Number(values.epochs) };
  const students = referenceStudents(shape, classes.length).slice(0, values.tune ? 1 : Number(values.students));
  const wanted = values.arms?.split(',');
  const arms = (values.tune ? TUNING_ARMS : ARMS).filter(({ name }) => wanted?.includes(name) ?? true);
  const all = trainingsOf(arms, students, Number(values.seeds), recipe);
  const [shard = 1, shards = 1] = values.shard.split('/').map(Number);
  const mine = all.filter((_, index) => index % shards === shard - 1);
  const laboratory = createLaboratory({
    ...{ datasetDirectory: DATASET, bundledTeacher: join(ROOT, 'resources/teachers/fashion-resnet'), out },
    ...{ teacherEpochs: Number(values['teacher-epochs']), say: (line) => console.error(line) },
  });
  for (const [index, training] of mine.entries()) {
    const result = await recorded(file, training.id, (stillAtIt) => laboratory.run(training, stillAtIt));
    if (result === undefined) continue;
    const accuracy = (result.testAccuracy ?? result.validationAccuracy).toFixed(4);
    console.error(`${index + 1}/${mine.length} ${training.id}: ${accuracy} in ${result.seconds} s`);
  }
}

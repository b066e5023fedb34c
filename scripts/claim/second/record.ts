/**
 * Records the second task in a folder of its own: the data set is imported and a teacher trained by
 * the product's own command line, then students by the recorder of the first table. Resumable; any
 * number of processes may share the folder.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../../../src/core/errors.ts';
import { loadBackend } from '../../../src/compute/backend/load-backend.ts';
import { progressText, waitingTrainings } from '../../record-table/progress.ts';
import { headerOf, openSession, trainRow } from '../../record-table/recorder.ts';
import { collectRows, openRows, readRows } from '../../record-table/rows.ts';
import { createBench } from '../../study/bench.ts';
import { recorded } from '../../study/record.ts';
import { runTrade } from '../../study/by-product.ts';
import type { RunTrade } from '../../study/by-product.ts';
import { secondPlan, secondStudents, VALIDATION_SHARE } from './plan.ts';

const DATASET = 'cifar10-subset';
const TEACHER = 'cifar10-resnet';

export interface SecondOptions {
  /** Folder of CIFAR-10's binary batches. */
  readonly data: string;
  readonly out: string;
  /** Where the rows are collected in the end. */
  readonly rows: string;
  /** Trainings at most, this time. */
  readonly most: number;
  readonly say: (line: string) => void;
}

/** Gives whether the data are there; without them nothing is done. */
export async function recordSecond({ data, out, rows, most, say }: SecondOptions): Promise<boolean> {
  if (!existsSync(data)) {
    say(`SKIP the second task: there is no CIFAR-10 at ${data}; name its folder with --data DIR`);
    return false;
  }
  const workspace = join(out, 'workspace');
  const directories = await prepare(data, workspace, runTrade);
  // One thread a process: trainings repeat themselves to the bit, and several processes share the
  // cores.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= '1';
  const backend = await loadBackend();
  const bench = createBench({ datasetDirectory: directories.dataset, targetsDirectory: join(out, 'targets'), say });
  const students = secondStudents();
  const plan = secondPlan(students);
  const file = join(out, 'rows.jsonl');
  openRows(file, headerOf(bench.dataset, directories.teacher, students));
  const session = openSession(file, backend, new Date().toISOString());
  const waiting = waitingTrainings(plan, readRows([file, rows]));
  for (const [index, training] of waiting.slice(0, most).entries()) {
    const row = await recorded(file, training.id, (stillAtIt) =>
      trainRow(bench, training, directories.teacher, session.id, stillAtIt),
    );
    if (row) say(`${index + 1}/${waiting.length} ${training.id}: ${row.failed ?? row.validationAccuracy}`);
  }
  const ids = plan.map(({ id }) => id);
  say(progressText(collectRows([file], rows, ids), plan));
  return true;
}

/** Data set and teacher of the workspace, made where they are not there yet. */
export async function prepare(data: string, workspace: string, run: RunTrade) {
  const dataset = join(workspace, 'datasets', DATASET);
  const teacher = join(workspace, 'teachers', TEACHER);
  const place = ['--workspace', workspace];
  const cut = ['--kind', 'cifar10', '--val', String(VALIDATION_SHARE)];
  if (!existsSync(dataset)) await must(run, ['datasets', 'import', data, '--name', DATASET, ...cut, ...place]);
  if (!existsSync(teacher)) await must(run, ['teachers', 'train', '--name', TEACHER, '--dataset', DATASET, ...place]);
  return { dataset, teacher };
}

async function must(run: RunTrade, args: readonly string[]): Promise<void> {
  const { code } = await run([...args, '--json']);
  if (code === 0) return;
  throw new WorkbenchError('usage.invalid', `"trade ${args.join(' ')}" ended with ${code}: the same command goes on.`);
}

/** Trains a teacher in a trainer of its own and moves the finished folder into the workspace. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../core/errors.ts';
import type { StoredFiles } from '../store/files.ts';
import type { Catalog } from './catalog.ts';
import { faultOf } from './side-jobs.ts';
import { startTrainer } from './trainer-link.ts';
import type { JobReport, TrainerSettings } from './trainer-link.ts';

export interface TeacherOrder {
  /** Of its folder, and what a search calls it. */
  readonly name: string;
  /** For people; absent: the name. */
  readonly title?: string;
  readonly dataset: string;
  readonly seed: number;
}

export interface TrainedTeacher {
  readonly name: string;
  readonly directory: string;
  readonly accuracy: { readonly validation: number; readonly test: number };
}

export type TeacherReport = JobReport;

/** `undefined` when `signal` came first: the same order goes on from its last epoch. */
export type TrainTeacher = (
  order: TeacherOrder,
  report: (news: TeacherReport) => void,
  signal: AbortSignal,
) => Promise<TrainedTeacher | undefined>;

const NAME = /^[a-z0-9][a-z0-9-]{0,59}$/;

export function createTeacherTraining(
  settings: TrainerSettings,
  catalog: Catalog,
  folders: StoredFiles['folders'],
): TrainTeacher {
  return async (order, report, signal) => {
    const { name, title = name, seed } = order;
    await checkName(catalog, name);
    const { directory: dataset } = await catalog.dataset(order.dataset);
    const place = join(folders.teachers, name);
    // Not the session's own folder: another session goes on from its checkpoints.
    const jobId = `teacher-${name}-${order.dataset}-${seed}`;
    const tempDir = join(folders.cache, jobId);
    mkdirSync(tempDir, { recursive: true });
    const link = await startTrainer(settings);
    try {
      const job = {
        ...{ jobId, fence: settings.fence, dataset: { directory: dataset }, name, title, seed, tempDir },
        date: new Date().toISOString().slice(0, 10),
      };
      const end = await link.run({ type: 'trainTeacher', job }, report, signal);
      if (end.type === 'stopped' && signal.aborted) return undefined;
      if (end.type !== 'teacherTrained') throw faultOf(end);
      renameSync(end.directory, place);
      rmSync(tempDir, { recursive: true, force: true });
      return { name, directory: place, accuracy: end.accuracy };
    } finally {
      await link.close();
    }
  };
}

async function checkName(catalog: Catalog, name: string): Promise<void> {
  const problem = !NAME.test(name)
    ? 'must begin with a letter or digit and have small letters, digits and - only, at most 60'
    : (await catalog.teachers()).some((teacher) => teacher.name === name)
      ? 'is a teacher that exists already: choose another name'
      : undefined;
  if (problem !== undefined)
    throw new WorkbenchError('usage.invalid', `--name: "${name}" ${problem}.`, { field: '--name' });
}

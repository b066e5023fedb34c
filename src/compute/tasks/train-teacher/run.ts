import { join } from 'node:path';
import { trainTeacher } from '../../teachers/train.ts';
import { READING, stageReporter } from '../run.ts';
import type { TrainerRun } from '../run.ts';
import { TEACHER_RECIPE } from './task.ts';

export const runTeacherTraining: TrainerRun<'trainTeacher'> = async (input, tools) => {
  const { jobId, folders, cache, report, yieldToEvents } = tools;
  const { recipe = TEACHER_RECIPE, name, title, seed, date } = input;
  const onProgress = stageReporter(report, READING);
  const dataset = await cache.open(input.dataset, { yieldToEvents, onProgress });
  const [train, validation, test] = [dataset.split('train'), dataset.split('val'), dataset.split('test')];
  const progress = stageReporter(report, 'training the teacher');
  const directory = join(folders.temp, `${jobId}-teacher`);
  const { accuracy } = await trainTeacher(
    {
      ...{ name, title, seed, date, recipe, train, validation, test },
      ...{ dataset: dataset.card, normalisation: dataset.normalisation },
      ...{ outDir: directory, workDir: join(folders.temp, `${jobId}-work`) },
      onStep: (done, share) => progress(done, Math.round(done / share)),
      onNote: (words) => report({ type: 'note', words }),
      ...(input.dataset.known && { sources: input.dataset.known }),
    },
    ({ point, checkpoint }) => report({ type: 'epoch', point, checkpoint }),
    yieldToEvents,
  );
  return { directory, accuracy };
};

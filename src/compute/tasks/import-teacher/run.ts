import { join } from 'node:path';
import { importOnnx } from '../../teachers/onnx/import.ts';
import { stageReporter } from '../run.ts';
import type { TrainerRun } from '../run.ts';

export const runTeacherImport: TrainerRun<'importTeacher'> = async (input, tools) => {
  const { jobId, folders, cache, report, yieldToEvents } = tools;
  const directory = join(folders.temp, `${jobId}-teacher`);
  const stage = (words: string) => stageReporter(report, words);
  const dataset = await cache.open(input.dataset, { yieldToEvents });
  return { directory, ...(await importOnnx(input, dataset, directory, yieldToEvents, stage)) };
};

import { join } from 'node:path';
import { importDataset } from '../../data/import/import-dataset.ts';
import { stageReporter } from '../run.ts';
import type { Run } from '../run.ts';

export const runImport: Run<'import'> = async (input, { jobId, folders, report, yieldToEvents }) => {
  const directory = join(folders.temp, `${jobId}-dataset`);
  await importDataset(input, directory, yieldToEvents, (stage) => stageReporter(report, stage));
  return { directory };
};

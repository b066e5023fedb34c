import { join } from 'node:path';
import { exportNetwork } from '../../export/export-job.ts';
import type { TrainerRun } from '../run.ts';

export const runExport: TrainerRun<'export'> = async (input, { jobId, folders, cache, report, yieldToEvents }) => {
  const dataset = await cache.open(input.dataset, { yieldToEvents });
  return exportNetwork(input, dataset, join(folders.temp, `${jobId}.${input.format}`), async (stage) => {
    await yieldToEvents();
    report({ type: 'progress', stage, done: 0, total: 1 });
  });
};

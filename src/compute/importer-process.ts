/** Entry of an importer process: a worker like a trainer, for data sets. It needs no tensors, and
 * lives for one import. */
import { WorkbenchError } from '../core/errors.ts';
import { importDataset } from './data/import/import-dataset.ts';
import { serveJobs } from './serve-jobs.ts';

await serveJobs({
  prepare: () => Promise.resolve(undefined),
  run: async (command, control, send) => {
    if (command.type !== 'importDataset') {
      throw new WorkbenchError('internal', 'An importer imports data sets: ask a trainer.');
    }
    const { jobId, fence } = command.job;
    const directory = await importDataset(command.job, control.yieldToEvents, (stage, done, total) =>
      send({ type: 'progress', jobId, fence, stage, done, total }),
    );
    send({ type: 'datasetImported', jobId, fence, directory });
  },
});

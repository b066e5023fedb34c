/** Entry of a trainer process, forked by the host: it speaks `protocol.ts` and does one job at a
 * time. */
import { WorkbenchError } from '../core/errors.ts';
import { loadBackend } from './backend/load-backend.ts';
import { runJob } from './jobs.ts';
import { serveJobs } from './serve-jobs.ts';
import { createTrainerCache } from './trainer-cache.ts';

const cache = createTrainerCache();

await serveJobs({
  prepare: async () => (await loadBackend()).backend,
  run: (command, control, send) => {
    if (command.type !== 'importDataset') return runJob(command, { cache, control, send });
    throw new WorkbenchError('internal', 'A trainer imports no data sets: ask an importer.');
  },
});

/** Entry of a trainer process, forked by the host: it speaks `protocol.ts` and does one job at a
 * time. */
import { loadBackend } from './backend/load-backend.ts';
import { serveJobs } from './serve-jobs.ts';
import { TRAINER_TASKS } from './tasks/trainer-tasks.ts';
import { createTrainerCache } from './trainer-cache.ts';

await serveJobs({ prepare: loadBackend, runs: TRAINER_TASKS, shared: { cache: createTrainerCache() } });

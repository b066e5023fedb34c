/** Entry of an importer process: a worker like a trainer, for data sets. It needs no tensors, and
 * lives for one import. */
import { serveJobs } from './serve-jobs.ts';
import { runImport } from './tasks/import/run.ts';

await serveJobs({ prepare: () => Promise.resolve(), runs: { import: runImport }, shared: {} });

/** Imports data sets in a process of their own and moves the finished folders into the workspace. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { toWire } from '../bridge/errors.ts';
import type { ImportEvent, ParsedImportInput } from '../bridge/import-schemas.ts';
import type { ImportJob } from '../compute/protocol.ts';
import { WorkbenchError } from '../core/errors.ts';
import type { WorkspaceFiles } from '../store/files.ts';
import { datasetView } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { eventStream } from './event-stream.ts';
import { processEntry } from './process-entry.ts';
import { faultOf } from './side-jobs.ts';
import { startTrainer } from './trainer-link.ts';
import type { TrainerSettings } from './trainer-link.ts';

export interface DatasetImports {
  /** Throws at once what is wrong with the order; what is wrong with the files ends the stream. */
  start(
    order: ParsedImportInput,
    signal?: AbortSignal,
  ): Promise<AsyncIteratorObject<ImportEvent, undefined, undefined>>;
  /** Stops those under way. */
  close(): Promise<void>;
}

export function createDatasetImports(
  trainer: TrainerSettings,
  catalog: Catalog,
  { folders, temp }: Pick<WorkspaceFiles, 'folders' | 'temp'>,
): DatasetImports {
  // Its own program, also where tests put another trainer in the place of the real one.
  const settings: TrainerSettings = { ...trainer, entry: processEntry('importer') };
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  let number = 0;

  async function checkFree(name: string): Promise<void> {
    // A broken folder is in no list, and still in the way.
    const isTaken =
      existsSync(join(folders.datasets, name)) || (await catalog.datasets()).some((one) => one.name === name);
    if (!isTaken) return;
    const problem = `name: "${name}" is a data set that exists already: choose another name.`;
    throw new WorkbenchError('usage.invalid', problem, { field: 'name' });
  }

  async function run(job: ImportJob, tell: (event: ImportEvent) => void, signal: AbortSignal): Promise<void> {
    const link = await startTrainer(settings);
    try {
      const end = await link.run(
        { type: 'importDataset', job },
        (news) => {
          if (news.type !== 'progress') return;
          const { stage, done, total } = news;
          tell({ type: 'import.progress', stage, done, total });
        },
        signal,
      );
      if (end.type === 'stopped' && signal.aborted) return;
      if (end.type !== 'datasetImported') throw faultOf(end);
      const place = join(folders.datasets, job.name);
      await checkFree(job.name);
      renameSync(end.directory, place);
      tell({ type: 'dataset.imported', dataset: datasetView(await catalog.dataset(job.name)) });
    } finally {
      await link.close();
      // Nothing is there after an orderly end; a killed importer leaves its half.
      rmSync(join(temp, `${job.jobId}-dataset`), { recursive: true, force: true });
    }
  }

  return {
    start: async (order, signal) => {
      const path = absolute(order.path);
      const name = order.name ?? nameOf(path);
      await checkFree(name);
      number += 1;
      const { kind, size, fit, gray, coarse, val, test, seed, licence } = order;
      const job: ImportJob = {
        ...{ jobId: `import-${number}`, fence: settings.fence, path, name, title: order.title ?? name },
        ...(licence !== undefined && { licence }),
        options: {
          ...(kind && { kind }),
          ...(size !== undefined && { side: size }),
          ...{ fit, gray, coarse, shares: { val, test }, seed },
        },
        date: new Date().toISOString().slice(0, 10),
        tempDir: temp,
      };
      const either = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      return eventStream<ImportEvent>((tell, stopping) => {
        const work = run(job, tell, stopping).catch((error: unknown) => {
          // The router's own translation ends where the stream begins.
          throw toWire(error);
        });
        running.add(work);
        return work.finally(() => running.delete(work));
      }, either);
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}

function absolute(path: string): string {
  const place = path.replace(/^~(?=$|[/\\])/, homedir());
  if (isAbsolute(place)) return resolve(place);
  const problem = `path: "${path}" is not a full path: write it from the root (or from ~) on.`;
  throw new WorkbenchError('usage.invalid', problem, { field: 'path' });
}

/** The folder's name in small letters, digits and -. */
function nameOf(path: string): string {
  const name = basename(path)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  if (name !== '') return name;
  throw new WorkbenchError('usage.invalid', `name: the folder ${path} gives none: choose one.`, { field: 'name' });
}

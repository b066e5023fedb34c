/** Imports data sets in a process of their own and moves the finished folders into the
 * workspace. */
import { existsSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import type {
  ImportOptions,
  ParsedImportInput,
  ParsedImportOrder,
  ParsedSimulateInput,
  ParsedSubsetInput,
} from '../../bridge/schemas/import.ts';
import type { DatasetView } from '../../bridge/schemas/records.ts';
import { plainName } from '../../bridge/words/plain-name.ts';
import type { Input } from '../../compute/tasks/tasks.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { WorkspaceFiles } from '../../store/files.ts';
import { datasetView } from './catalog.ts';
import { subsetOf } from './dataset-subset.ts';
import type { Catalog } from './catalog.ts';
import { checkDatasetFiles } from './dataset-files.ts';
import { asNamed, handedFile } from '../workspace/handed-files.ts';
import type { HandedFiles } from '../workspace/handed-files.ts';
import type { JobList, JobProgress } from '../jobs/job-list.ts';
import { putFolderInPlace } from '../workspace/put-in-place.ts';
import { outputOf } from '../executors/executor.ts';
import type { Executor, Order } from '../executors/executor.ts';

/** `undefined` when `signal` came first; then nothing was kept. */
type MakeDataset<O> = (
  order: O,
  tell: (progress: JobProgress) => void,
  signal: AbortSignal,
) => Promise<DatasetView | undefined>;

export type ImportDataset = MakeDataset<ParsedImportOrder>;
export type CutDataset = MakeDataset<ParsedSubsetInput>;
export type SimulateDataset = MakeDataset<ParsedSimulateInput>;

export interface DatasetImportParts {
  /** Of importers. */
  readonly executor: Pick<Executor, 'runApart'>;
  readonly catalog: Catalog;
  readonly files: Pick<WorkspaceFiles, 'folders' | 'temp'>;
  readonly handed: Pick<HandedFiles, 'hold' | 'drop'>;
  readonly jobs: Pick<JobList, 'start'>;
  /** Called when a data set has come. */
  readonly changed: () => void;
}

export function createDatasetImports({ executor, catalog, files, handed, jobs, changed }: DatasetImportParts) {
  const { folders, temp } = files;
  let number = 0;

  async function checkFree(name: string): Promise<void> {
    // A broken folder is in no list, and still in the way.
    const isTaken =
      existsSync(join(folders.datasets, name)) || (await catalog.datasets()).some((one) => one.name === name);
    if (!isTaken) return;
    const problem = `name: "${name}" is a data set that exists already: choose another name.`;
    throw new WorkbenchError('usage.invalid', problem, { field: 'name' });
  }

  /** Throws at once what is wrong with the order. */
  async function prepareCut(order: ParsedSubsetInput): Promise<Order<'import'>> {
    const found = await catalog.dataset(order.from);
    const cut = subsetOf(found, order);
    await checkFree(order.name);
    await checkDatasetFiles(found.directory, found.card);
    number += 1;
    const input: Input<'import'> = { ...cut, date: new Date().toISOString().slice(0, 10) };
    return { kind: 'import', jobId: `import-${number}`, input };
  }

  /** Throws at once what is wrong with the order. */
  async function prepareSimulation(order: ParsedSimulateInput): Promise<Order<'import'>> {
    const { name, title = name, pupils, skills, answers, steps, seed } = order;
    await checkFree(name);
    number += 1;
    const images = { fit: 'letterbox', gray: false, coarse: false } as const;
    const simulated = { kind: 'simulated', sequence: { steps }, simulate: { pupils, skills, answers, seed } } as const;
    const input: Input<'import'> = {
      ...{ path: folders.datasets, source: 'simulated pupils', name, title, licence: 'ours to give: it is simulated' },
      options: { ...images, ...simulated, shares: { val: 0.1, test: 0.2 }, seed },
      date: new Date().toISOString().slice(0, 10),
    };
    return { kind: 'import', jobId: `import-${number}`, input };
  }

  /** `source`: what the card says of where it came from. */
  async function prepare(
    path: string,
    source: string,
    order: ImportOptions,
    csv: string | undefined,
  ): Promise<Order<'import'>> {
    const name = order.name ?? nameOf(source);
    await checkFree(name);
    number += 1;
    const { kind, size, fit, gray, coarse, val, test, seed, licence, skipBroken, group, sequence } = order;
    const { bands, seconds, rate, hop, long, recordings } = order;
    const input: Input<'import'> = {
      ...{ path, source, name, title: order.title ?? name },
      ...(licence !== undefined && { licence }),
      options: {
        ...(kind && { kind }),
        ...(csv !== undefined && { csv }),
        ...(size !== undefined && { side: size }),
        ...(sequence && {
          sequence: { ...sequence, known: listed(sequence.known), modalities: listed(sequence.modalities) },
        }),
        ...{ fit, gray, coarse, shares: { val, test }, seed, skipBroken },
        ...(group !== undefined && { group }),
        sound: { bands, seconds, rate, hop, long, recordings },
      },
      date: new Date().toISOString().slice(0, 10),
    };
    return { kind: 'import', jobId: `import-${number}`, input };
  }

  async function run(
    order: Order<'import'>,
    tell: (progress: JobProgress) => void,
    signal: AbortSignal,
  ): Promise<DatasetView | undefined> {
    const { name } = order.input;
    try {
      const end = await executor.runApart(order, ({ stage, done, total }) => tell({ stage, done, total }), signal);
      if (end.type === 'stopped' && signal.aborted) return undefined;
      const { directory } = outputOf(end);
      await checkFree(name);
      putFolderInPlace(directory, join(folders.datasets, name));
      changed();
      return datasetView(await catalog.dataset(name));
    } finally {
      // Nothing is there after an orderly end; a killed importer leaves its half.
      rmSync(join(temp, `${order.jobId}-dataset`), { recursive: true, force: true });
    }
  }

  const startJob = (task: Order<'import'>) =>
    jobs.start({ kind: 'import', subject: task.input.title }, async (tell, signal) => {
      return (await run(task, tell, signal))?.name;
    });

  return {
    import: (async (order, tell, signal) => {
      const path = absolute(order.path);
      // A table may be named itself.
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) {
        return run(await prepare(dirname(path), path, order, path), tell, signal);
      }
      const csv = order.csv === undefined ? undefined : resolve(path, order.csv);
      return run(await prepare(path, path, order, csv), tell, signal);
    }) satisfies ImportDataset,
    cut: (async (order, tell, signal) => run(await prepareCut(order), tell, signal)) satisfies CutDataset,
    simulate: (async (order, tell, signal) =>
      run(await prepareSimulation(order), tell, signal)) satisfies SimulateDataset,
    /** The same as jobs of the list. */
    startSimulation: async (order: ParsedSimulateInput) => startJob(await prepareSimulation(order)),
    startCut: async (order: ParsedSubsetInput) => startJob(await prepareCut(order)),
    /** Of what a window has handed over, as a job of the list. Throws at once what is wrong with
     * the order; what is wrong with the files ends the job. */
    start: async (order: ParsedImportInput) => {
      const { folder, release } = handed.hold(order.files);
      try {
        const csv = order.csv === undefined ? undefined : handedFile(folder, order.csv, 'csv');
        const task = await prepare(folder, order.folder, order, csv);
        return jobs.start({ kind: 'import', subject: task.input.title }, async (tell, signal) => {
          try {
            const made = await run(task, tell, signal);
            if (made !== undefined) handed.drop(order.files);
            return made?.name;
          } catch (error) {
            throw asNamed(error, folder, order.folder);
          } finally {
            release();
          }
        });
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

/** Names with commas between them. */
const listed = (text = ''): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

function absolute(path: string): string {
  const place = path.replace(/^~(?=$|[/\\])/, homedir());
  if (isAbsolute(place)) return resolve(place);
  const problem = `path: "${path}" is not a full path: write it from the root (or from ~) on.`;
  throw new WorkbenchError('usage.invalid', problem, { field: 'path' });
}

/** The folder's or the table's name in small letters, digits and -. */
function nameOf(path: string): string {
  const end = /^\.(csv|tsv|txt)$/i.test(extname(path)) ? extname(path) : '';
  const name = plainName(basename(path, end));
  if (name !== '') return name;
  throw new WorkbenchError('usage.invalid', `name: ${path} gives none: choose one.`, { field: 'name' });
}

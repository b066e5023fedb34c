/** What needs no session in a workspace: it works beside another process that has one, and makes no
 * folder. */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { ClusterView, RaySettings } from '../bridge/schemas/executor.ts';
import type { DatasetView, ParsedSearchInput, TeacherView } from '../bridge/schemas/records.ts';
import type { SetupView } from '../bridge/schemas/setup.ts';
import type { BackendView } from '../bridge/schemas/system.ts';
import type { SearchAccount } from '../core/one-shot/account.ts';
import type { Explanation } from '../core/strategies/explain.ts';
import type { Packed } from './archive/orders.ts';
import { packArchive } from './processes/store-client.ts';
import type { ArchiveProgress } from './processes/store-worker.ts';
import { makeBeside } from './workspace/beside.ts';
import { createCatalog, datasetView } from './library/catalog.ts';
import { checkDatasetFiles } from './library/dataset-files.ts';
import { withDatasets } from './library/examine-datasets.ts';
import { createExplainer } from './runs/told/explain.ts';
import { createSearchTeller } from './runs/told/searches.ts';
import { setupOf } from './runs/setup.ts';
import { createExporter } from './students/export.ts';
import type { ExportOrder, WrittenExport } from './students/export.ts';
import { inWordsOf } from '../store/errors.ts';
import type { DoctorReport } from '../store/upkeep/doctor.ts';
import type { HostOptions } from './host.ts';
import { untracked } from './jobs/job-list.ts';
import { readWorkspace } from './workspace/read-workspace.ts';
import { planRun } from './runs/plan.ts';
import { createSideJobs } from './jobs/side-jobs.ts';
import { createLocalExecutor } from './executors/local-executor.ts';
import { installRay, pythonForRay, rayFiles } from './executors/ray/python.ts';
import { testCluster } from './executors/ray/ray-executor.ts';
import { trainerSettings } from './executors/trainer-settings.ts';
import { machineSlots } from './executors/trainer-slots.ts';
import { PROGRAM_VERSION } from './version.ts';

type Machine = Pick<HostOptions, 'node' | 'trainer' | 'version'>;
/** Without a workspace of its own a trainer keeps nothing. */
const NO_SESSION = { fence: 'no-session', folders: { temp: tmpdir(), cache: tmpdir() } };

type Places = Pick<HostOptions, 'workspace' | 'resources'>;

export function listDatasets({ resources, workspace }: Places): Promise<readonly DatasetView[]> {
  return createCatalog(resources, workspace).datasets();
}

/** What the doctor says where no session asks it, with its report on the rest of the workspace. */
export const examineDatasets = ({ resources, workspace }: Places, report: DoctorReport): Promise<DoctorReport> =>
  withDatasets(report, createCatalog(resources, workspace));

/** Looks into every file of a data set. Throws `dataset.*` for what is not as its card says, and
 * for a group that two splits share. */
export async function checkDataset({ resources, workspace }: Places, name: string): Promise<DatasetView> {
  const found = await createCatalog(resources, workspace).dataset(name);
  await checkDatasetFiles(found.directory, found.card);
  return datasetView(found);
}

export function listTeachers({ resources, workspace }: Places): Promise<readonly TeacherView[]> {
  return createCatalog(resources, workspace).teachers();
}

/** Measures the device in a trainer of its own. */
export async function measureBackend(options: Places & Machine): Promise<BackendView> {
  const catalog = createCatalog(options.resources, options.workspace);
  const side = createSideJobs(createLocalExecutor(trainerSettings(options, NO_SESSION)), catalog, untracked);
  try {
    return await side.backend();
  } finally {
    await side.close();
  }
}

/** Throws what starting this search would throw for its data set, teacher, families, strategy or
 * limits. */
export async function checkSearch({ resources, workspace }: Places, search: ParsedSearchInput): Promise<void> {
  await planRun(createCatalog(resources, workspace), search, machineSlots);
}

/** Why the run went as it did so far. Throws `run.missing` and `dataset.*`. */
export async function explainRecorded({ resources, workspace }: Places, run: string): Promise<Explanation> {
  const { store, close } = readWorkspace(workspace);
  try {
    return await createExplainer(store, createCatalog(resources, workspace))(run);
  } finally {
    close();
  }
}

/** What the run's one-shot searches came to so far. Throws `run.missing` and `dataset.*`. */
export async function searchesRecorded(
  { resources, workspace }: Places,
  run: string,
): Promise<readonly SearchAccount[]> {
  const { store, close } = readWorkspace(workspace);
  try {
    return await createSearchTeller(store, createCatalog(resources, workspace))(run);
  } finally {
    close();
  }
}

/** What the run is. Throws `run.missing`. */
export async function setupRecorded({ resources, workspace }: Places, run: string): Promise<SetupView> {
  const { store, close } = readWorkspace(workspace);
  try {
    return await setupOf(store, createCatalog(resources, workspace), run);
  } finally {
    close();
  }
}

/** These runs, or the whole workspace where none are named, as one file. Undefined where it was
 * stopped; then there is no file. */
export async function packToFile(
  { workspace, runs, file }: { readonly workspace: string; readonly runs?: readonly string[]; readonly file: string },
  tell: (progress: ArchiveProgress) => void,
  signal: AbortSignal,
): Promise<Packed | undefined> {
  const temp = inWordsOf(file, () => makeBeside(file));
  try {
    const packedAt = new Date().toISOString();
    const order = { workspace, target: file, temp, program: PROGRAM_VERSION, packedAt };
    return await packArchive({ ...order, ...(runs && { runs }) }, tell, signal);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

/** Exports beside a search that may be running in the workspace. */
export async function exportToFile(
  options: Places & Machine,
  order: ExportOrder,
  file: string,
  report: (stage: string) => void,
  signal?: AbortSignal,
): Promise<WrittenExport> {
  const { store, files, close } = readWorkspace(options.workspace);
  const catalog = createCatalog(options.resources, options.workspace);
  const side = createSideJobs(createLocalExecutor(trainerSettings(options, NO_SESSION)), catalog, untracked);
  const version = options.version ?? PROGRAM_VERSION;
  // The trainer is ended, the job with it, and what it wrote is removed.
  const stop = (): void => void side.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const exporter = createExporter({ store, files, catalog, side, version, now: () => new Date() });
    return await exporter.toFile(order, file, report);
  } finally {
    signal?.removeEventListener('abort', stop);
    await side.close();
    close();
  }
}

/** Makes the Python environment that Ray needs; gives its Python. Throws `backend.missing`. */
export async function installRayHere(
  { resources }: Pick<HostOptions, 'resources'>,
  tell: (stage: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const files = rayFiles(resources);
  await installRay(files, tell, signal);
  return pythonForRay(files);
}

/** What a cluster has. Throws `backend.missing` where it does not answer, in words. */
export function testRay(
  { resources }: Pick<HostOptions, 'resources'>,
  ray: RaySettings,
  signal: AbortSignal,
): Promise<ClusterView> {
  const files = rayFiles(resources);
  return testCluster({ python: pythonForRay(files), driver: files.driver }, ray, signal);
}

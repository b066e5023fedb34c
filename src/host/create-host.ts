/** Puts the host together; the one file of this room that shells import. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isUnderWay, outlivesWindow } from '../bridge/schemas/job.ts';
import { parseSearchText } from '../bridge/config/parse-config.ts';
import type { SystemView } from '../bridge/schemas/system.ts';
import { WorkbenchError } from '../core/errors.ts';
import { openWorkspace } from '../store/workspace.ts';
import type { Workspace } from '../store/workspace.ts';
import { createArchives } from './archive/archives.ts';
import { examineWorkspace } from './processes/store-client.ts';
import { createMaintenance, mendAfterRecovery } from './workspace/maintenance.ts';
import type { RecoveryReport } from './workspace/maintenance.ts';
import { createCatalog } from './library/catalog.ts';
import { createDiagnostics } from './workspace/diagnostics.ts';
import { createExporter } from './students/export.ts';
import { createDatasetImports } from './library/dataset-import.ts';
import { createExplainer } from './runs/explain.ts';
import { createHandedFiles } from './workspace/handed-files.ts';
import { createHandlers } from './handlers.ts';
import type { Host, HostOptions } from './host.ts';
import { createJobList } from './jobs/job-list.ts';
import { createLibrary } from './library/library.ts';
import { createLiveEvents } from './live-events.ts';
import { openLog } from './log.ts';
import { createReplayFiles } from './replays/files.ts';
import { createReplaySources } from './replays/sources.ts';
import { createReplays } from './replays/replays.ts';
import { createExits } from './router.ts';
import { createReview } from './students/review.ts';
import { createReclaim } from './workspace/reclaim.ts';
import { createRunService } from './runs/service.ts';
import { createRunUpkeep } from './runs/upkeep.ts';
import { createSideJobs } from './jobs/side-jobs.ts';
import { createTeacherTraining } from './library/teacher-training.ts';
import { createLocalExecutor } from './executors/local-executor.ts';
import { trainerSettings } from './executors/trainer-settings.ts';
import { processEntry } from './processes/process-entry.ts';
import { PROGRAM_VERSION } from './version.ts';

export type { Host, HostClient, HostOptions } from './host.ts';
export { examineFolder } from '../store/upkeep/doctor.ts';
export { isLocked } from '../store/lock.ts';
export { assertOurs } from '../store/ownership.ts';
export { wishFor } from '../store/upkeep/recovery.ts';
export { backupsOf, keptBackups, removeKept } from './workspace/maintenance.ts';
export type { RecoveryReport } from './workspace/maintenance.ts';
export { readWorkspace } from './workspace/read-workspace.ts';
export { logEntries } from './runs/log-entries.ts';
export type { ReadableWorkspace } from '../store/workspace.ts';
export type { RunSummary } from '../store/store.ts';
export { defaultWorkspace } from './workspace/default-workspace.ts';
export { frontOf } from '../core/front.ts';
export { takenText } from './archive/words.ts';
export type { ExportOrder } from './students/export.ts';
export type { JobProgress } from './jobs/job-list.ts';
export type { TeacherReport } from './library/teacher-training.ts';
export { failureOf } from './terminal/failure.ts';
export { endWithLauncher } from './terminal/launcher-watch.ts';
export { followRun } from './terminal/follow-run.ts';
export type { RunEnd, RunNews } from './terminal/follow-run.ts';
export { createProgressPrinter } from './terminal/progress-printer.ts';
export type { ProgressPrinter } from './terminal/progress-printer.ts';
export { latencyText } from './terminal/latency-text.ts';
export { resultText, trialName, trialText } from './terminal/run-text.ts';
export { countText, durationText, percentText, textTable } from './terminal/text-table.ts';
export { terminalText } from './terminal/terminal-text.ts';
export { whyText } from './terminal/why-text.ts';
export { openReplay, secondsLeft } from './replays/player.ts';
export type { GameTime, PlayedGame, ReplayPlayer } from './replays/player.ts';
export { checkStrategies } from './replays/table.ts';
export { tableText } from './terminal/replay-comparison-text.ts';
export { gameText } from './terminal/replay-text.ts';
export {
  checkSearch,
  explainRecorded,
  exportToFile,
  listDatasets,
  listTeachers,
  measureBackend,
  packToFile,
} from './without-session.ts';

/**
 * Opens the workspace (making it when absent), marks what a dead session left behind as
 * interrupted, and serves. Throws `workspace.*` when it cannot be opened; then nothing was changed
 * and nothing is left open.
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const began = performance.now();
  const workspace = openWorkspace(options.workspace);
  const openMs = performance.now() - began;
  try {
    return hostOver(workspace, options, await mendAfterRecovery(workspace), openMs);
  } catch (error) {
    workspace.close();
    throw error;
  }
}

function hostOver(
  workspace: Workspace,
  options: HostOptions,
  recovery: RecoveryReport | undefined,
  openMs: number,
): Host {
  const { store, files } = workspace;
  const logFile = options.logFile ?? join(files.folders.logs, 'host.log');
  const { log, close: closeLog } = openLog(logFile);
  const began = performance.now();
  const swept = store.sweep();
  log.info({ fence: store.fence, swept, openMs, sweepMs: performance.now() - began }, 'host started');
  if (recovery !== undefined) log.warn(recovery, 'workspace recovered');

  const settings = trainerSettings(options, {
    fence: store.fence,
    folders: { temp: files.temp, cache: files.folders.cache },
  });
  const live = createLiveEvents();
  const executor = createLocalExecutor(settings);
  // Its own program, also where tests put another trainer in the place of the real one.
  const importers = createLocalExecutor({ ...settings, entry: processEntry('importer') });
  const catalog = createCatalog(options.resources, workspace.directory);
  const jobs = createJobList({ live, log, now: () => new Date(), clock: () => performance.now() });
  const side = createSideJobs(executor, catalog, jobs.track);
  const changed = (): void => live.publish({ type: 'library.changed' });
  const handed = createHandedFiles(files.temp);
  const imports = createDatasetImports({ executor: importers, catalog, files, handed, jobs, changed });
  const training = createTeacherTraining({ executor, catalog, folders: files.folders, jobs, log, changed });
  const library = createLibrary({
    ...{ store, files, catalog, changed },
    inHand: () => training.inHand().map(({ dataset, name }) => ({ dataset, words: `the training of "${name}"` })),
  });
  const tables = createReplaySources(options.resources, handed);
  const replays = createReplays({
    ...{ sources: tables, files: createReplayFiles(workspace.directory, files.temp, log), live, log },
    ...{ now: () => new Date(), clock: () => performance.now() },
  });
  const version = options.version ?? PROGRAM_VERSION;
  const exporter = createExporter({ store, files, catalog, side, temp: files.temp, version, now: () => new Date() });
  const now = (): number => performance.now();
  const runs = createRunService({ workspace, catalog, executor, live, log, now });
  const upkeep = createRunUpkeep({ workspace, runs, live });
  const isBusy = (): boolean => jobs.list().some(isUnderWay);
  const reclaim = createReclaim({ workspace, runs, upkeep, isBusy });
  const maintenance = createMaintenance({
    ...{ workspace, log, now: () => new Date() },
    busy: () => {
      if (runs.active().length > 0) return 'A search is running: pause it first.';
      return isBusy() ? 'Something is being trained or measured: wait for its end, or stop it.' : undefined;
    },
  });
  const archives = createArchives({
    ...{ workspace, resources: options.resources, runs, jobs, version, now: () => new Date(), changed },
    offering: () => live.publish({ type: 'archive.offered' }),
  });

  async function startSample(): ReturnType<typeof runs.start> {
    const file = options.sample ?? join(options.resources, '..', 'examples', 'fashion-quick.json');
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new WorkbenchError('config.unreadable', `The sample search cannot be read: ${String(error)}.`, { file });
    });
    return runs.start(parseSearchText(text, file), true);
  }

  async function quit(mode: 'pause' | 'keep'): Promise<void> {
    if (mode === 'pause') await runs.pauseAll();
    // After the answer: the shell may end the program at once.
    setImmediate(() => options.onQuit?.(mode));
  }

  const system: SystemView = {
    ...{ version, workspace: workspace.directory, shell: options.shell },
    ...{ platform: process.platform, node: process.versions.node },
  };
  const handlers = createHandlers({
    workspace,
    catalog,
    runs,
    upkeep,
    reclaim,
    archives,
    maintenance,
    explain: createExplainer(store, catalog),
    side,
    review: createReview({ store, files, catalog, side }),
    executor,
    handed,
    imports,
    training,
    library,
    jobs,
    tables,
    replays,
    exporter,
    live,
    system,
    diagnostics: createDiagnostics({
      ...{ store, files, system, logFile },
      ...{ backend: () => side.knownBackend(), now: () => new Date() },
    }),
    examine: () => examineWorkspace(workspace.directory, runs.active().length > 0),
    startSample,
    quit,
  });
  const exits = createExits(handlers, log);

  async function closeAll(): Promise<void> {
    try {
      await runs.close();
      await maintenance.close();
      await Promise.all([jobs.close(), executor.close(), importers.close(), side.close(), replays.close()]);
    } finally {
      handed.close();
      live.close();
      workspace.keepReserve();
      workspace.close();
      log.info('host closed');
      closeLog();
    }
  }

  maintenance.start();
  workspace.keepReserve();
  let closed: Promise<void> | undefined;
  return {
    client: exits.client,
    serve: { webSocket: exits.webSocket, messagePort: exits.messagePort },
    trainTeacher: training.train,
    importDataset: imports.import,
    takeInArchive: archives.takeIn,
    offerArchive: archives.offer,
    recovery,
    activeRuns: () => runs.active(),
    activeJobs: () => jobs.list().filter(outlivesWindow).length,
    close: () => (closed ??= closeAll()),
  };
}

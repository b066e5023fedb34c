/** Opens a workspace, serves it, and closes it in order. */
import { join } from 'node:path';
import { outlivesWindow } from '../bridge/schemas/job.ts';
import { openWorkspace } from '../store/workspace.ts';
import type { Workspace } from '../store/workspace.ts';
import { createHandlers } from './handlers.ts';
import type { Host, HostOptions } from './host.ts';
import { openLog } from './log.ts';
import { createExits } from './router.ts';
import { createServices } from './services.ts';
import { mendAfterRecovery } from './workspace/maintenance.ts';
import type { RecoveryReport } from './workspace/maintenance.ts';

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

  const services = createServices({ workspace, options, log, logFile });
  const { runs, jobs, training, imports, archives, maintenance, executor, importers, side, replays, handed, live } =
    services;
  const exits = createExits(createHandlers(services), log);

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
    studyGenerators: services.studyGenerators,
    importDataset: imports.import,
    cutDataset: imports.cut,
    simulateDataset: imports.simulate,
    importTeacher: services.teacherImports.import,
    takeInArchive: archives.takeIn,
    offerArchive: archives.offer,
    recovery,
    activeRuns: () => runs.active(),
    dueRuns: () => runs.queue.due(),
    activeJobs: () => jobs.list().filter(outlivesWindow).length,
    close: () => (closed ??= closeAll()),
  };
}

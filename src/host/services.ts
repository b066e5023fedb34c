/** Everything that answers over one open workspace, each given what it works with. */
import type { SystemView } from '../bridge/schemas/system.ts';
import { isUnderWay } from '../bridge/schemas/job.ts';
import type { Workspace } from '../store/workspace.ts';
import { createArchives } from './archive/archives.ts';
import { createChosenExecutor } from './executors/chosen-executor.ts';
import { createLocalExecutor } from './executors/local-executor.ts';
import { trainerSettings } from './executors/trainer-settings.ts';
import type { HostOptions } from './host.ts';
import { createJobList } from './jobs/job-list.ts';
import { createSideJobs } from './jobs/side-jobs.ts';
import { createCatalog } from './library/catalog.ts';
import { createDatasetImports } from './library/dataset-import.ts';
import { withDatasets } from './library/examine-datasets.ts';
import { createLibrary } from './library/library.ts';
import { createTeacherImports } from './library/teacher-import.ts';
import { createTeacherTraining } from './library/teacher-training.ts';
import { createGeneratorStudies } from './studies/generators.ts';
import { createKeptStudies } from './studies/kept-studies.ts';
import { createLiveEvents } from './live-events.ts';
import type { Log } from './log.ts';
import { processEntry } from './processes/process-entry.ts';
import { examineWorkspace } from './processes/store-client.ts';
import { createReplayFiles } from './replays/files.ts';
import { createReplays } from './replays/replays.ts';
import { createReplaySources } from './replays/sources.ts';
import { createExplainer } from './runs/told/explain.ts';
import { createSearchTeller } from './runs/told/searches.ts';
import { startSample } from './runs/sample.ts';
import { createRunService } from './runs/service.ts';
import { createRunUpkeep } from './runs/upkeep.ts';
import { createExporter } from './students/export.ts';
import { createReview } from './students/review.ts';
import { PROGRAM_VERSION } from './version.ts';
import { createDiagnostics } from './workspace/diagnostics.ts';
import { createHandedFiles } from './workspace/handed-files.ts';
import { createMaintenance } from './workspace/maintenance.ts';
import { createReclaim } from './workspace/reclaim.ts';

interface Session {
  readonly workspace: Workspace;
  readonly options: HostOptions;
  readonly log: Log;
  readonly logFile: string;
}

export type Services = ReturnType<typeof createServices>;

export function createServices({ workspace, options, log, logFile }: Session) {
  const { store, files, directory } = workspace;
  const { resources, version = PROGRAM_VERSION } = options;
  const now = (): Date => new Date();
  const clock = (): number => performance.now();
  const folders = { temp: files.temp, cache: files.folders.cache };
  const settings = trainerSettings(options, { fence: store.fence, folders });
  const live = createLiveEvents();
  const changed = (): void => live.publish({ type: 'library.changed' });

  // Its own program, also where tests put another trainer in the place of the real one.
  const importers = createLocalExecutor({ ...settings, entry: processEntry('importer') });
  const catalog = createCatalog(resources, directory);
  const jobs = createJobList({ live, log, now, clock });
  const executor = createChosenExecutor({ settings, options, jobs, log, busy: () => busy() });
  const side = createSideJobs(executor, catalog, jobs.track);
  const handed = createHandedFiles(files.temp);
  const imports = createDatasetImports({ executor: importers, catalog, files, handed, jobs, changed });
  const training = createTeacherTraining({ executor, catalog, folders: files.folders, jobs, log, changed });
  const teacherImports = createTeacherImports({ store, executor, catalog, files, handed, jobs, now, changed });
  const studyGenerators = createGeneratorStudies({ executor, catalog });
  const studies = createKeptStudies({ study: studyGenerators, directory, temp: files.temp, jobs });
  const inHand = () => [
    ...training.inHand().map(({ dataset, name }) => ({ dataset, words: `the training of "${name}"` })),
    ...studies.inHand().map(({ dataset, name }) => ({ dataset, words: `the study "${name}"` })),
  ];

  const runs = createRunService({ workspace, catalog, executor, live, log, version, now: clock });
  const upkeep = createRunUpkeep({ workspace, runs, live });
  const tables = createReplaySources(resources, handed);
  const replayFiles = createReplayFiles(directory, files.temp, log);

  /** Why nothing large may be done with the workspace now, in words. */
  function busy(): string | undefined {
    if (runs.active().length > 0) return 'A search is running: pause it first.';
    const isAtWork = jobs.list().some(isUnderWay);
    return isAtWork ? 'Something is being trained or measured: wait for its end, or stop it.' : undefined;
  }

  async function quit(mode: 'pause' | 'keep'): Promise<void> {
    if (mode === 'pause') await runs.pauseAll();
    // After the answer: the shell may end the program at once.
    setImmediate(() => options.onQuit?.(mode));
  }

  const system: SystemView = {
    ...{ version, workspace: directory, shell: options.shell },
    ...{ platform: process.platform, node: process.versions.node },
  };
  return {
    ...{
      workspace,
      catalog,
      runs,
      upkeep,
      side,
      executor,
      importers,
      handed,
      imports,
      teacherImports,
      training,
      studyGenerators,
      studies,
      jobs,
      tables,
    },
    ...{ live, system, quit },
    library: createLibrary({ store, files, catalog, changed, inHand }),
    replays: createReplays({ sources: tables, files: replayFiles, live, log, now, clock }),
    reclaim: createReclaim({ workspace, runs, upkeep, busy }),
    maintenance: createMaintenance({ workspace, log, now, busy }),
    archives: createArchives({
      ...{ workspace, resources, runs, jobs, version, now, changed },
      offering: () => live.publish({ type: 'archive.offered' }),
    }),
    explain: createExplainer(store, catalog),
    searches: createSearchTeller(store, catalog),
    review: createReview({ store, files, catalog, side }),
    exporter: createExporter({ store, files, catalog, side, temp: files.temp, version, now }),
    diagnostics: createDiagnostics({ store, files, system, logFile, backend: () => side.knownBackend(), now }),
    examine: async () => withDatasets(await examineWorkspace(directory, runs.active().length > 0), catalog),
    startSample: () => startSample(runs, options),
  };
}

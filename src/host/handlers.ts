/** What the host answers to each method of the contract. A mapped type: a method without a handler
 * does not compile. */
import type { ContractProcedure, InferSchemaInput, InferSchemaOutput } from '@orpc/contract';
import type { Contract } from '../bridge/contract.ts';
import type { DoctorView, SystemView } from '../bridge/schemas/system.ts';
import type { ArchitectureGraph } from '../core/arch/graph.ts';
import { WorkbenchError } from '../core/errors.ts';
import type { Run } from '../core/run.ts';
import type { Trial } from '../core/trial.ts';
import type { Workspace } from '../store/workspace.ts';
import type { Archives } from './archive/archives.ts';
import type { Maintenance } from './workspace/maintenance.ts';
import type { Catalog } from './library/catalog.ts';
import type { DatasetImports } from './library/dataset-import.ts';
import type { Diagnostics } from './workspace/diagnostics.ts';
import type { Exporter } from './students/export.ts';
import type { JobList } from './jobs/job-list.ts';
import { measureStudent } from './runs/tasks/latency.ts';
import type { Explainer } from './runs/explain.ts';
import type { HandedFiles } from './workspace/handed-files.ts';
import { frontGroups, frontPoints } from './students/fronts.ts';
import type { Library } from './library/library.ts';
import type { LiveEvents } from './live-events.ts';
import { previewSearch } from './runs/preview.ts';
import { graphOf, spaceOf } from './runs/context.ts';
import { logEntries } from './runs/log-entries.ts';
import type { ReplaySources } from './replays/sources.ts';
import type { Replays } from './replays/replays.ts';
import type { Reclaim } from './workspace/reclaim.ts';
import type { RunService } from './runs/service.ts';
import type { RunUpkeep } from './runs/upkeep.ts';
import type { Review } from './students/review.ts';
import type { SideJobs } from './jobs/side-jobs.ts';
import type { TeacherTraining } from './library/teacher-training.ts';
import type { Executor } from './executors/executor.ts';

type Handler<P> =
  P extends ContractProcedure<infer I, infer O, infer _Errors, infer _Meta>
    ? (input: InferSchemaOutput<I>, signal: AbortSignal | undefined) => Answer<InferSchemaInput<O>>
    : never;
type Answer<T> = T | Promise<T>;

export type Handlers = {
  readonly [Group in keyof Contract]: {
    readonly [Method in keyof Contract[Group]]: Handler<Contract[Group][Method]>;
  };
};

export interface HandlerParts {
  readonly workspace: Workspace;
  readonly catalog: Catalog;
  readonly runs: RunService;
  readonly upkeep: RunUpkeep;
  readonly reclaim: Reclaim;
  readonly archives: Archives;
  readonly maintenance: Maintenance;
  readonly explain: Explainer;
  readonly side: SideJobs;
  readonly review: Review;
  readonly handed: HandedFiles;
  readonly imports: DatasetImports;
  readonly training: TeacherTraining;
  readonly library: Library;
  readonly jobs: JobList;
  readonly tables: ReplaySources;
  readonly replays: Replays;
  readonly exporter: Exporter;
  readonly live: LiveEvents;
  readonly executor: Executor;
  readonly system: SystemView;
  readonly diagnostics: Diagnostics;
  readonly examine: () => Promise<DoctorView>;
  readonly startSample: () => ReturnType<RunService['start']>;
  readonly quit: (mode: 'pause' | 'keep') => Promise<void>;
}

export function createHandlers(parts: HandlerParts): Handlers {
  const { workspace, catalog, runs, side, review, imports, training, library, jobs, tables, replays, live, system } =
    parts;
  const { upkeep, archives } = parts;
  const { store } = workspace;

  function trialOf(id: string): Trial {
    const trial = store.trial(id);
    if (trial !== undefined) return trial;
    throw new WorkbenchError('trial.missing', `There is no trial "${id}" in this workspace.`);
  }

  async function studentOf(
    id: string,
  ): Promise<{ readonly trial: Trial; readonly run: Run; readonly graph: ArchitectureGraph }> {
    const trial = trialOf(id);
    const { run } = runs.get(trial.runId);
    const { card } = await catalog.dataset(run.config.dataset);
    const space = spaceOf({
      families: [trial.candidate.family],
      inputShape: card.shape,
      classes: card.classes.length,
    });
    return { trial, run, graph: graphOf(space, trial.candidate) };
  }

  return {
    system: {
      info: () => system,
      backend: () => side.backend(),
      doctor: () => parts.examine(),
      sizes: () => parts.diagnostics.sizes(),
      diagnostics: () => parts.diagnostics.text(),
      quit: ({ mode }) => parts.quit(mode),
    },
    catalog: {
      datasets: () => catalog.datasets(),
      teachers: () => catalog.teachers(),
      families: ({ dataset }) => catalog.families(dataset),
      strategies: () => catalog.strategies(),
    },
    library: {
      records: () => library.records(),
      teacher: ({ name }) => library.teacher(name),
      balance: ({ name }) => library.balance(name),
      samples: (query) => library.samples(query),
      removeTeacher: ({ name }) => library.removeTeacher(name),
      removeDataset: ({ name }) => library.removeDataset(name),
      importDataset: (order) => imports.start(order),
      trainTeacher: (order) => training.start(order),
      previewTeacher: (order) => training.preview(order),
      unfinishedTeachers: () => training.unfinished(),
      discardUnfinished: ({ id }) => training.discard(id),
    },
    files: {
      put: ({ id, pieces }) => parts.handed.put(id, pieces),
      drop: ({ id }) => parts.handed.drop(id),
    },
    jobs: {
      list: () => jobs.list(),
      stop: ({ id }) => jobs.stop(id),
      dismiss: ({ id }) => jobs.dismiss(id),
    },
    runs: {
      list: (query) => runs.list(query),
      get: ({ id }) => runs.get(id),
      trials: ({ id, ...page }) => {
        runs.get(id);
        return store.trials(id, page);
      },
      log: ({ id, from, limit }) => {
        runs.get(id);
        return logEntries(store, id, { offset: from ?? Math.max(0, store.eventCount(id) - limit), limit });
      },
      explain: ({ id }) => parts.explain(id),
      preview: (parsed) => previewSearch(catalog, store, parsed, parts.executor.capacity),
      start: (parsed) => runs.start(parsed),
      startSample: () => parts.startSample(),
      pause: ({ id }) => runs.pause(id),
      resume: ({ id }) => runs.resume(id),
      stop: ({ id }) => runs.stop(id),
      rename: ({ id, name }) => runs.rename(id, name),
      keep: ({ id }) => runs.keep(id),
      facets: () => store.runFacets(),
      tag: (order) => upkeep.tag(order),
      note: ({ id }) => ({ note: upkeep.note(id) }),
      setNote: ({ id, note }) => upkeep.setNote(id, note),
      trash: ({ ids }) => upkeep.trash(ids),
      restore: ({ ids }) => upkeep.restore(ids),
      purge: ({ ids }) => upkeep.purge(ids),
      sizes: ({ ids }) => upkeep.sizes(ids),
    },
    trials: {
      note: ({ id }) => ({ note: store.trialNote(trialOf(id).id) }),
      setNote: ({ id, note }) => store.setTrialNote(id, note),
      get: async ({ id }) => {
        return { ...(await studentOf(id)), epochs: store.epochs(id) };
      },
      epochs: ({ ids }) => ids.map((trialId) => ({ trialId, points: store.epochs(trialId) })),
      latencies: ({ id }) => store.latencies(trialOf(id).id),
      measureLatency: async ({ id }) => {
        const { trial, run, graph } = await studentOf(id);
        const title = `Student ${trial.number + 1}`;
        if (trial.state !== 'finished') {
          const message = `${title} is ${trial.state}: latency is measured of finished students.`;
          throw new WorkbenchError('run.state', message);
        }
        return jobs.track({ kind: 'latency', subject: `${title} of "${run.name}"` }, (tell, signal) => {
          tell({ stage: 'timing its passes, alone' });
          return measureStudent({ store, executor: parts.executor }, { trial, graph }, signal);
        });
      },
      export: ({ id, format, precision }) => parts.exporter.toMemory({ network: { trial: id }, format, precision }),
    },
    fronts: {
      groups: () => frontGroups(store),
      points: (query) => frontPoints(store, query),
    },
    review: {
      checkpoints: ({ id }) => review.checkpoints(id),
      predictions: (network) => review.predictions(network),
      layers: (network) => review.layers(network),
      twins: ({ id }) => review.twins(id),
      images: ({ dataset, indices }) => review.images(dataset, indices),
    },
    replays: {
      tables: () => tables.list(),
      readTable: ({ table }) => tables.facts(table),
      list: () => replays.list(),
      get: ({ id }) => replays.get(id),
      start: (input) => replays.start(input),
      stop: ({ id }) => replays.stop(id),
      setName: ({ id, name }) => replays.setName(id, name),
      discard: ({ id }) => replays.discard(id),
    },
    views: {
      list: () => upkeep.views(),
      save: ({ name, content }) => upkeep.saveView(name, content),
      remove: ({ id }) => store.removeView(id),
    },
    space: {
      waste: () => parts.reclaim.waste(),
      reclaim: ({ kinds }) => parts.reclaim.reclaim(kinds),
    },
    doctor: { repair: () => parts.maintenance.repair() },
    backups: {
      list: () => parts.maintenance.list(),
      make: () => parts.maintenance.make(),
      restore: ({ name }) => parts.maintenance.restore(name),
      remove: ({ name }) => parts.maintenance.remove(name),
    },
    archives: {
      pack: ({ runs }) => archives.pack(runs),
      made: ({ id }) => archives.made(id),
      read: ({ id, offset }) => archives.read(id, offset),
      upload: ({ id, offset, data }) => archives.upload(id, offset, data),
      offered: () => archives.offered(),
      unpack: ({ id, name }) => archives.unpack(id, name),
      drop: ({ id }) => archives.drop(id),
    },
    events: {
      watch: (_input, signal) => live.subscribe(signal),
    },
  };
}

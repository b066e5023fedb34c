/** Runs as people handle them: start, pause, resume, stop, keep. One runs at a time; the loop is in
 * `runs/loop.ts`. */
import { randomBytes } from 'node:crypto';
import type { ParsedSearchInput, RunSummaryView } from '../../bridge/schemas/records.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Run } from '../../core/records/run.ts';
import type { RunQuery } from '../../store/store.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { Catalog } from '../library/catalog.ts';
import type { LiveEvents } from '../live-events.ts';
import type { LiveProgress } from './live-progress.ts';
import type { Log } from '../log.ts';
import { problemOf, spaceOf } from './context.ts';
import { startRunLoop } from './loop.ts';
import type { RunLoop } from './loop.ts';
import { assertSameOrigin } from '../library/known-sources.ts';
import { openContext } from './open-context.ts';
import { planResume, planRun } from './plan.ts';
import type { RunPlan } from './plan.ts';
import { priorOf } from './transfer.ts';
import { createRunViews, noRun } from './views.ts';
import type { Executor } from '../executors/executor.ts';

export interface RunServiceParts {
  readonly workspace: Workspace;
  readonly catalog: Catalog;
  readonly executor: Executor;
  readonly live: LiveEvents;
  readonly log: Log;
  readonly now: () => number;
}

interface ActiveRun {
  readonly loop: RunLoop;
  readonly progress: LiveProgress;
  /** The run has left the machine, and everybody was told. */
  readonly settled: Promise<void>;
}

export type RunService = ReturnType<typeof createRunService>;

export function createRunService({ workspace, catalog, executor, live, log, now }: RunServiceParts) {
  const { store } = workspace;
  const active = new Map<string, ActiveRun>();
  /** Runs that wait, and why, though the disk took no more writes: in the store they are
   * running. */
  const unwritten = new Map<string, string>();
  /** A start or resume that is still being checked: a second one must not slip in beside it. */
  let launching: Promise<unknown> | undefined;
  let closing = false;
  const views = createRunViews(store, live, {
    progressOf: (id) => active.get(id)?.progress,
    unwrittenOf: (id) => unwritten.get(id),
  });

  async function launch(run: Run, plan: RunPlan, wish: 'run' | 'stop' = 'run'): Promise<RunSummaryView> {
    const { id: runId } = run;
    const isLearned = store.sources(runId) === undefined;
    const context = await openContext({ workspace, executor, live, log, now }, run, plan, () => views.announce(runId));
    assertOpen();
    const { progress } = context;
    if (isLearned) {
      store.setSources(runId, plan.sources);
      log.info({ run: runId }, 'the run kept no fingerprints: those of now are written down');
    }
    store.setRunState(runId, 'running', resumeNote(run, plan.strategyVersion, isLearned));
    executor.resize(context.config.slots);
    const loop = startRunLoop(context, wish);
    const settled = loop.done.then((reason) => {
      active.delete(runId);
      if (reason !== undefined) unwritten.set(runId, reason);
      // A trainer holds much memory: an idle workbench keeps none.
      if (active.size === 0) executor.resize(0);
      log.info({ run: runId, state: store.run(runId)?.state }, 'run left the machine');
      views.announce(runId);
    });
    active.set(runId, { loop, progress, settled });
    log.info({ run: runId, name: run.name, wish }, 'run started');
    views.announce(runId);
    return views.get(runId);
  }

  /** Refuses while another runs: on one machine two searches would only slow each other down. */
  async function alone<T>(id: string | undefined, begin: () => Promise<T>): Promise<T> {
    const [other] = active.keys();
    if (other !== undefined || launching !== undefined) {
      const name = other === undefined ? 'Another run' : `"${store.run(other)?.name ?? other}" (${other})`;
      const problem =
        other === id && id !== undefined ? 'It is running already.' : `${name} is running: pause or stop it first.`;
      throw new WorkbenchError('run.state', problem);
    }
    const launch = begin();
    launching = launch;
    try {
      return await launch;
    } finally {
      launching = undefined;
    }
  }

  const start = (parsed: ParsedSearchInput, sample = false): Promise<RunSummaryView> =>
    alone(undefined, async () => {
      const plan = await planRun(catalog, parsed, executor.capacity);
      const { config, strategyVersion, sources } = plan;
      assertSameOrigin(store, config, plan.dataset, sources.teacher);
      const space = spaceOf(problemOf(config, plan.places, []));
      const prior = await priorOf(store, { config, dataset: sources.dataset }, space);
      assertOpen();
      return launch(store.createRun({ id: newRunId(), config, strategyVersion, sample, prior, sources }), plan);
    });

  const resume = (id: string): Promise<RunSummaryView> =>
    alone(id, async () => {
      const run = outOfTrash(id);
      if (run.state === 'finished') throw ended(run, 'gone on with');
      writeDown(id);
      return launch(run, await planAgain(run));
    });

  const planAgain = (run: Run): Promise<RunPlan> => planResume(catalog, run, store.sources(run.id));

  /** Throws what kept it from being written, where that is so still. */
  function writeDown(id: string): void {
    const reason = unwritten.get(id);
    if (reason === undefined) return;
    store.setRunState(id, 'paused', reason);
    unwritten.delete(id);
  }

  async function pauseActive({ loop, settled }: ActiveRun, reason?: string): Promise<void> {
    await loop.pause(reason);
    await settled;
  }

  async function pause(id: string): Promise<RunSummaryView> {
    const run = known(id);
    const entry = active.get(id);
    if (entry !== undefined) await pauseActive(entry);
    else if (run.state === 'finished' || run.state === 'failed') throw ended(run, 'paused');
    else if (unwritten.has(id)) writeDown(id);
    else if (run.state !== 'paused') {
      store.setRunState(id, 'paused');
      views.announce(id);
    }
    return views.get(id);
  }

  async function stop(id: string): Promise<RunSummaryView> {
    const run = outOfTrash(id);
    const entry = active.get(id);
    if (entry !== undefined) {
      await entry.loop.stop();
      await entry.settled;
      return views.get(id);
    }
    if (run.state === 'finished' || run.state === 'failed') throw ended(run, 'stopped');
    writeDown(id);
    await alone(id, async () => {
      return launch(run, await planAgain(run), 'stop');
    });
    await active.get(id)?.settled;
    return views.get(id);
  }

  /** Pauses it where it runs, and resolves when it has left the machine. */
  async function rest(id: string): Promise<void> {
    const entry = active.get(id);
    if (entry !== undefined) await pauseActive(entry);
  }

  async function pauseAll(reason?: string): Promise<void> {
    await Promise.all([...active.values()].map((entry) => pauseActive(entry, reason)));
  }

  /** Checks take a moment, in which the program may have been closed. */
  function assertOpen(): void {
    if (closing) throw new WorkbenchError('run.state', 'The workbench is closing: start it again.');
  }

  function known(id: string): Run {
    const run = store.run(id);
    if (run === undefined) throw noRun(id);
    return run;
  }

  function outOfTrash(id: string): Run {
    const { run, trashedAt } = views.get(id);
    if (trashedAt === undefined) return run;
    throw new WorkbenchError('run.state', `"${run.name}" is in the trash: restore it first.`);
  }

  function changed(id: string, change: () => void): RunSummaryView {
    known(id);
    change();
    views.announce(id);
    return views.get(id);
  }

  return {
    get: views.get,
    /** Of a search also where notes say it. */
    list: (query: RunQuery) => {
      const { rows, total } = store.runs(query);
      const ids = rows.map(({ run }) => run.id);
      return { rows: rows.map(views.viewOf), total, noteHits: store.noteHits(ids, query.search ?? '') };
    },
    start,
    pause,
    resume,
    stop,
    rename: (id: string, name: string) => changed(id, () => store.renameRun(id, name)),
    keep: (id: string) => changed(id, () => store.keepRun(id)),
    rest,
    /** Tells everybody how the run stands now. */
    announce: (id: string) => changed(id, () => undefined),
    active: (): readonly string[] => [...active.keys()],
    pauseAll,
    /** Pauses what runs, and starts nothing any more. */
    close: async () => {
      closing = true;
      await launching?.catch(() => undefined);
      await pauseAll('The workbench was closed.');
    },
  };
}

function resumeNote(run: Run, version: number, isLearned: boolean): string | undefined {
  const { id } = run.config.strategy;
  const notes = [
    run.strategyVersion === version
      ? undefined
      : `Gone on with version ${version} of the strategy ${id}; it was started with version ${run.strategyVersion}.`,
    isLearned
      ? 'The version that started it kept no fingerprints of its data set and its teacher: those of now were ' +
        'written down.'
      : undefined,
  ].filter((note) => note !== undefined);
  return notes.length > 0 ? notes.join(' ') : undefined;
}

/** Sorts by time of day, for people; unique by its last letters. */
function newRunId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${time}-${randomBytes(3).toString('hex')}`;
}

function ended(run: Run, verb: string): WorkbenchError {
  return new WorkbenchError('run.state', `"${run.name}" is ${run.state}: it cannot be ${verb}.`);
}

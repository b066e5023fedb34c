/** Runs that are on the machine: one at a time, from its launch until it has left. */
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Run } from '../../core/records/run.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { Executor } from '../executors/executor.ts';
import type { LiveEvents } from '../live-events.ts';
import type { Log } from '../log.ts';
import type { LiveProgress } from './live-progress.ts';
import { startRunLoop } from './loop.ts';
import type { Leave, RunLoop } from './loop.ts';
import { thisMachine, withMachine } from './machine.ts';
import { openContext } from './open-context.ts';
import type { RunPlan } from './plan.ts';
import { createRunViews } from './views.ts';

export interface MachineParts {
  readonly workspace: Workspace;
  readonly executor: Executor;
  readonly live: LiveEvents;
  readonly log: Log;
  readonly now: () => number;
  /** Of the program. */
  readonly version: string;
}

/** What is told of a run, beside what every window hears. */
interface Hearers {
  changed(id: string): void;
  /** It has left the machine, which is free. */
  left(id: string, leave: Leave): void;
}

interface ActiveRun {
  readonly loop: RunLoop;
  readonly progress: LiveProgress;
  /** The run has left the machine, and everybody was told. */
  readonly settled: Promise<void>;
}

export function createActiveRuns(parts: MachineParts, hearers: Hearers) {
  const { executor, live, log } = parts;
  const { store } = parts.workspace;
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
  const announce = (id: string): void => {
    views.announce(id);
    hearers.changed(id);
  };

  async function launch(run: Run, plan: RunPlan, wish: 'run' | 'stop' = 'run'): Promise<RunSummaryView> {
    const { id: runId } = run;
    const isLearned = store.sources(runId) === undefined;
    const context = await openContext(parts, run, plan, () => views.announce(runId));
    assertOpen();
    const { progress } = context;
    const known = store.sources(runId) ?? plan.sources;
    const sources = withMachine(known, thisMachine(parts.version, new Date()));
    if (isLearned || sources !== known) store.setSources(runId, sources);
    if (isLearned) {
      log.info({ run: runId }, 'the run kept no fingerprints: those of now are written down');
    }
    store.setRunState(runId, 'running', resumeNote(run, plan.strategyVersion, isLearned));
    executor.resize(context.config.slots);
    const loop = startRunLoop(context, wish);
    const settled = loop.done.then((leave) => {
      active.delete(runId);
      if (leave.unwritten !== undefined) unwritten.set(runId, leave.unwritten);
      // A trainer holds much memory: an idle workbench keeps none.
      if (active.size === 0) executor.resize(0);
      log.info({ run: runId, state: store.run(runId)?.state }, 'run left the machine');
      announce(runId);
      hearers.left(runId, leave);
    });
    active.set(runId, { loop, progress, settled });
    log.info({ run: runId, name: run.name, wish }, 'run started');
    announce(runId);
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

  /** Whether it waited for that. Throws what kept it from being written, where that is so still. */
  function writeDown(id: string): boolean {
    const reason = unwritten.get(id);
    if (reason === undefined) return false;
    store.setRunState(id, 'paused', reason);
    unwritten.delete(id);
    return true;
  }

  /** Pauses it where it runs, and resolves when it has left the machine. */
  async function rest(id: string, reason?: string): Promise<void> {
    const entry = active.get(id);
    await entry?.loop.pause(reason);
    await entry?.settled;
  }

  async function restAll(reason?: string): Promise<void> {
    await Promise.all([...active.keys()].map((id) => rest(id, reason)));
  }

  /** Checks take a moment, in which the program may have been closed. */
  function assertOpen(): void {
    if (closing) throw new WorkbenchError('run.state', 'The workbench is closing: start it again.');
  }

  return {
    views,
    announce,
    launch,
    alone,
    writeDown,
    assertOpen,
    rest,
    restAll,
    isOpen: () => !closing,
    isBusy: () => active.size > 0 || launching !== undefined,
    has: (id: string) => active.has(id),
    ids: (): readonly string[] => [...active.keys()],
    settled: (id: string) => active.get(id)?.settled,
    /** Ends it with what it has. */
    stop: async (id: string) => {
      const entry = active.get(id);
      await entry?.loop.stop();
      await entry?.settled;
    },
    /** Pauses what runs, and starts nothing any more. */
    close: async () => {
      closing = true;
      await launching?.catch(() => undefined);
      await restAll('The workbench was closed.');
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

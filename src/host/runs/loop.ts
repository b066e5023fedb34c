/** One run from start to its end, a pause or a stop. Its state is the store's log. */
import { WorkbenchError } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { LEFT_RESTING } from '../../core/records/trial.ts';
import type { TrialState } from '../../core/records/trial.ts';
import type { RunContext } from './context.ts';
import { finishRun } from './finish.ts';
import { searchOn } from './search-on.ts';
import { failSearch } from './tasks/search.ts';

/** How a run has left the machine. */
export interface Leave {
  /** It waits for a fault that is not a trial's own. */
  readonly fault?: ErrorCode;
  /** Why, where that could not be written down, as on a full disk. */
  readonly unwritten?: string;
}

export interface RunLoop {
  /** Resolves when the run has left the machine: finished, failed, or paused. Never rejects. */
  readonly done: Promise<Leave>;
  /** Interrupts the trials in flight between two steps; `reason` is kept with the run. */
  pause(reason?: string): Promise<void>;
  /** Ends the run with what it has. */
  stop(): Promise<void>;
}

type Wish = 'run' | 'pause' | 'stop';

/** `wish`: `stop` finishes a run that was paused without going on first. */
export function startRunLoop(context: RunContext, wish: Exclude<Wish, 'pause'> = 'run'): RunLoop {
  const { store, runId, log, now } = context;
  const trialsAbort = new AbortController();
  const testsAbort = new AbortController();
  let wanted: Wish = wish;
  let pauseReason: string | undefined;
  let clock = now();

  /** Wall time is kept as it passes, so that a kill loses little of it. */
  function keepTime(): void {
    const passed = now() - clock;
    clock += passed;
    store.addRunSeconds(runId, passed / 1000);
  }

  async function drive(): Promise<Leave> {
    const exhausted = wanted === 'stop' ? false : await searchOn(context, { heard: keepTime, stopping: trialsAbort });
    if (wanted === 'stop') {
      stopSearch();
      stopRest(['interrupted', 'queued', 'resting'], 'Stopped by you.');
    } else if (wanted === 'run') stopRest(['resting'], LEFT_RESTING);
    const ending = { stopped: wanted === 'stop', exhausted };
    const final = wanted === 'pause' ? undefined : await finishRun(context, ending, testsAbort.signal);
    keepTime();
    if (final === undefined) store.setRunState(runId, 'paused', pauseReason);
    else store.setRunState(runId, final.state, final.reason);
    return {};
  }

  function stopSearch(): void {
    const { open } = store.searches(runId);
    if (open) failSearch(context, open, 'Stopped by you.');
  }

  function stopRest(states: readonly TrialState[], reason: string): void {
    for (const trial of store.trials(runId, { states })) {
      context.files.remove(store.failTrial(trial.id, reason, 'stopped', 0).files);
      context.trialChanged(trial.id);
    }
  }

  /** A fault that is not a trial's own: the run waits, and says why. */
  function pauseFor(error: unknown): Leave {
    const fault = error instanceof WorkbenchError ? error.code : 'internal';
    const reason = error instanceof WorkbenchError ? error.message : `Something went wrong inside: ${String(error)}`;
    log.error(
      { run: runId, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'run paused by a fault',
    );
    try {
      store.setRunState(runId, 'paused', reason);
      return { fault };
    } catch (second) {
      log.error({ run: runId, error: String(second) }, 'could not record the pause');
      return { fault, unwritten: reason };
    }
  }

  async function leave(next: Exclude<Wish, 'run'>): Promise<void> {
    if (wanted !== 'pause') wanted = next;
    trialsAbort.abort();
    if (next === 'pause') testsAbort.abort();
    await done;
  }

  const done = drive().catch(pauseFor);
  return {
    done,
    pause: (reason) => {
      pauseReason = reason;
      return leave('pause');
    },
    stop: () => leave('stop'),
  };
}

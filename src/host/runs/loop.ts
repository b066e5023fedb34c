/**
 * One run from start to its end, a pause or a stop. Its state is the store's log: what was
 * interrupted goes on first, then what was proposed and never begun, then the strategy is asked for
 * more.
 */
import { costOf } from '../../core/arch/cost.ts';
import { pathCounts } from '../../core/arch/supernet.ts';
import { countSpending } from '../../core/budget.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Search } from '../../core/records/events.ts';
import { knownLimits } from '../../core/latency.ts';
import { oneShotMethod } from '../../core/one-shot/registry.ts';
import { isFeasible } from '../../core/objective.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import type { AskedEvent } from '../../core/strategies/strategy.ts';
import type { Trial, TrialState } from '../../core/records/trial.ts';
import { openAsker } from '../processes/strategy-client.ts';
import type { Asker } from '../processes/strategy-client.ts';
import { graphOf } from './context.ts';
import type { RunContext } from './context.ts';
import { finishRun } from './finish.ts';
import { logReader, readLog, readTrials } from '../slices.ts';
import { failSearch, supernetOf, walkSearch } from './tasks/search.ts';
import { walkTrial } from './trial-walk.ts';

export interface RunLoop {
  /**
   * Resolves when the run has left the machine: finished, failed, or paused. Never rejects. With a
   * reason where it waits for a fault that could not be written down, as on a full disk.
   */
  readonly done: Promise<string | undefined>;
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

  async function drive(): Promise<undefined> {
    const exhausted = wanted === 'stop' ? false : await searchOn();
    if (wanted === 'stop') {
      stopSearch();
      stopRest(['interrupted', 'queued', 'resting'], 'Stopped by you.');
    } else if (wanted === 'run') stopRest(['resting'], 'It rested, and others were gone on with.');
    const ending = { stopped: wanted === 'stop', exhausted };
    const final = wanted === 'pause' ? undefined : await finishRun(context, ending, testsAbort.signal);
    keepTime();
    if (final === undefined) store.setRunState(runId, 'paused', pauseReason);
    else store.setRunState(runId, final.state, final.reason);
    return undefined;
  }

  /** True when the strategy had nothing more to propose before the budget was spent. */
  async function searchOn(): Promise<boolean> {
    const trials = await readTrials(store, runId);
    for (const trial of trials) if (trial.state === 'running') store.interruptTrial(trial.id, 0);
    const { open } = store.searches(runId);
    const waiting: Task[] = [
      ...(open ? [{ search: open }] : []),
      ...trials.filter(({ state }) => state === 'interrupted' || state === 'running').map((trial) => ({ trial })),
      ...trials.filter(({ state }) => state === 'queued').map((trial) => ({ trial })),
    ];
    let exhausted = false;
    let resting = trials.filter(({ state }) => state === 'resting').length;
    /** Nothing is proposed until one more result is heard. */
    let waits = false;
    const { slots } = context.config;
    const spending = countSpending(context.config);
    await readLog(logReader(store, runId), (events) => events.forEach(spending.fold));
    const inFlight = new Set<Promise<void>>();
    const asker = await openAsker(context.problem, logReader(store, runId));

    async function walk(task: Task): Promise<void> {
      const { signal } = trialsAbort;
      const end = await ('search' in task
        ? walkSearch(context, task.search, signal)
        : walkTrial(context, task.trial, signal));
      keepTime();
      context.runChanged();
      if (end === 'interrupted') return;
      if (end.type === 'rested') resting += 1;
      spending.fold(end);
      await asker.fold(end);
      waits = false;
    }

    /** An empty answer is the last word only when the strategy has heard of all there is: else it
     * waits for a result. */
    async function askForMore(): Promise<void> {
      if (inFlight.size === 0) context.progress.stage('Choosing the next student');
      const hasHeardAll = inFlight.size === 0;
      waits = true; // unless something ends meanwhile
      const count = spending.room(slots - inFlight.size, resting);
      const answer = await ask(context, asker, count, trialsAbort.signal);
      if (answer === undefined) return;
      const { event, tasks: fresh } = answer;
      if (fresh.length > 0) waits = false;
      else exhausted = hasHeardAll;
      spending.fold(event);
      resting -= event.continues?.length ?? 0;
      waiting.push(...fresh);
    }

    const mayAsk = (): boolean => !exhausted && !waits && spending.room(1, resting) > 0;

    async function next(): Promise<Task | undefined> {
      if (waiting.length === 0 && mayAsk()) await askForMore();
      return trialsAbort.signal.aborted ? undefined : waiting.shift();
    }

    try {
      while (!trialsAbort.signal.aborted) {
        const task = inFlight.size < slots ? await next() : undefined;
        if (task !== undefined) {
          const walked = walk(task).finally(() => inFlight.delete(walked));
          walked.catch(() => undefined); // heard below; it may come while nobody listens yet
          inFlight.add(walked);
        } else if (inFlight.size > 0) {
          await Promise.race(inFlight);
        } else if (!mayAsk()) {
          break;
        }
      }
      await Promise.all(inFlight);
      return exhausted && spending.left() > 0;
    } finally {
      trialsAbort.abort();
      await Promise.allSettled(inFlight);
      await asker.close();
    }
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

  /** A fault that is not a trial's own: the run waits, and says why. Gives the reason where it
   * cannot be written down. */
  function pauseFor(error: unknown): string | undefined {
    const reason = error instanceof WorkbenchError ? error.message : `Something went wrong inside: ${String(error)}`;
    log.error(
      { run: runId, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'run paused by a fault',
    );
    try {
      store.setRunState(runId, 'paused', reason);
      return undefined;
    } catch (second) {
      log.error({ run: runId, error: String(second) }, 'could not record the pause');
      return reason;
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

/** What the run has to do, one at a time in each slot. */
type Task = { readonly search: Search } | { readonly trial: Trial };

/** What the strategy asks for, recorded, with its tasks, a search first; `undefined` when `signal`
 * came first, and nothing is recorded. */
async function ask(
  context: RunContext,
  asker: Asker,
  count: number,
  signal: AbortSignal,
): Promise<{ readonly event: AskedEvent; readonly tasks: readonly Task[] } | undefined> {
  const { store, runId, config } = context;
  const event = await asker.ask(count);
  if (signal.aborted) return undefined;
  assertLegs(config, event);
  assertStarts(context, event);
  const { proposals, continues = [], search } = event;
  if (search) assertSearch(context, search);
  if (proposals.length === 0 && continues.length === 0 && search === undefined) return { event, tasks: [] };
  const { epochs, seconds } = config.recipe;
  const trials = store.recordAsked(runId, event, costsOf(context, event), seconds === undefined ? epochs : 0);
  for (const trial of trials) context.trialChanged(trial.id);
  context.runChanged();
  await asker.fold(event);
  return { event, tasks: [...(search ? [{ search }] : []), ...trials.map((trial) => ({ trial }))] };
}

/** A leg ends before the training does: what reaches its end is told, and does not rest. */
function assertLegs({ recipe }: SearchConfig, { proposals, continues = [] }: AskedEvent): void {
  const legs = [...proposals, ...continues].flatMap(({ leg }) => leg ?? []);
  const wrong = legs.find(({ until }) => !(Number.isInteger(until) && until >= 1 && until < recipe.epochs));
  if (wrong === undefined) return;
  throw new WorkbenchError(
    'internal',
    `The strategy asked for ${wrong.until} of ${recipe.epochs} epochs: please report it.`,
  );
}

/** What no trainer could do is refused before it is written down. */
function assertStarts({ teacher }: RunContext, { proposals }: AskedEvent): void {
  for (const { from } of proposals) {
    if (from?.map === 'expand') {
      const message =
        'Students cannot begin with a combination of filters yet: choose a strategy that inherits weights.';
      throw new WorkbenchError('config.invalid', message, { field: 'strategy.id' });
    }
    if (from?.parents.includes('teacher') && teacher === undefined) {
      const message = 'Students are to begin with the weights of a teacher, and this run has none: choose one.';
      throw new WorkbenchError('config.invalid', message, { field: 'teacher' });
    }
  }
}

/** Of a method that there is, in a family that has a supernet. */
function assertSearch(context: RunContext, search: Search): void {
  const { edges } = supernetOf(context, search);
  oneShotMethod(search, pathCounts(edges));
}

/** Exact costs, which settle the limits before anything is trained. */
function costsOf({ space, config }: RunContext, { proposals }: AskedEvent): ReturnType<typeof costOf>[] {
  return proposals.map(({ candidate }) => {
    const cost = costOf(graphOf(space, candidate));
    if (isFeasible({ params: cost.params, macs: cost.macs }, knownLimits(config.limits))) return cost;
    throw new WorkbenchError(
      'internal',
      `The strategy proposed a ${candidate.family} beyond the limits: please report it.`,
    );
  });
}

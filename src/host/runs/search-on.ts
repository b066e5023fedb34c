/**
 * The searching of a run: what was interrupted goes on first, then what was proposed and never
 * begun, then the strategy is asked for more.
 */
import { costOf } from '../../core/arch/cost.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Search } from '../../core/records/events.ts';
import { knownLimits } from '../../core/latency.ts';
import { isFeasible } from '../../core/objective.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import type { AskedEvent } from '../../core/strategies/strategy.ts';
import type { Trial } from '../../core/records/trial.ts';
import { openAsker } from '../processes/strategy-client.ts';
import type { Asker } from '../processes/strategy-client.ts';
import { logReader, readTrials } from '../slices.ts';
import { graphOf } from './context.ts';
import type { RunContext } from './context.ts';
import { networksOf, walkSearch } from './tasks/search.ts';
import { walkTrial } from './trial-walk.ts';

/** True when the strategy had nothing more to propose before the budget was spent. `heard` is
 * called at each end of a task; `stopping` interrupts those in flight between two steps. */
export async function searchOn(
  context: RunContext,
  { heard, stopping }: { readonly heard: () => void; readonly stopping: AbortController },
): Promise<boolean> {
  const { store, runId } = context;
  const { signal } = stopping;
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
  const { spending } = context;
  const { slots, budget } = context.config;
  const inFlight = new Set<Promise<void>>();
  const asker = await openAsker(context.problem, logReader(store, runId));

  async function walk(task: Task): Promise<void> {
    const end = await ('search' in task
      ? walkSearch(context, task.search, { mixed: (event) => asker.fold(event), signal })
      : walkTrial(context, task.trial, signal));
    heard();
    if (end !== 'interrupted') {
      spending.fold(end);
      if ('epochs' in budget) store.setRunEpochs(runId, spending.done());
    }
    context.runChanged();
    if (end === 'interrupted') return;
    if (end.type === 'rested') resting += 1;
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
    const answer = await ask(context, asker, count, signal);
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
    return signal.aborted ? undefined : waiting.shift();
  }

  try {
    while (!signal.aborted) {
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
    return exhausted && spending.pays();
  } finally {
    stopping.abort();
    await Promise.allSettled(inFlight);
    await asker.close();
  }
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
  if (search) networksOf(context, search);
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
    if (from?.parents.includes('teacher') && teacher === undefined) {
      const message = 'Students are to begin with the weights of a teacher, and this run has none: choose one.';
      throw new WorkbenchError('config.invalid', message, { field: 'teacher' });
    }
  }
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

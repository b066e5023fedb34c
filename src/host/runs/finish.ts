/** The end of a run: the students that it reports are tested, once, and the run says how it
 * went. */
import { progressWords } from '../../bridge/words/progress-words.ts';
import { reportedOf } from '../../core/front.ts';
import { endOf } from '../../core/records/trial.ts';
import type { Trial } from '../../core/records/trial.ts';
import type { RunContext } from './context.ts';
import { readTrials } from '../slices.ts';
import { testStudent } from './tasks/evaluate.ts';

export interface Ending {
  /** The person asked for it before the budget was spent. */
  readonly stopped: boolean;
  /** The strategy had nothing more to propose. */
  readonly exhausted: boolean;
}

export interface FinalState {
  readonly state: 'finished' | 'failed';
  readonly reason: string | undefined;
}

/** Undefined when `signal` came first: the run can be finished later. Throws faults that are not a
 * student's own. */
export async function finishRun(
  context: RunContext,
  ending: Ending,
  signal: AbortSignal,
): Promise<FinalState | undefined> {
  const { store, runId, config } = context;
  const trials = await readTrials(store, runId);
  const untested = reportedOf(config, trials).filter((trial) => trial.testAccuracy === undefined);
  const faults: string[] = [];
  let done = 0;
  for (const trial of untested) {
    const which = config.students ? '' : ' on the front';
    context.progress.stage(`Testing student ${(done += 1)} of ${untested.length}${which}`);
    context.runChanged();
    const fault = await testStudent(context, trial, signal);
    if (signal.aborted) return undefined;
    if (fault !== undefined) faults.push(fault);
  }
  const finished = trials.filter((trial) => trial.state === 'finished').length;
  if (finished > 0 || ending.stopped) {
    return { state: 'finished', reason: reasonOf(context, ending, trials, faults) };
  }
  const reason = trials.find((trial) => trial.reason !== undefined)?.reason ?? 'The space has none within the limits.';
  return { state: 'failed', reason: `No student could be trained. ${reason}` };
}

const spentWords = (spending: RunContext['spending'], budget: { readonly epochs: number }): string =>
  progressWords({ done: spending.done(), total: budget.epochs, unit: 'epochs' });

function reasonOf(
  { config, spending }: Pick<RunContext, 'config' | 'spending'>,
  { stopped, exhausted }: Ending,
  trials: readonly Trial[],
  faults: readonly string[],
): string | undefined {
  const { budget } = config;
  const finished = trials.filter(({ state }) => state === 'finished').length;
  const spent = 'trials' in budget ? `${finished} of ${budget.trials} students` : spentWords(spending, budget);
  const failed = trials.filter((trial) => trial.state === 'failed').length;
  const slow = trials.filter((trial) => endOf(trial) === 'ruledOut').length;
  const rested = trials.filter((trial) => endOf(trial) === 'rested').length;
  const notes = [
    stopped ? `Stopped by you after ${spent}.` : undefined,
    exhausted && !stopped
      ? 'trials' in budget
        ? `There were no more students within the limits: ${trials.length} of ${budget.trials}.`
        : `The search had no more to train after ${spent}.`
      : undefined,
    slow > 0
      ? `${slow} of ${trials.length} students were too slow, and were not trained; they count as tried.`
      : undefined,
    rested > 0 && !stopped
      ? `${rested} of ${trials.length} students rested before their end, and others were gone on with.`
      : undefined,
    failed > 0 ? `${failed} of ${trials.length} students failed; they count as tried.` : undefined,
    ...faults,
  ].filter((note) => note !== undefined);
  return notes.length > 0 ? notes.join(' ') : undefined;
}

/** The walk of one trial: its tries, and in each its tasks, what comes of one recorded before the
 * next begins. */
import { WorkbenchError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/records/events.ts';
import type { Trial } from '../../core/records/trial.ts';
import type { RunContext } from './context.ts';
import { sharedFault } from './context.ts';
import type { Attempt, TrialTask, Undone } from './tasks/attempt.ts';
import { timeStudentFirst } from './tasks/latency.ts';
import { beginTrial, trainStudent } from './tasks/train.ts';

/** A trainer that dies or hangs with the trial in hand gets so many tries in all, each from the
 * last epoch checkpoint. */
const TRIES = 2;

const TASKS: readonly TrialTask[] = [timeStudentFirst, trainStudent];

/**
 * Resolves to the event that the trial's end has put into the run's log, or, after `signal`, when
 * it is interrupted and can go on later. Throws faults that are not the trial's own (disk, data
 * set, no trainer can be started): the trial is then interrupted, if that can still be recorded.
 */
export async function walkTrial(
  context: RunContext,
  trial: Trial,
  signal: AbortSignal,
): Promise<RunEvent | 'interrupted'> {
  for (let attempt = 1; ; attempt += 1) {
    const end = await tryTrial(context, trial, signal, attempt === TRIES);
    if (end !== 'again') return end;
  }
}

async function tryTrial(
  context: RunContext,
  { id }: Trial,
  signal: AbortSignal,
  isLast: boolean,
): Promise<RunEvent | 'interrupted' | 'again'> {
  const { progress, now, trialChanged } = context;
  const trial = await beginTrial(context, id);
  let started: number | undefined;
  const seconds = (): number => (started === undefined ? 0 : (now() - started) / 1000);
  const attempt: Attempt = { context, trial, seconds, trains: () => (started ??= now()), signal };
  let end: RunEvent | 'interrupted' | 'again' = 'interrupted';
  progress.trialStarted(trial);
  trialChanged(id);
  try {
    end = await doTasks(attempt, isLast);
    return end;
  } catch (error) {
    giveBack(attempt);
    throw error;
  } finally {
    const event = typeof end === 'string' ? undefined : end;
    const isWhole = event?.type === 'told' && started !== undefined && trial.epochsDone === 0;
    const ended = event !== undefined && event.type !== 'rested';
    progress.trialLeft(trial, { ended, isWhole, seconds: seconds() });
    trialChanged(id);
  }
}

async function doTasks(attempt: Attempt, isLast: boolean): Promise<RunEvent | 'interrupted' | 'again'> {
  for (const task of TASKS) {
    const end = await task(attempt);
    if (end !== undefined) return 'event' in end ? end.event : settle(attempt, end, isLast);
  }
  throw new WorkbenchError('internal', `Trial ${attempt.trial.id} has gone through its tasks without an end.`);
}

/** What becomes of a trial whose task has given nothing. */
function settle(attempt: Attempt, end: Undone, isLast: boolean): RunEvent | 'interrupted' | 'again' {
  const { context, trial, seconds, signal } = attempt;
  const { store, log } = context;
  if (end.type === 'failed') {
    const fault = sharedFault(end.code, end.message);
    if (fault !== undefined) throw fault;
    return fail(attempt, end.message);
  }
  if (end.type === 'crashed') {
    log.warn({ trial: trial.id, message: end.message }, 'trainer crashed');
    if (isLast && !signal.aborted) return fail(attempt, `Tried ${TRIES} times. ${end.message}`);
  }
  store.interruptTrial(trial.id, seconds());
  return end.type === 'stopped' || signal.aborted ? 'interrupted' : 'again';
}

function fail({ context: { store, files }, trial, seconds }: Attempt, reason: string): RunEvent {
  const ended = store.failTrial(trial.id, reason, 'failed', seconds());
  files.remove(ended.files);
  return ended.event;
}

/** The fault that brought us here is the one to report, so a second one (the disk is still full) is
 * only logged. */
function giveBack({ context: { store, log }, trial, seconds }: Attempt): void {
  try {
    if (store.trial(trial.id)?.state === 'running') store.interruptTrial(trial.id, seconds());
  } catch (error) {
    log.warn({ trial: trial.id, error: String(error) }, 'could not record the interruption');
  }
}

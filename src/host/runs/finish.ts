/** The end of a run: the students that it reports are tested, once, and the run says how it
 * went. */
import { reportedOf } from '../../core/front.ts';
import { endOf } from '../../core/trial.ts';
import type { Trial } from '../../core/trial.ts';
import { faultOfFile } from '../students/checkpoint-file.ts';
import type { RunContext } from './context.ts';
import { graphOf, sharedFault } from './context.ts';
import { readTrials } from '../slices.ts';

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
    return { state: 'finished', reason: reasonOf(ending, finished, trials, config.budget.trials, faults) };
  }
  const reason = trials.find((trial) => trial.reason !== undefined)?.reason ?? 'The space has none within the limits.';
  return { state: 'failed', reason: `No student could be trained. ${reason}` };
}

/** A fault of the student's own, in words; the run ends without its test accuracy. */
async function testStudent(context: RunContext, trial: Trial, signal: AbortSignal): Promise<string | undefined> {
  const { store, files, executor, space, dataset } = context;
  const checkpoint = store.checkpoint(trial.id, 'final');
  if (checkpoint === undefined) return `Student ${trial.number + 1} could not be tested: its checkpoint is missing.`;
  const fault = await faultOfFile(files.pathOf(checkpoint.file), checkpoint);
  if (fault !== undefined) return `Student ${trial.number + 1} could not be tested: the file of its weights ${fault}.`;
  const { file, sha256 } = checkpoint;
  const graph = graphOf(space, trial.candidate);
  const source = { kind: 'student', graph, weights: { path: files.pathOf(file), sha256 } } as const;
  const input = { source, dataset, split: 'test' } as const;
  const end = await executor.run({ kind: 'evaluate', jobId: `${trial.id}-test`, input }, undefined, signal);
  switch (end.type) {
    case 'done':
      store.recordTest(trial.id, end.output.accuracy);
      context.trialChanged(trial.id);
      return undefined;
    case 'stopped':
      return undefined;
    case 'failed': {
      const fault = sharedFault(end.code, end.message);
      if (fault !== undefined) throw fault;
      return `Student ${trial.number + 1} could not be tested: ${end.message}`;
    }
    case 'crashed':
      return `Student ${trial.number + 1} could not be tested: ${end.message}`;
  }
}

function reasonOf(
  { stopped, exhausted }: Ending,
  finished: number,
  trials: readonly Trial[],
  budget: number,
  faults: readonly string[],
): string | undefined {
  const failed = trials.filter((trial) => trial.state === 'failed').length;
  const slow = trials.filter((trial) => endOf(trial) === 'ruledOut').length;
  const rested = trials.filter((trial) => endOf(trial) === 'stopped' && trial.leg !== undefined).length;
  const notes = [
    stopped ? `Stopped by you after ${finished} of ${budget} students.` : undefined,
    exhausted && !stopped ? `There were no more students within the limits: ${trials.length} of ${budget}.` : undefined,
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

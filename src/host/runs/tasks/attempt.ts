/** What the tasks of a trial have in common, as the walk of the trial sees them. */
import type { Kind } from '../../../compute/tasks/tasks.ts';
import type { RunEvent } from '../../../core/records/events.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { TaskEnd } from '../../executors/executor.ts';
import type { RunContext } from '../context.ts';

/** One try of a trial. */
export interface Attempt {
  readonly context: RunContext;
  readonly trial: Trial;
  /** Of training so far: what trials share, as a trainer's start and the teacher's soft targets, is
   * none of it. */
  readonly seconds: () => number;
  /** Training goes on from here. */
  readonly trains: () => void;
  /** The person wants it to stop. */
  readonly signal: AbortSignal;
}

/** How a task ends that has given nothing. */
export type Undone = Exclude<TaskEnd<Kind>, { readonly type: 'done' }>;

/**
 * Does a task of the trial and writes down what comes of it. Resolves to what the run's log has of
 * it then; to `undefined` where the trial goes on to its next task.
 */
export type TrialTask = (attempt: Attempt) => Promise<{ readonly event: RunEvent } | Undone | undefined>;

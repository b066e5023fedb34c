/** What a kind's `run.ts` is written against. */
import type { OrderMessage } from '../protocol.ts';
import type { TrainerCache } from '../trainer-cache.ts';
import type { YieldToEvents } from '../training/evaluate.ts';
import type { ProgressReport } from './outputs.ts';
import type { Input, Kind, Output, Report } from './tasks.ts';

export interface TaskTools<K extends Kind> extends Pick<OrderMessage, 'jobId' | 'folders'> {
  /** Called between two steps: waits while paused, throws when the job is to stop. */
  readonly yieldToEvents: YieldToEvents;
  readonly report: (report: Report<K>) => void;
}

/** Does a task; what it throws becomes the job's failure. `Shared`: what the process keeps from job
 * to job. */
export type Run<K extends Kind, Shared = unknown> = (
  input: Input<K>,
  tools: TaskTools<K> & Shared,
) => Promise<Output<K>>;

export interface TrainerShared {
  readonly cache: TrainerCache;
}

export type TrainerRun<K extends Kind> = Run<K, TrainerShared>;

/** The stage in which a large set is hashed, once a process. */
export const READING = 'reading the data set';

const MILLISECONDS_BETWEEN_REPORTS = 250;

/** Reports a stage's progress, not too often, and its end. */
export function stageReporter(
  report: (progress: ProgressReport) => void,
  stage: string,
): (done: number, total: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const now = performance.now();
    if (done < total && now - last < MILLISECONDS_BETWEEN_REPORTS) return;
    last = now;
    report({ type: 'progress', stage, done, total });
  };
}

/** Who does tasks for the host, and how a task ends. Whoever orders one knows neither processes nor
 * machines. */
import type { Input, Kind, Output, Report } from '../../compute/tasks/tasks.ts';
import { ERROR_KINDS, WorkbenchError } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';

export interface Order<K extends Kind> {
  readonly kind: K;
  /** Begins the names of the files that are written. */
  readonly jobId: string;
  readonly input: Input<K>;
  /** Where they are written; absent: the session's own folder. */
  readonly temp?: string;
}

export type TaskEnd<K extends Kind> =
  | { readonly type: 'done'; readonly output: Output<K> }
  /** As it was asked to. */
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly field?: string }
  /** Its process died or hung: the task may be tried again. */
  | { readonly type: 'crashed'; readonly message: string };

export type Reporter<K extends Kind> = (news: Report<K>) => void | Promise<void>;

/** How many tasks a place can do side by side, where nobody says how many. */
export type Capacity = () => Promise<number>;

export interface Executor {
  readonly capacity: Capacity;
  /** How many may be done side by side from now on; with 0 it lets go what it holds. */
  resize(slots: number): void;
  /**
   * Waits until one more may be done. Throws `backend.missing` where none can, and resolves to
   * `stopped` at once when `signal` is aborted before it began. Reports are made one after the
   * other, and the end is told when the last of them is done with; one that throws ends the task
   * with what it threw.
   */
  run<K extends Kind>(order: Order<K>, report?: Reporter<K>, signal?: AbortSignal): Promise<TaskEnd<K>>;
  /**
   * On one thread, while every other task of this executor holds between two steps: what is timed
   * has the machine to itself. One such task at a time. Throws and resolves as `run`.
   */
  runAlone<K extends Kind>(order: Order<K>, signal?: AbortSignal): Promise<TaskEnd<K>>;
  /** Beside all others: it waits for no other task, and none waits for it. Throws and resolves as
   * `run`. */
  runApart<K extends Kind>(order: Order<K>, report?: Reporter<K>, signal?: AbortSignal): Promise<TaskEnd<K>>;
  /** Ends everything; tasks in hand are asked to stop first. */
  close(): Promise<void>;
}

/** Throws where a task did not end as it should, in the words that people see. */
export function outputOf<K extends Kind>(end: TaskEnd<K>): Output<K> {
  switch (end.type) {
    case 'done':
      return end.output;
    case 'failed': {
      const { code, message, field } = end;
      const place = field === undefined ? {} : { field };
      throw new WorkbenchError(isErrorCode(code) ? code : 'trainer.failed', message, place);
    }
    case 'crashed':
      throw new WorkbenchError('trainer.failed', end.message);
    case 'stopped':
      throw new WorkbenchError('run.state', 'It was stopped, or the workbench is closing: start it again.');
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_KINDS, code);
}

/** The one error type that people see: a code for programs, a message for people (what was wrong,
 * where, what to do). */

/** `input`: the person can mend it (exit code 2); `machine`: disk, process, device (exit code 1);
 * `internal`: our bug. */
export type ErrorKind = 'input' | 'machine' | 'internal';

export const ERROR_KINDS = {
  'config.invalid': 'input',
  'config.unreadable': 'input',
  'family.unknown': 'input',
  'strategy.unknown': 'input',
  'budget.unreachable': 'input',
  'space.exhausted': 'input',
  'dataset.missing': 'input',
  'dataset.corrupt': 'input',
  'dataset.unusable': 'input',
  'dataset.changed': 'input',
  'teacher.missing': 'input',
  'teacher.mismatch': 'input',
  'teacher.changed': 'input',
  'run.missing': 'input',
  'run.state': 'input',
  'trial.missing': 'input',
  'workspace.busy': 'input',
  'workspace.readonly': 'input',
  'workspace.newer': 'input',
  'workspace.foreign': 'input',
  'workspace.corrupt': 'machine',
  'port.busy': 'input',
  'usage.invalid': 'input',
  'graph.invalid': 'internal',
  'checkpoint.corrupt': 'machine',
  'trainer.failed': 'machine',
  'trainer.memory': 'machine',
  'backend.missing': 'machine',
  'disk.full': 'machine',
  'export.failed': 'machine',
  'store.conflict': 'internal',
  internal: 'internal',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** Where the fault lies, for messages and for forms (`field` is a path such as `budget.trials`). */
export interface ErrorPlace {
  readonly file?: string;
  readonly field?: string;
}

/** Of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class WorkbenchError extends Error {
  override readonly name = 'WorkbenchError';
  readonly code: ErrorCode;
  readonly place: ErrorPlace;

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.place = place;
  }

  get kind(): ErrorKind {
    return ERROR_KINDS[this.code];
  }
}

/** `config.invalid` in its written form, `search.json: limits.macs: say a number.`; empty where it
 * is no field's. */
export function invalid(field: string, problem: string, file?: string): WorkbenchError {
  const message = [file ?? '', field, problem].filter((part) => part !== '').join(': ');
  return new WorkbenchError('config.invalid', message, { file, field: field || undefined });
}

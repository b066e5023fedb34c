/** How a program ends on an error: one message, and an exit code that scripts can rely on. */
import { toWorkbenchError } from '../../bridge/errors.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { terminalText } from './terminal-text.ts';

export interface Failure {
  /** As a terminal may get it. */
  readonly message: string;
  /** 2: the person can mend the input; 1: the machine or we failed. */
  readonly exitCode: 1 | 2;
}

/** What is not ours keeps its stack: somebody will have to look for the bug. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof WorkbenchError) && error instanceof Error) {
    return { message: terminalText(error.stack ?? error.message), exitCode: 1 };
  }
  const { kind, message } = toWorkbenchError(error);
  return { message: terminalText(message), exitCode: kind === 'input' ? 2 : 1 };
}

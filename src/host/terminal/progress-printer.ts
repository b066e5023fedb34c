/** Progress in a terminal: one line that is rewritten in place, or plain lines where the output is
 * no terminal. */
import { oneLine } from '../../bridge/words/control-characters.ts';
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import type { Trial } from '../../core/records/trial.ts';
import { progressText, trialText } from './run-text.ts';
import { terminalText } from './terminal-text.ts';

/** What is used of a stream such as `process.stderr`. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressPrinter {
  /** A line that stays. */
  line(text: string): void;
  progress(summary: RunSummaryView): void;
  /** What is being done just now, in words. */
  status(text: string): void;
  ended(trial: Trial): void;
  /** Takes the bar away. */
  clear(): void;
}

/** The bar appears on terminals alone; without one, each student that ends gets its line. */
export function createProgressPrinter(stream: TextStream): ProgressPrinter {
  let shown = '';
  const erase = (): void => {
    if (shown !== '') stream.write('\r\u001B[K');
  };
  const draw = (text: string): void => {
    erase();
    stream.write(text);
    shown = text;
  };
  const line = (text: string): void => {
    erase();
    stream.write(`${terminalText(text)}\n`);
    if (shown !== '') stream.write(shown);
  };
  const status = (text: string): void => {
    // One column stays free: a line that fills the last one wraps in some terminals.
    if (stream.isTTY) draw(oneLine(text).slice(0, (stream.columns ?? 80) - 1));
  };
  return {
    line,
    status,
    progress: (summary) => status(progressText(summary)),
    ended: (trial) => line(trialText(trial)),
    clear() {
      erase();
      shown = '';
    },
  };
}

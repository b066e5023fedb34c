import { describe, expect, it } from 'vitest';
import { createProgressPrinter } from '../../../src/host/terminal/progress-printer.ts';
import type { RunSummaryView } from '../../../src/bridge/schemas/records.ts';

/** `done`: so many that ended, and halves of those in training. */
const summary = (done: number, stage = 'training'): RunSummaryView =>
  // Sound: the printer looks at the name, the budget, what ended and what is live.
  ({
    run: { name: 'Try', config: { budget: { trials: 24 } } },
    trials: { finished: Math.floor(done) - 2, failed: 1, stopped: 1 },
    live: { stage, done, total: 24, secondsLeft: 130 },
  }) as unknown as RunSummaryView;

/** What a person sees at the end: a carriage return goes back, `ESC [ K` wipes the rest of the
 * line. */
function screenOf(written: string): readonly string[] {
  const lines = [''];
  for (const part of written.split(/(\r\u001B\[K|\n)/)) {
    if (part === '\n') lines.push('');
    else if (part.startsWith('\r')) lines[lines.length - 1] = '';
    else lines[lines.length - 1] += part;
  }
  return lines;
}

function printed(isTTY: boolean, columns = 80) {
  let written = '';
  const printer = createProgressPrinter({ isTTY, columns, write: (text) => (written += text) });
  return { printer, screen: () => screenOf(written), written: () => written };
}

describe('progress on a terminal', () => {
  it('is one line with bar, count and time left, below the lines that stay', () => {
    const { printer, screen } = printed(true);
    printer.progress(summary(6));
    printer.line('Student 6 is done');
    printer.progress(summary(12.4));
    expect(screen()).toEqual(['Student 6 is done', '[############------------] 12/24  2 min left  training']);
    printer.clear();
    expect(screen()).toEqual(['Student 6 is done', '']);
  });

  it('counts students that ended, as every other place does: two halves are none', () => {
    const { printer, screen } = printed(true);
    const now = summary(4);
    printer.progress({ ...now, live: { stage: 'training', done: 5.2, total: 24 } });
    expect(screen()[0]).toContain(' 4/24');
  });

  it('counts the epochs of a budget in epochs, however many students they went into', () => {
    const { printer, screen } = printed(true);
    const now = summary(12.4);
    const config = { ...now.run.config, budget: { epochs: 192 }, recipe: { ...now.run.config.recipe, epochs: 8 } };
    // Sound: as above.
    const score = { epochs: 96 } as RunSummaryView['score'];
    printer.progress({ ...now, run: { ...now.run, config }, score, live: { stage: 'training', done: 97, total: 192 } });
    expect(screen()[0]).toBe('[############------------]  96/192 epochs  training');
  });

  it('never wraps, or the next step could not wipe it', () => {
    const { printer, screen } = printed(true, 40);
    printer.progress(summary(6, 'a stage with a very long name indeed'));
    expect(screen()[0]).toHaveLength(39);
  });
});

describe('progress in a file', () => {
  it('has neither bar nor control characters', () => {
    const { printer, written } = printed(false);
    printer.progress(summary(6));
    printer.line('Student 6 is done');
    printer.clear();
    expect(written()).toBe('Student 6 is done\n');
  });
});

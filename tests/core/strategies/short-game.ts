/** A game with short trainings, played event by event: its log is what a run's would be. */
import type { EventOf, RunEvent } from '../../../src/core/records/events.ts';
import type { Leg } from '../../../src/core/records/proposal.ts';
import type { Candidate } from '../../../src/core/space/space.ts';
import type { RecordedTable } from '../../../src/core/strategies/recorded-table.ts';
import { openStrategy } from '../../../src/core/strategies/registry.ts';
import type { OpenStrategy } from '../../../src/core/strategies/registry.ts';
import { createTableGame } from '../../../src/core/strategies/replay.ts';
import type { AskedEvent, StrategyInput, StrategyOptions } from '../../../src/core/strategies/strategy.ts';

export type { AskedEvent } from '../../../src/core/strategies/strategy.ts';

export interface OpenedGame {
  readonly input: StrategyInput;
  readonly strategy: OpenStrategy;
  remember(event: AskedEvent): void;
  /** What its training tells of the trial. */
  end(trial: number, leg: Leg | undefined): EventOf<'told' | 'rested'>;
}

export function openGame(
  table: RecordedTable,
  budget: number,
  id = 'gp-ehvi',
  options: StrategyOptions = { shortTrainings: true },
  seed = 1,
): OpenedGame {
  const { problem, short, answer } = createTableGame(table, { seed, budgetEpochs: budget });
  if (!short) throw new Error('The table has no epochs');
  const { epochs, legs } = short;
  const input = { problem, seed, options, epochs, legs, budgetEpochs: budget };
  const asked: Candidate[] = [];
  return {
    input,
    strategy: openStrategy(id, input),
    remember: ({ proposals }) => void asked.push(...proposals.map(({ candidate }) => candidate)),
    end(trial, leg) {
      const candidate = asked[trial]!;
      if (!leg) return { type: 'told', trial, metrics: answer(candidate, trial, 1) };
      return { type: 'rested', trial, epoch: leg.until, metrics: short.answer(candidate, leg) };
    },
  };
}

/** One at a time, to its end; `change`: what a training tells instead. */
export function playOut(
  { strategy, remember, end }: OpenedGame,
  change: (end: RunEvent) => RunEvent = (told) => told,
): { readonly log: readonly RunEvent[] } {
  const log: RunEvent[] = [];
  for (;;) {
    const event = strategy.ask(1);
    const tasks = [...event.proposals, ...(event.continues ?? [])];
    if (tasks.length === 0) return { log };
    remember(event);
    log.push(event);
    strategy.fold(event);
    for (const { trial, leg } of tasks) {
      const told = change(end(trial, leg));
      log.push(told);
      strategy.fold(told);
    }
  }
}

/** What all trainings together had cost by the time of each result: what a search is drawn over
 * beside its number of students. */
import { countSpending } from './budget.ts';
import type { RunEvent } from './records/events.ts';
import type { SearchConfig } from './records/run.ts';
import type { Trial } from './records/trial.ts';

/** `[results]`, in the order in which they were told, each with all that ended before it. */
export interface TrainingCosts {
  /** Epochs that were trained, of legs, failures and searches too. */
  readonly epochs: readonly number[];
  /** Of training, over all trainers. */
  readonly seconds: readonly number[];
}

type Timed = Pick<Trial, 'number' | 'seconds' | 'epochsDone'>;

interface Part {
  readonly trial: number | undefined;
  readonly epochs: number;
  /** Of a search; a student's are shared among its parts. */
  readonly seconds: number;
  readonly isResult: boolean;
}

/** A student's seconds are kept of its training as a whole: each leg has its share of them by
 * epochs, which cost the same. */
export function costsByResult(
  config: Pick<SearchConfig, 'budget' | 'recipe'>,
  log: readonly RunEvent[],
  trials: readonly Timed[],
): TrainingCosts {
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  const parts = partsOf(config, log, byNumber);
  const whole = new Map<number, { epochs: number; parts: number }>();
  for (const { trial, epochs } of parts) {
    if (trial === undefined) continue;
    const before = whole.get(trial) ?? { epochs: 0, parts: 0 };
    whole.set(trial, { epochs: before.epochs + epochs, parts: before.parts + 1 });
  }
  const costs: { epochs: number[]; seconds: number[] } = { epochs: [], seconds: [] };
  const sum = { epochs: 0, seconds: 0 };
  for (const part of parts) {
    const all = whole.get(part.trial ?? -1);
    const own = byNumber.get(part.trial ?? -1)?.seconds ?? 0;
    sum.epochs += part.epochs;
    sum.seconds += part.seconds + (all ? own * (all.epochs > 0 ? part.epochs / all.epochs : 1 / all.parts) : 0);
    if (!part.isResult) continue;
    costs.epochs.push(sum.epochs);
    costs.seconds.push(sum.seconds);
  }
  return costs;
}

function partsOf(
  config: Pick<SearchConfig, 'budget' | 'recipe'>,
  log: readonly RunEvent[],
  byNumber: ReadonlyMap<number, Timed>,
): readonly Part[] {
  const spending = countSpending(config);
  let searching = 0;
  return log.flatMap((event): readonly Part[] => {
    const open = 'trial' in event ? spending.openOf(event.trial) : undefined;
    spending.fold(event);
    switch (event.type) {
      case 'asked':
        searching = event.search?.epochs ?? searching;
        return [];
      case 'mixed':
        return [];
      case 'searched':
        return [{ trial: undefined, epochs: searching, seconds: event.cpuSeconds, isResult: false }];
      case 'rested':
        return [partOf(event.trial, event.epoch - (open?.from ?? 0), false)];
      case 'told': {
        // One that was timed and ruled out was not trained.
        const isResult = 'accuracy' in event.metrics;
        const done = byNumber.get(event.trial)?.epochsDone ?? open?.until ?? 0;
        return [partOf(event.trial, isResult ? done - (open?.from ?? 0) : 0, isResult)];
      }
      case 'failed': {
        const done = byNumber.get(event.trial)?.epochsDone ?? 0;
        return [partOf(event.trial, open ? done - open.from : 0, false)];
      }
      default:
        return event satisfies never;
    }
  });
}

const partOf = (trial: number, epochs: number, isResult: boolean): Part => ({
  ...{ trial, epochs: Math.max(0, epochs), seconds: 0, isResult },
});

/** What a run may spend: a number of trainings, or epochs in all. A fold of its log says how much
 * of it is spent. */
import type { RunEvent } from './records/events.ts';
import type { SearchConfig } from './records/run.ts';

interface Spender extends Pick<SearchConfig, 'budget'> {
  readonly recipe: Pick<SearchConfig['recipe'], 'epochs'>;
}

/** The budget in whole trainings, rounded up: what strategies plan by, and people count. */
export const trainingsOf = ({ budget, recipe }: Spender): number =>
  'trials' in budget ? budget.trials : Math.ceil(budget.epochs / recipe.epochs);

export interface Spending {
  readonly fold: (event: RunEvent) => void;
  /** Epochs asked for so far, of legs and searches too. */
  readonly epochs: () => number;
  /** Trainings that may still be begun, of whole ones. */
  readonly left: () => number;
  /** Whether a whole one more could be paid, to its end. */
  readonly pays: () => boolean;
  /** How many of `wanted` may be asked for, where so many trials rest. */
  readonly room: (wanted: number, resting: number) => number;
}

/**
 * What was asked for is spent, also where it fails: of a training or a search all its epochs, of a
 * leg those from where it goes on. As long as any are left another training may be begun, so that
 * the last one may go past the budget.
 */
export function countSpending({ budget, recipe }: Spender): Spending {
  let trials = 0;
  let epochs = 0;
  /** Epochs that a trial has behind it when it is trained on; none where all starts afresh. */
  const behind = new Map<number, number>();
  const partial = new Set<number>();
  const left = (): number =>
    'trials' in budget ? budget.trials - trials : Math.ceil((budget.epochs - epochs) / recipe.epochs);
  return {
    left,
    epochs: () => epochs,
    pays: () => ('trials' in budget ? left() > 0 : budget.epochs - epochs >= recipe.epochs),
    room: (wanted, resting) => {
      // A trial that rests has been counted, but not the epochs that it still has before it.
      if ('trials' in budget) return left() > 0 || resting > 0 ? wanted : 0;
      return Math.max(0, Math.min(wanted, left()));
    },
    fold: (event) => {
      switch (event.type) {
        case 'asked':
          trials += event.proposals.length;
          epochs += event.search?.epochs ?? 0;
          for (const { trial, leg } of [...event.proposals, ...(event.continues ?? [])]) {
            epochs += (leg?.until ?? recipe.epochs) - (behind.get(trial) ?? 0);
            if (leg?.schedule === 'part') partial.add(trial);
            else partial.delete(trial);
          }
          return;
        case 'rested':
          behind.set(event.trial, partial.has(event.trial) ? event.epoch : 0);
          return;
        case 'told':
        case 'failed':
        case 'searched':
          return;
        default:
          return event satisfies never;
      }
    },
  };
}

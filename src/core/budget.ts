/** What a run may spend: a number of trainings, or epochs in all. A fold of its log says how much
 * of it is spent. */
import type { RunEvent } from './records/events.ts';
import type { Leg } from './records/proposal.ts';
import type { SearchConfig } from './records/run.ts';
import type { RunSummary } from './records/summary.ts';
import { endedCount } from './trial-counts.ts';

interface Spender extends Pick<SearchConfig, 'budget'> {
  readonly recipe: Pick<SearchConfig['recipe'], 'epochs'>;
}

/** The budget in whole trainings, rounded up: what strategies plan by, and people count. */
export const trainingsOf = ({ budget, recipe }: Spender): number =>
  'trials' in budget ? budget.trials : Math.ceil(budget.epochs / recipe.epochs);

/** How far a run is, in what its budget counts. `done` may go past `total` by a training's epochs,
 * for the last one is begun as long as any are left. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: 'trainings' | 'epochs';
}

/** One meaning for every list, pill and bar. Runs that kept no count of their epochs had whole
 * trainings alone. */
export function progressOf({ run, trials, score }: Pick<RunSummary, 'run' | 'trials' | 'score'>): Progress {
  const { budget, recipe } = run.config;
  const ended = endedCount(trials);
  if ('trials' in budget) return { done: ended, total: budget.trials, unit: 'trainings' };
  return { done: score.epochs ?? ended * recipe.epochs, total: budget.epochs, unit: 'epochs' };
}

/** Epochs that a trial has behind it after a leg: those of a part, of which training goes on; none
 * of a short schedule of its own, after which all starts afresh. */
export const behindAfter = ({ until, schedule }: Leg): number => (schedule === 'part' ? until : 0);

/** What of a schedule is being trained: after `from` epochs, up to `until`. */
export interface OpenLeg {
  readonly from: number;
  readonly until: number;
}

export interface Spending {
  readonly fold: (event: RunEvent) => void;
  /** Epochs asked for so far, of legs and searches too. */
  readonly epochs: () => number;
  /** Epochs of all that has come to its end, legs and searches too. */
  readonly done: () => number;
  /** What a trial that was asked for is to train; `undefined` where nothing of it is open. */
  readonly openOf: (trial: number) => OpenLeg | undefined;
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
  /** Epochs that a trial has behind it when it is trained on. */
  const behind = new Map<number, number>();
  const open = new Map<number, OpenLeg & { readonly leg: Leg | undefined }>();
  let searching = 0;
  let done = 0;
  const end = (trial: number): void => {
    const { from, until } = open.get(trial) ?? { from: 0, until: 0 };
    open.delete(trial);
    done += until - from;
  };
  const left = (): number =>
    'trials' in budget ? budget.trials - trials : Math.ceil((budget.epochs - epochs) / recipe.epochs);
  return {
    left,
    epochs: () => epochs,
    pays: () => ('trials' in budget ? left() > 0 : budget.epochs - epochs >= recipe.epochs),
    done: () => done,
    openOf: (trial) => {
      const found = open.get(trial);
      return found && { from: found.from, until: found.until };
    },
    room: (wanted, resting) => {
      // A trial that rests has been counted, but not the epochs that it still has before it.
      if ('trials' in budget) return left() > 0 || resting > 0 ? wanted : 0;
      return Math.max(0, Math.min(wanted, left()));
    },
    fold: (event) => {
      switch (event.type) {
        case 'asked':
          trials += event.proposals.length;
          searching += event.search?.epochs ?? 0;
          epochs += event.search?.epochs ?? 0;
          for (const { trial, leg } of [...event.proposals, ...(event.continues ?? [])]) {
            const [from, until] = [behind.get(trial) ?? 0, leg?.until ?? recipe.epochs];
            open.set(trial, { from, until, leg });
            epochs += until - from;
          }
          return;
        case 'rested': {
          const leg = open.get(event.trial)?.leg;
          if (leg) behind.set(event.trial, behindAfter(leg));
          end(event.trial);
          return;
        }
        case 'told':
        case 'failed':
          end(event.trial);
          return;
        case 'mixed':
          return;
        case 'searched':
          done += searching;
          searching = 0;
          return;
        default:
          return event satisfies never;
      }
    },
  };
}

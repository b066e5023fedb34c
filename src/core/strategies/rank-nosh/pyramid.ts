/**
 * The pyramid of non-uniform successive halving: where each student stands, who goes on, and what
 * that costs.
 *
 * | symbol | meaning                                                                    |
 * | N      | levels; level i is reached after e_i epochs, the last by a whole training  |
 * | n_i    | students that have come in on level i, whatever became of them later       |
 * | m_i    | students that were asked to go beyond level i                              |
 *
 * m_i may be r n_i: the best of those that rest on level i go on until it is. Who stays behind is
 * among them again the next time.
 */
import type { Leg } from '../../records/proposal.ts';
import { epochsSpent } from '../ledger.ts';
import type { Ledger, LedgerTrial } from '../ledger.ts';
import type { StrategyInput } from '../strategy.ts';
import { NOSH } from './constants.ts';
import type { Levels } from './levels.ts';

/** The level up to which a trial was asked for. */
const askedLevel = ({ legs, isWhole }: LedgerTrial, { epochs }: Levels): number =>
  isWhole ? epochs.length - 1 : legs.length - 1;

/** Whether a trial has told a value on a level. */
const cameIn = (trial: LedgerTrial, level: number, { epochs }: Levels): boolean =>
  level === epochs.length - 1 ? trial.value !== undefined : trial.legs[level]?.learned !== undefined;

/** The highest level on which a trial that may be learned from has told a value; -1 where there is
 * none. */
export function heardLevel(trial: LedgerTrial, levels: Levels): number {
  if (trial.state === 'failed') return -1;
  if (trial.state === 'told') return trial.value === undefined ? -1 : levels.epochs.length - 1;
  const last = trial.legs.findLastIndex(({ metrics }) => metrics !== undefined);
  return last >= 0 && cameIn(trial, last, levels) ? last : -1;
}

/** Epochs of the way from one level to the next; from -1 to the first. */
const stepCost = ({ epochs, schedule }: Levels, from: number): number =>
  (epochs[from + 1] ?? 0) - (schedule === 'part' && from >= 0 ? (epochs[from] ?? 0) : 0);

/** Epochs of the way from a level to the end. */
const costToEnd = (levels: Levels, from: number): number =>
  levels.epochs.slice(from + 1).reduce((sum, _, i) => sum + stepCost(levels, from + i), 0);

/** The leg to a level; none to the last one. */
export const legTo = ({ epochs, schedule }: Levels, level: number): { readonly leg?: Leg } =>
  level >= epochs.length - 1 ? {} : { leg: { until: epochs[level]!, schedule } };

/** How many of those on a level may go on in all. At the end one of them does. */
const share = (count: number): number => Math.floor(NOSH.ratio * count);

/** Epochs of a pyramid of so many students, each level at least one wide. */
function pyramidCost(levels: Levels, students: number): number {
  let [cost, wide] = [0, students];
  levels.epochs.forEach((_, level) => {
    if (level > 0) wide = Math.min(wide, Math.max(1, share(wide)));
    cost += wide * stepCost(levels, level - 1);
  });
  return cost;
}

/** What a budget lets one do. */
export interface Means {
  /** Epochs of all trainings. */
  readonly epochs: number;
  /** No more students are begun. */
  readonly most: number;
  /** Students whose whole pyramid is paid for, were none to fail. */
  readonly paid: number;
  /** Those, and as many more as what is left over lets begin, where it brings nobody to the end. */
  readonly begun: number;
}

/** A budget in trainings is the size of the pool; one in epochs has as many students as it pays. */
export function meansOf({ problem, budgetEpochs }: StrategyInput, levels: Levels): Means {
  const most = budgetEpochs === undefined ? problem.budget : Infinity;
  const epochs = budgetEpochs ?? pyramidCost(levels, problem.budget);
  let paid = 0;
  while (paid < most && pyramidCost(levels, paid + 1) <= epochs) paid += 1;
  const over = epochs - pyramidCost(levels, paid);
  const isSpare = paid > 0 && over < costToEnd(levels, levels.epochs.length - 2);
  return { epochs, most, paid, begun: Math.min(most, paid + (isSpare ? Math.floor(over / stepCost(levels, -1)) : 0)) };
}

/** How the pyramid stands. */
export interface Pyramid {
  readonly levels: Levels;
  readonly means: Means;
  readonly ledger: Ledger;
}

/** Epochs that those who are here, and `more` of them, are owed if all of them come in. */
function owed({ levels, ledger }: Pyramid, more: number): number {
  let up = more;
  return levels.epochs.reduce((cost, _, level) => {
    const own = cost + up * stepCost(levels, level - 1);
    const here = ledger.trials.filter((trial) => mayCount(trial, level, levels)).length + up;
    const moved = ledger.trials.filter((trial) => askedLevel(trial, levels) > level).length;
    up = Math.max(0, Math.min(here, Math.max(1, share(here))) - moved);
    return own;
  }, 0);
}

/** It has come in on the level, or is on its way to it. */
const mayCount = (trial: LedgerTrial, level: number, levels: Levels): boolean =>
  cameIn(trial, level, levels) || (trial.state === 'pending' && askedLevel(trial, levels) === level);

const leftOf = ({ levels, means, ledger }: Pyramid): number =>
  means.epochs - epochsSpent(ledger, levels.epochs.at(-1) ?? 1);

/** How many of `wanted` students may enter: those of the plan, and more where some have failed and
 * what all others are owed can be paid. */
export function entrants(pyramid: Pyramid, wanted: number): number {
  const { levels, means, ledger } = pyramid;
  const left = leftOf(pyramid);
  const mayBegin = (more: number): boolean => {
    const all = ledger.trials.length + more;
    if (!(all <= means.most) || more * stepCost(levels, -1) > left) return false;
    return all <= means.begun || owed(pyramid, more) <= left;
  };
  let most = 0;
  while (most < wanted && mayBegin(most + 1)) most += 1;
  return most;
}

/** A trial that rests and its level. */
export interface Resting {
  readonly trial: LedgerTrial;
  readonly level: number;
}

/** Trials that rest on a level with a value, best first. */
export type Ranked = (level: number) => readonly LedgerTrial[];

/**
 * Who is to go on by the share of its level, of those that can be brought to their end. `isOver`:
 * nobody enters any more, so that no round is waited for, nor one that the budget cannot pay. Lower
 * levels first: who goes on above is then chosen from more.
 */
export function due(pyramid: Pyramid, ranked: Ranked, isOver: boolean): readonly Resting[] {
  const { levels, means, ledger } = pyramid;
  const { trials } = ledger;
  let left = leftOf(pyramid);
  const found: Resting[] = [];
  for (let level = 0; level < levels.epochs.length - 1; level += 1) {
    const here = trials.filter((trial) => cameIn(trial, level, levels)).length;
    const paid = Math.min(here, means.paid);
    const counted = level === 0 && !isOver ? paid - (paid % NOSH.round) : here;
    const comes = trials.some((trial) => trial.state === 'pending' && askedLevel(trial, levels) <= level);
    const moved = trials.filter((trial) => askedLevel(trial, levels) > level).length;
    const more = (isOver && !comes ? Math.max(1, share(counted)) : share(counted)) - moved;
    for (const trial of ranked(level).slice(0, Math.max(0, more))) {
      if (costToEnd(levels, level) > left) break;
      left -= stepCost(levels, level);
      found.push({ trial, level });
    }
  }
  return found;
}

/** Who goes on with what the budget has left when all shares are given: the highest first, as many
 * as can be brought to their end. */
export function leftOver(pyramid: Pyramid, ranked: Ranked): readonly Resting[] {
  const { levels, ledger } = pyramid;
  if (ledger.trials.some(({ state }) => state === 'pending')) return [];
  let left = leftOf(pyramid);
  const found: Resting[] = [];
  for (let level = levels.epochs.length - 2; level >= 0; level -= 1) {
    for (const trial of ranked(level)) {
      if (costToEnd(levels, level) > left) break;
      left -= costToEnd(levels, level);
      found.push({ trial, level });
    }
  }
  return found;
}

export const testing = { costToEnd, pyramidCost };

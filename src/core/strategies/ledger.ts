/** The part of a strategy's state that all strategies share: which trials were asked, what became
 * of them, and what they are worth. */
import { behindAfter } from '../budget.ts';
import type { Leg, WarmStart, Why } from '../records/proposal.ts';
import type { Proposal, RunEvent } from '../records/events.ts';
import { sign } from '../objective.ts';
import type { Metrics, Problem } from '../objective.ts';
import { learnedMetric, rewardFactor, withReward } from '../reward.ts';
import { candidateKey } from '../space/candidate-key.ts';
import type { Candidate, KnownCosts } from '../space/space.ts';
import { cornerOf } from '../geometry/dominance.ts';
import type { Outcome } from '../geometry/cells.ts';
import { split } from '../math/rng.ts';
import type { AskedEvent } from './strategy.ts';
import type { Catalogue, Member } from './catalogue.ts';

/** A part of a training, or a short one. */
export interface LedgerLeg extends Leg {
  /** What was told after it; `undefined` as long as it is under way. */
  readonly metrics: Metrics | undefined;
  /** Of what only training tells, oriented so that more is better; `undefined` unless told, finite
   * and of sane size. */
  readonly learned: number | undefined;
}

export interface LedgerTrial {
  readonly trial: number;
  readonly key: string;
  readonly candidate: Candidate;
  readonly costs: KnownCosts;
  readonly why: Why;
  /** `told` with a value that is not finite is kept, and is no data. */
  readonly state: 'pending' | 'resting' | 'told' | 'failed';
  readonly metrics: Metrics;
  /** Legs that it was asked for, in order; the last one may be under way. */
  readonly legs: readonly LedgerLeg[];
  /** It was asked to go to its end. */
  readonly isWhole: boolean;
  /** The first objective, oriented so that more is better; `undefined` unless told, finite and of
   * sane size. */
  readonly value: number | undefined;
  /** The same of what only training tells: the accuracy in a reward, otherwise the value. */
  readonly learned: number | undefined;
  /** Place among the results in the order in which they first came in; `undefined` before. */
  readonly order: number | undefined;
}

export interface Ledger {
  /** By trial index, without gaps. */
  readonly trials: readonly LedgerTrial[];
  readonly warmStart: readonly number[] | undefined;
  /** Number of trials with a result, of a short training too, when `warmStart` was last written. */
  readonly fittedAt: number;
  /** Results that have come in. */
  readonly results: number;
}

export const EMPTY_LEDGER: Ledger = { trials: [], warmStart: undefined, fittedAt: 0, results: 0 };

/** Larger sizes are overflow on its way to infinity, and would overflow in squares. */
const LARGEST_VALUE = 1e100;

/** Of metrics with the known costs among them. */
function valuesOf(problem: Problem, told: Metrics): Pick<LedgerTrial, 'value' | 'learned'> {
  const metrics = withReward(problem.reward, told);
  const orientation = sign(problem.objectives[0]?.goal ?? 'maximize');
  const oriented = (metric: string | undefined): number => (metrics[metric ?? ''] ?? NaN) * orientation;
  const [value, learned] = [oriented(problem.objectives[0]?.metric), oriented(learnedMetric(problem))];
  const isSane = Math.abs(value) <= LARGEST_VALUE && Math.abs(learned) <= LARGEST_VALUE;
  return isSane ? { value, learned } : NO_VALUES;
}

const NO_VALUES = { value: undefined, learned: undefined } as const;

/** What a fold needs of a catalogue. */
export type Costing = Pick<Catalogue, 'problem' | 'costsOf'>;

/** Folds one event in. The last word on a trial stands; an event about a trial that was never asked
 * changes nothing. */
export function record(ledger: Ledger, event: RunEvent, catalogue: Costing): Ledger {
  switch (event.type) {
    case 'asked':
      return addAsked(ledger, event, catalogue);
    case 'told': {
      const before = ledger.trials[event.trial];
      if (!before) return ledger;
      const { metrics } = event;
      const values = valuesOf(catalogue.problem, { ...metrics, ...before.costs });
      const order = before.order ?? ledger.results;
      const results = ledger.results + (before.order === undefined ? 1 : 0);
      return { ...replaceTrial(ledger, { ...before, state: 'told', metrics, ...values, order }), results };
    }
    case 'rested': {
      const before = ledger.trials[event.trial];
      const leg = before?.legs.at(-1);
      // A leg that is heard of again changes nothing, whatever the trial does by then.
      const isNews = before?.state === 'pending' && !before.isWhole && leg?.until === event.epoch && !leg.metrics;
      if (!isNews) return ledger;
      const { metrics } = event;
      const { learned } = valuesOf(catalogue.problem, { ...metrics, ...before.costs });
      const legs = [...before.legs.slice(0, -1), { ...leg, metrics, learned }];
      return replaceTrial(ledger, { ...before, state: 'resting', legs });
    }
    case 'mixed':
    case 'searched':
      return ledger;
    case 'failed': {
      const before = ledger.trials[event.trial];
      return before ? replaceTrial(ledger, { ...before, state: 'failed', metrics: {}, ...NO_VALUES }) : ledger;
    }
  }
}

const replaceTrial = (ledger: Ledger, after: LedgerTrial): Ledger => ({
  ...ledger,
  trials: ledger.trials.with(after.trial, after),
});

function addAsked(ledger: Ledger, event: AskedEvent, { costsOf }: Costing): Ledger {
  const added = event.proposals.map(({ trial, candidate, why, leg }): LedgerTrial => {
    const [key, costs] = [candidateKey(candidate), costsOf(candidate)];
    const open = { state: 'pending', metrics: {}, ...NO_VALUES, order: undefined } as const;
    return { trial, key, candidate, costs, why, ...open, ...nextLeg([], leg) };
  });
  const onAgain = new Map(event.continues?.map(({ trial, leg }) => [trial, leg]));
  const known = ledger.trials.map((one) =>
    onAgain.has(one.trial) && one.state === 'resting'
      ? { ...one, state: 'pending' as const, ...nextLeg(one.legs, onAgain.get(one.trial)) }
      : one,
  );
  const { warmStart = ledger.warmStart } = event;
  const fittedAt = event.warmStart ? ledger.trials.filter(hasResult).length : ledger.fittedAt;
  return { ...ledger, trials: [...known, ...added], warmStart, fittedAt };
}

const hasResult = ({ state, learned, legs }: LedgerTrial): boolean =>
  learned !== undefined || (state !== 'failed' && legs.some((leg) => leg.learned !== undefined));

/** Without a leg it goes to its end. */
const nextLeg = (before: readonly LedgerLeg[], leg: Leg | undefined): Pick<LedgerTrial, 'legs' | 'isWhole'> => ({
  legs: leg ? [...before, { ...leg, metrics: undefined, learned: undefined }] : before,
  isWhole: leg === undefined,
});

/** Epochs asked for so far, where a whole training has so many: what is part of a schedule goes on
 * from where it rested. */
export function epochsSpent({ trials }: Pick<Ledger, 'trials'>, epochs: number): number {
  return trials.reduce((sum, { legs, isWhole }) => sum + epochsOf(legs, isWhole, epochs), 0);
}

function epochsOf(legs: readonly Leg[], isWhole: boolean, epochs: number): number {
  let [spent, behind] = [0, 0];
  for (const leg of legs) {
    spent += leg.until - behind;
    behind = behindAfter(leg);
  }
  return isWhole ? spent + epochs - behind : spent;
}

export type DataTrial = LedgerTrial & { readonly value: number; readonly learned: number };

/** Told trials with a finite value, in the order in which they came in: new data stands last. */
export const withData = (ledger: Ledger): readonly DataTrial[] =>
  ledger.trials
    .filter((trial): trial is DataTrial => trial.value !== undefined && trial.learned !== undefined)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));

export const isPending = (trial: LedgerTrial): boolean => trial.state === 'pending';

/** Keys of everything ever asked, failed trials too: none of it is proposed again. */
export const askedKeys = (ledger: Ledger): Set<string> => new Set(ledger.trials.map((trial) => trial.key));

/** Trials that may still be asked within the budget. */
export const remaining = (ledger: Ledger, problem: Problem): number =>
  Math.max(0, problem.budget - ledger.trials.length);

/** What a trial is worth: its value and its costs, minimised; `undefined` without data or over a
 * measured limit. */
export function outcomeOf(problem: Problem, trial: LedgerTrial): Outcome | undefined {
  if (trial.value === undefined) return undefined;
  const measured = { ...trial.metrics, ...trial.costs };
  const broken = problem.limits.some(({ metric, max }) => !((measured[metric] ?? -Infinity) <= max));
  const costs = objectiveCosts(problem, measured);
  return broken || costs.some(Number.isNaN) ? undefined : { value: trial.value, costs };
}

/** Those of the trials that are worth anything, with what it is. */
export const withOutcomes = <T extends LedgerTrial>(problem: Problem, trials: readonly T[]) =>
  trials.flatMap((trial) => {
    const outcome = outcomeOf(problem, trial);
    return outcome ? [{ trial, outcome }] : [];
  });

/** The value of a candidate with these costs, were it to be told what is learned. */
export const valueAt = ({ reward }: Problem, learned: number, costs: Metrics): number =>
  reward ? learned * rewardFactor(reward, costs) : learned;

/** The objectives but the first, oriented so that less is better, in the problem's order; NaN where
 * one has no value. */
export const objectiveCosts = (problem: Problem, costs: Metrics): readonly number[] =>
  cornerOf(costs, problem.objectives.slice(1));

/**
 * The problem's reference; where it names no cost, the dearest candidate's (or told, of costs that
 * only a measurement tells), where it names no value, the worst told. With no known objective there
 * is no front, and improvement counts from the best value told.
 */
export function referenceOutcome(
  { problem, families }: Pick<Catalogue, 'problem' | 'families'>,
  told: readonly { readonly outcome: Outcome }[],
): Outcome {
  const learned = problem.objectives[0];
  const given = learned ? problem.reference[learned.metric] : undefined;
  const worst = told.reduce((low, { outcome }) => Math.min(low, outcome.value), Infinity);
  const value = given !== undefined && learned ? given * sign(learned.goal) : Number.isFinite(worst) ? worst : 0;
  const costs = problem.objectives.slice(1).map(({ metric, goal }, j) => {
    const limit = problem.reference[metric];
    if (limit !== undefined) return -sign(goal) * limit;
    let all = families.flatMap(({ members }) =>
      members.map((member) => objectiveCosts(problem, member.costs)[j] ?? NaN),
    );
    if (all.some(Number.isNaN)) all = told.map(({ outcome }) => outcome.costs[j] ?? NaN);
    return all.reduce((high, cost) => Math.max(high, cost), -Infinity);
  });
  return { value, costs };
}

/** Whether costs may gain anything: none reaches the reference's. One that is not known yet may. */
export const isBelow = (costs: readonly number[], reference: Pick<Outcome, 'costs'>): boolean =>
  costs.every((cost, j) => !(cost >= (reference.costs[j] ?? Infinity)));

/** The asked event for members chosen with their reasons. */
export function askedEvent(
  ledger: Ledger,
  seed: number,
  chosen: readonly { readonly member: Member; readonly why: Why; readonly leg?: Leg; readonly from?: WarmStart }[],
  warmStart?: readonly number[],
): AskedEvent {
  const first = ledger.trials.length;
  const proposals = chosen.map(({ member, why, leg, from }, i): Proposal => {
    const trial = first + i;
    return {
      trial,
      candidate: member.candidate,
      seed: split(seed, trial),
      why,
      ...(leg && { leg }),
      ...(from && { from }),
    };
  });
  const event = { type: 'asked', proposals, position: first + proposals.length } as const;
  return warmStart === undefined ? event : { ...event, warmStart };
}

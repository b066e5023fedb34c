/** Which parts of a training a run asks for, and how many students it can begin
 * (docs/trade.md, step 11). */
import { behindAfter } from '../../budget.ts';
import type { Leg } from '../../records/proposal.ts';
import { SHORT_TRAININGS, STOP_RULE } from '../strategy.ts';
import type { StrategyInput, StrategyOptions } from '../strategy.ts';
import { TRADE } from './constants.ts';

/** How a run that trains by legs spends its epochs. */
export interface LegPlan {
  /** With which every student begins; `undefined`: with its whole training. */
  readonly short: Leg | undefined;
  /** Epochs of a whole training after which it may be given up, rising. */
  readonly stops: readonly number[];
  /** Of a whole training. */
  readonly epochs: number;
  /** E: what a student has before it after its short training. */
  readonly rest: number;
  readonly budget: number;
  /** About how many can be begun. */
  readonly students: number;
}

/** `undefined` where both options are off, or where nothing shorter can be asked for. */
export function legPlan(input: StrategyInput, options: StrategyOptions): LegPlan | undefined {
  const { epochs, problem, legs } = input;
  if (epochs === undefined) return undefined;
  const short = options[SHORT_TRAININGS] === true ? shortLeg(epochs, legs) : undefined;
  const behind = short ? behindAfter(short) : 0;
  const stops = options[STOP_RULE] === true ? stopsAfter(behind, epochs, legs) : [];
  if (!short && stops.length === 0) return undefined;
  const rest = epochs - behind;
  const budget = input.budgetEpochs ?? problem.budget * epochs;
  const each = short ? short.until + TRADE.promotedShare * rest : TRADE.stoppedAfter * epochs;
  return { short, stops, epochs, rest, budget, students: Math.max(1, Math.floor(budget / each)) };
}

/** A whole short schedule, of a quarter of the epochs, tells more than a long one that is broken
 * off (docs/table.md); where none can be had, half of the long one. */
function shortLeg(epochs: number, legs: readonly Leg[] | undefined): Leg | undefined {
  const wanted = { own: TRADE.shortShare * epochs, part: epochs / 2 } as const;
  const known = legs ?? [{ until: Math.max(1, Math.round(wanted.own)), schedule: 'own' as const }];
  const nearest = (schedule: Leg['schedule']): Leg | undefined =>
    known
      .filter((leg) => leg.schedule === schedule && leg.until < epochs)
      .sort((a, b) => Math.abs(a.until - wanted[schedule]) - Math.abs(b.until - wanted[schedule]))[0];
  return nearest('own') ?? nearest('part');
}

/** After each quarter of the schedule, as near to it as can be asked for. */
function stopsAfter(behind: number, epochs: number, legs: readonly Leg[] | undefined): readonly number[] {
  const known = legs?.filter(({ schedule }) => schedule === 'part').map(({ until }) => until);
  const able = (known ?? Array.from({ length: epochs - 1 }, (_, before) => before + 1)).filter(
    (until) => until > behind && until < epochs,
  );
  const nearest = TRADE.stopAt.flatMap((share) => {
    const wanted = share * epochs;
    return able.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || a - b)[0] ?? [];
  });
  return [...new Set(nearest)].sort((a, b) => a - b);
}

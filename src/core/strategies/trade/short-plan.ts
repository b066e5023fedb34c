/** Which short training students begin with, and how many can be begun (docs/trade.md, step 11). */
import type { Leg } from '../../records/proposal.ts';
import { SHORT_TRAININGS } from '../strategy.ts';
import type { StrategyInput, StrategyOptions } from '../strategy.ts';
import { TRADE } from './constants.ts';

/** How a run that begins with short trainings spends its epochs. */
export interface ShortPlan {
  /** With which every student begins. */
  readonly leg: Leg;
  /** Of a whole training. */
  readonly epochs: number;
  /** E: after the short one. */
  readonly rest: number;
  readonly budget: number;
  /** About how many can be begun. */
  readonly students: number;
}

/** `undefined` where the option is off, or where nothing shorter can be asked for. */
export function shortPlan(input: StrategyInput, options: StrategyOptions): ShortPlan | undefined {
  const { epochs, problem } = input;
  if (options[SHORT_TRAININGS] !== true || epochs === undefined) return undefined;
  const leg = shortLeg(epochs, input.legs);
  if (!leg) return undefined;
  const rest = leg.schedule === 'own' ? epochs : epochs - leg.until;
  const budget = input.budgetEpochs ?? problem.budget * epochs;
  const students = Math.max(1, Math.floor(budget / (leg.until + TRADE.promotedShare * rest)));
  return { leg, epochs, rest, budget, students };
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

/**
 * What an arm's promises are worth, by what became of its last ones. One surrogate promises for all arms, and where it is wrong
 * it is wrong for one more than for another: far from all data, or in a box where it has learned each bend. An arm that keeps
 * its word is taken at it.
 *
 * | symbol | meaning                                                        |
 * | g      | gain that the arm's best candidate promises, in hypervolume    |
 * | e, w   | of its last trials: gain promised, gain made                   |
 * | credit | (g + Σ w) / (g + Σ e), at most 1: a promise kept stands for g  |
 */
import type { Why } from '../../events.ts';
import { TRADE } from './constants.ts';

export interface Payoff {
  readonly expected: number;
  readonly realised: number;
}

/** By the id of the region; `GLOBAL_ARM` is the arm outside of all. */
export type Credits = ReadonlyMap<number, readonly Payoff[]>;

/** Ids of regions start at 1. */
export const GLOBAL_ARM = 0;

/** The arm that answers for a trial; `undefined` where no arm promised anything. */
export function armOf({ source, region }: Why): number | undefined {
  if (region) return region.id;
  return source === 'global' ? GLOBAL_ARM : undefined;
}

/** With the payoff of one more trial. More than was promised makes up for no other trial. */
export function paid(credits: Credits, arm: number | undefined, { expected, realised }: Payoff): Credits {
  if (arm === undefined) return credits;
  const payoff = { expected, realised: Math.min(realised, expected) };
  return new Map(credits).set(arm, [...(credits.get(arm) ?? []), payoff].slice(-TRADE.creditTrials));
}

/** log credit of an arm that promises exp(`logGain`); 0 of one that promises nothing. */
export function logCredit(credits: Credits, arm: number, logGain: number): number {
  const gain = Math.exp(logGain);
  if (!(gain > 0)) return 0;
  const payoffs = credits.get(arm) ?? [];
  const expected = payoffs.reduce((sum, payoff) => sum + payoff.expected, gain);
  const realised = payoffs.reduce((sum, payoff) => sum + payoff.realised, gain);
  return Math.log(realised / expected);
}

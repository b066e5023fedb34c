/**
 * What a region's promises are worth, by what became of its last ones. One surrogate promises for
 * all, and in a box that is searched closely its largest promise is the one it is most wrong about.
 * A region that keeps its word is taken at it.
 *
 * | symbol | meaning                                                           |
 * | g      | gain that the region's best candidate promises, in hypervolume    |
 * | e, w   | of its last trials: gain promised, gain made, w at most e; made   |
 * |        | as if the result were one noise deviation better                  |
 * | credit | (g + Σ w) / (g + Σ e): the present promise counts as kept         |
 */
import { TRADE } from './constants.ts';

export interface Payoff {
  readonly expected: number;
  readonly realised: number;
}

/** With the payoff of one more trial. More than was promised makes up for no other trial. */
export const paid = (payoffs: readonly Payoff[], { expected, realised }: Payoff): readonly Payoff[] =>
  [...payoffs, { expected, realised: Math.min(realised, expected) }].slice(-TRADE.creditTrials);

/** log credit of a region that promises exp(`logGain`); 0 of one that promises nothing. */
export function logCredit(payoffs: readonly Payoff[], logGain: number): number {
  const gain = Math.exp(logGain);
  if (!(gain > 0)) return 0;
  const expected = payoffs.reduce((sum, payoff) => sum + payoff.expected, gain);
  const realised = payoffs.reduce((sum, payoff) => sum + payoff.realised, gain);
  return Math.log(realised / expected);
}

/** What a comparison of strategies says, in the words of window and terminal. */
import { CLAIM_SEEDS } from '../core/anytime.ts';
import type { Comparison } from '../core/anytime.ts';

/** Of the chosen strategy. */
export function verdictWords({ verdict, seeds }: Pick<Comparison, 'verdict' | 'seeds'>): string {
  if (verdict === 'descriptive') return `no claim: ${seeds} of the ${CLAIM_SEEDS} paired seeds that one takes`;
  return verdict === 'open' ? 'no difference shown' : verdict;
}

/** What a comparison of strategies says, in the words of window and terminal. */
import { CLAIM_SEEDS } from '../../core/anytime.ts';
import type { Comparison } from '../../core/anytime.ts';

/** Of the chosen strategy. */
export function verdictWords({ verdict, seeds }: Pick<Comparison, 'verdict' | 'seeds'>): string {
  if (verdict === 'descriptive') return `no claim: ${seeds} of the ${CLAIM_SEEDS} paired seeds that one takes`;
  return verdict === 'open' ? 'no difference shown' : verdict;
}

/** Where games end before their budget; `rows`: trainings of the longest. */
export function ranOutWords(rows: number, budget: number): string | undefined {
  if (rows === 0 || rows >= budget) return undefined;
  return `The table has no more rows within the limits: games end after ${rows} of ${budget} trainings.`;
}

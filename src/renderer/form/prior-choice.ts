/** Whether a new search begins with the table of the program: on a compact space, on other data
 * than it was recorded on, as long as nobody says otherwise. */
import type { StrategyView } from '../../bridge/schemas/records.ts';
import { SHIPPED_TABLE } from '../../bridge/words/prior-words.ts';
import type { Draft } from './form-model.ts';

/** The field's path. */
export const PRIOR = 'prior';

/** What the form proposes for a data set. */
export const proposedPrior = (dataset: string): 'shipped' | 'none' =>
  dataset === '' || dataset === SHIPPED_TABLE.dataset ? 'none' : 'shipped';

/** The table has students of the compact space alone; earlier runs of the same data say more, and
 * some strategies learn from nothing. */
export function mayBeginWithTable(draft: Draft, strategy: Pick<StrategyView, 'accepts'> | undefined): boolean {
  const runs = draft['transferFrom'];
  if (draft['space'] !== 'compact') return false;
  return strategy?.accepts?.includes('prior') === true && !(Array.isArray(runs) && runs.length > 0);
}

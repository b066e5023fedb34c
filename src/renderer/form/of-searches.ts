/** What only a search has; given students are of the space that they were found in. */
import { LEVELS } from './form-model.ts';
import { PRIOR } from './prior-choice.ts';

const OF_SEARCHES: ReadonlySet<string> = new Set([
  ...['families', 'space', 'scale', LEVELS, 'budget.trials', 'budget.epochs', 'transferFrom', PRIOR],
]);

export const isOfSearches = (path: string): boolean => OF_SEARCHES.has(path);

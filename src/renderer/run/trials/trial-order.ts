/** The order and choice of the rows of the trial table: pure, and quick enough for tens of
 * thousands of them. */
import type { Trial } from '../../../core/records/trial.ts';
import type { TrialColumn } from './trial-columns.ts';

export interface TrialSort {
  readonly column: string;
  readonly isDescending: boolean;
}

/**
 * A new list. What has no value, or one that is no number, goes last whichever way one sorts; equal
 * ones stand in the order of their numbers.
 */
export function sortTrials(
  trials: readonly Trial[],
  columns: readonly TrialColumn[],
  { column, isDescending }: TrialSort,
): readonly Trial[] {
  const read = columns.find(({ id }) => id === column)?.value ?? ((trial: Trial) => trial.number);
  const rows = trials.map((trial) => {
    const value = read(trial);
    return { trial, value: typeof value === 'number' && Number.isNaN(value) ? undefined : value };
  });
  const sign = isDescending ? -1 : 1;
  rows.sort((left, right) => {
    if (left.value === right.value) return left.trial.number - right.trial.number;
    if (left.value === undefined) return 1;
    if (right.value === undefined) return -1;
    return left.value < right.value ? -sign : sign;
  });
  return rows.map(({ trial }) => trial);
}

/** The next order when a column's head is clicked: numbers fall first, but the column of numbers
 * itself; then the other way. */
export function nextSort(sort: TrialSort, { id, isNumber }: TrialColumn): TrialSort {
  if (sort.column === id) return { column: id, isDescending: !sort.isDescending };
  return { column: id, isDescending: isNumber === true && id !== 'number' };
}

/** Trials whose row says every word of `search`, in any of its columns and any case. All of them
 * for an empty search. */
export function findTrials(
  trials: readonly Trial[],
  search: string,
  textOf: (trial: Trial) => string,
): readonly Trial[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? trials : trials.filter((trial) => words.every((word) => textOf(trial).includes(word)));
}

/** What a row says, in lower case; written once for each trial, since a search looks through all of
 * them at every key. */
export function rowTexts(columns: readonly TrialColumn[]): (trial: Trial) => string {
  const known = new WeakMap<Trial, string>();
  return (trial) => {
    const said = known.get(trial) ?? columns.map(({ text }) => text(trial)).join('\n');
    const found = said.toLowerCase();
    known.set(trial, found);
    return found;
  };
}

/** Identifiers: short, sortable, safe in addresses and file names. */
import { conflict } from './rules.ts';

/** Leaves room for the trial's number within the 64 characters of an identifier. */
const RUN_ID = /^[A-Za-z0-9_-]{1,56}$/;

export function assertRunId(id: string): void {
  if (!RUN_ID.test(id)) throw conflict(`"${id}" cannot be a run's id: 1 to 56 of A-Z a-z 0-9 _ - are needed.`);
}

/** Sorts in the order of the numbers up to 9,999 trials a run. */
export function trialIdOf(runId: string, number: number): string {
  return `${runId}-${String(number).padStart(4, '0')}`;
}

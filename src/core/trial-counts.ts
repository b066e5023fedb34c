/** How many trials of a run are done: one meaning for every list, pill and bar. */
import type { TrialState } from './records/trial.ts';

export type TrialCounts = Readonly<Record<TrialState, number>>;

/** All that something was asked of. */
export const triedCount = (counts: TrialCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Trials that no training follows: finished, failed or stopped. Two that are half trained are not
 * one that is done. */
export const endedCount = ({ finished, failed, stopped }: TrialCounts): number => finished + failed + stopped;

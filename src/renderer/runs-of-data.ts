/** Runs on one data set that have finished students, for lists that offer them. */
import type { HostClient } from './api.ts';

/** As many as a list can offer. */
const LISTED = 200;

export interface OfferedRun {
  readonly id: string;
  readonly name: string;
  readonly finished: number;
}

/** The newest first. */
export async function runsOfData(client: HostClient, dataset: string): Promise<readonly OfferedRun[]> {
  const { rows } = await client.runs.list({ offset: 0, limit: LISTED });
  return rows
    .filter(({ run, trials }) => run.config.dataset === dataset && trials.finished > 0)
    .map(({ run: { id, name }, trials }) => ({ id, name, finished: trials.finished }));
}

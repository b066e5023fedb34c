/** A front over the made-up runs. */
import type { FrontPointsView } from '../../../src/bridge/schemas/front.ts';
import type { Trial } from '../../../src/core/records/trial.ts';
import type { FixtureRun } from './fixtures.ts';

export type Records = Pick<FixtureRun, 'run' | 'trials'>;

export const finishedOf = ({ trials }: Records): readonly Trial[] => trials.filter(({ state }) => state === 'finished');

/** Finished students of the runs, column by column. */
export function fixtureFrontPoints(runs: readonly Records[]): FrontPointsView {
  const rows = runs.flatMap((records, place) => finishedOf(records).map((trial) => ({ trial, place })));
  const families = [...new Set(rows.map(({ trial }) => trial.candidate.family))].sort();
  const column = (value: (row: (typeof rows)[number]) => number): Float64Array => Float64Array.from(rows, value);
  return {
    runs: runs.map(({ run: { id, name, config } }) => ({ id, name, teacher: config.teacher })),
    families,
    ids: rows.map(({ trial }) => trial.id),
    run: column(({ place }) => place),
    family: column(({ trial }) => families.indexOf(trial.candidate.family)),
    accuracy: column(({ trial }) => trial.metrics['accuracy'] ?? NaN),
    params: column(({ trial }) => trial.params),
    macs: column(({ trial }) => trial.macs),
  };
}

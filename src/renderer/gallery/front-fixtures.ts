/** A front over the made-up runs, as the host would answer for it. */
import type { FrontGroupView, FrontPointsView, FrontQuery } from '../../bridge/schemas/front.ts';
import type { BridgeClient } from '../../bridge/client.ts';
import type { Trial } from '../../core/trial.ts';
import type { FixtureRun } from './fixtures.ts';

type Records = Pick<FixtureRun, 'run' | 'trials'>;

const finishedOf = ({ trials }: Records): readonly Trial[] => trials.filter(({ state }) => state === 'finished');

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

/** All made-up runs are on one data set. */
export function mockFronts(all: () => readonly Records[]): BridgeClient['fronts'] {
  const runs = (): readonly Records[] => all().filter((records) => finishedOf(records).length > 0);
  const total = (some: readonly Records[]) => ({
    runs: some.length,
    finished: some.reduce((sum, records) => sum + finishedOf(records).length, 0),
  });
  return {
    groups: async (): Promise<readonly FrontGroupView[]> => {
      const [first] = runs();
      if (first === undefined) return [];
      const { dataset, teacher } = first.run.config;
      return [{ key: dataset, dataset, ...total(runs()), teachers: [{ teacher, ...total(runs()) }] }];
    },
    points: async (_query: FrontQuery) => {
      const points = fixtureFrontPoints(runs());
      return { ...points, ids: points.ids.join('\n') };
    },
  };
}

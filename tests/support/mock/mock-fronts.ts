/** Fronts over the made-up runs, as the host would answer for them. */
import type { BridgeClient } from '../../../src/bridge/client.ts';
import type { FrontGroupView, FrontQuery } from '../../../src/bridge/schemas/front.ts';
import { finishedOf, fixtureFrontPoints } from '../gallery/front-fixtures.ts';
import type { Records } from '../gallery/front-fixtures.ts';

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

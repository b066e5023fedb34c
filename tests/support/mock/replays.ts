import type { ReplayView } from '../../../src/bridge/schemas/replay.ts';
import { fixtureReplay } from '../gallery/replay-fixtures.ts';

export const FIXTURE_REPLAYS: readonly ReplayView[] = [
  fixtureReplay(
    {
      ...{ id: 'p-live', name: 'Batches of four', state: 'running', seeds: 20, batch: 4, budget: 200, seconds: 96 },
      ...{ createdAt: '2026-05-05T08:00:00.000Z' },
      live: { strategy: 'trade', seed: 7, done: 18.4, secondsLeft: 214 },
    },
    18,
  ),
  fixtureReplay(),
  fixtureReplay({
    id: 'p-few',
    name: 'Three seeds',
    state: 'stopped',
    seeds: 3,
    createdAt: '2026-05-03T11:00:00.000Z',
  }),
];

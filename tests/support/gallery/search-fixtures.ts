/** A made-up one-shot search over the cells of NAS-Bench-201, told as the host tells it. */
import { studentSpace } from '../../../src/core/arch/families/registry.ts';
import { accountOf, searchedSpace } from '../../../src/core/one-shot/account.ts';
import type { SearchAccount, SearchStory } from '../../../src/core/one-shot/account.ts';
import type { Search } from '../../../src/core/records/events.ts';
import { fixtureDataset } from './fixtures.ts';

export const CELLS = studentSpace(['cells'], {
  inputShape: fixtureDataset.shape,
  classes: fixtureDataset.classes.length,
});
const SPACE = searchedSpace(CELLS, 'cells');
/** Level that each edge comes to, in the benchmark's order of edges: of none, skip, pool, 3x3. */
const WON = [3, 1, 3, 1, 2, 3];

export const fixtureSearchOrder: Search = {
  ...{ search: 0, family: 'cells', method: 'darts', options: { learningRate: 3e-4 }, epochs: 20, seed: 7 },
  limits: { params: 20_000, macs: 2_000_000 },
};

/** Shares, `[paths]`, that go from all alike to the winners alone. */
export const fixtureShares = (progress: number): readonly number[] =>
  WON.flatMap((won, edge) =>
    [0, 1, 2, 3].map((level) => {
      const speed = Math.min(1, progress * (0.7 + 0.1 * edge));
      const rival = (1 - 0.9 * speed) / 4;
      return level === won ? 1 - 3 * rival : rival;
    }),
  );

/** `epochs`: that are done; `end`: how it ended. */
export function fixtureSearch(epochs = 20, end: 'done' | 'failed' | 'open' = 'done'): SearchAccount {
  const at = (epoch: number): string => new Date(Date.UTC(2026, 10, 24, 9, epoch)).toISOString();
  const story: SearchStory = {
    ...{ search: fixtureSearchOrder, askedAt: at(0) },
    epochs: Array.from({ length: epochs }, (_, index) => {
      const epoch = index + 1;
      return { epoch, at: at(epoch), shares: fixtureShares(epoch / 20), loss: 0.4 + 1.9 / Math.sqrt(epoch) };
    }),
    end:
      end === 'open'
        ? undefined
        : {
            ...{ type: 'searched', search: 0, at: at(epochs), cpuSeconds: end === 'done' ? 60 * epochs : 0 },
            ...(end === 'done'
              ? { mixing: WON.flatMap((won) => [0, 1, 2, 3].map((level) => (level === won ? 1 : 0))) }
              : { mixing: [], reason: 'The loss of the supernet became NaN in epoch 4, by step 31.' }),
          },
  };
  return accountOf(story, SPACE);
}

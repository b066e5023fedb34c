/** What a run's one-shot searches came to, epoch by epoch, read from its log. */
import { taskOf } from '../../../core/arch/families/student-family.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import { accountOf, searchedSpace, searchStories } from '../../../core/one-shot/account.ts';
import type { SearchAccount, SearchedSpace } from '../../../core/one-shot/account.ts';
import type { Run } from '../../../core/records/run.ts';
import type { ReadableStore } from '../../../store/store.ts';
import type { Catalog } from '../../library/catalog.ts';
import { problemOf, spaceOf } from '../context.ts';

/** Families of runs whose supernets are kept; the one asked for longest ago goes first. */
const KEPT = 8;

/** In their order; none for a run without any. Throws `run.missing`, and `dataset.*` where its data
 * set is gone. */
export type SearchTeller = (runId: string) => Promise<readonly SearchAccount[]>;

export function createSearchTeller(
  store: Pick<ReadableStore, 'run' | 'searchEvents'>,
  catalog: Pick<Catalog, 'dataset'>,
): SearchTeller {
  const kept = new Map<string, SearchedSpace | undefined>();

  async function spaceFor({ id, config }: Run, family: string): Promise<SearchedSpace | undefined> {
    const { directory, card } = await catalog.dataset(config.dataset);
    const dataset = { directory, task: taskOf(card) };
    const key = JSON.stringify([id, family, dataset]);
    const spaceNow = (): SearchedSpace | undefined =>
      searchedSpace(spaceOf(problemOf(config, { dataset, teacher: undefined }, [])), family);
    const space = kept.has(key) ? kept.get(key) : spaceNow();
    kept.delete(key);
    kept.set(key, space);
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size > KEPT) kept.delete(oldest);
    return space;
  }

  return async (runId) => {
    const run = store.run(runId);
    if (run === undefined) throw new WorkbenchError('run.missing', `There is no run "${runId}" in this workspace.`);
    const accounts: SearchAccount[] = [];
    for (const story of searchStories(store.searchEvents(runId))) {
      accounts.push(accountOf(story, await spaceFor(run, story.search.family)));
    }
    return accounts;
  };
}

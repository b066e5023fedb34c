/** Results of earlier runs, or of the table of the program, for a new one: checked, and read out as
 * plain data that is written down with the new run. */
import { taskOf } from '../../core/arch/families/student-family.ts';
import type { TaskCard } from '../../core/arch/families/student-family.ts';
import { invalid } from '../../core/errors.ts';
import { learnedMetric } from '../../core/reward.ts';
import type { PriorResult, Run, SearchConfig } from '../../core/records/run.ts';
import { datasetChanges } from '../../core/sources.ts';
import type { DatasetSources } from '../../core/records/sources.ts';
import type { Space } from '../../core/space/space.ts';
import { checkPrior, strategyInfo } from '../../core/strategies/registry.ts';
import { priorOfTable } from '../../core/strategies/table-prior.ts';
import { isUsable } from '../../core/strategies/trade/transfer.ts';
import type { ReadableStore } from '../../store/store.ts';
import type { Catalog } from '../library/catalog.ts';
import { readTrials } from '../slices.ts';
import { problemOf, spaceOf } from './context.ts';

/** What is to be started, and what its data set holds. */
interface NewData {
  readonly config: SearchConfig;
  readonly dataset?: DatasetSources;
}

/** Throws `config.invalid` with the field `transferFrom` where a run is missing, of other data, or
 * has nothing to tell. */
export async function priorOf(
  store: ReadableStore,
  { config, dataset }: NewData,
  space: Space,
): Promise<readonly PriorResult[]> {
  const { transferFrom = [], strategy } = config;
  checkPrior(strategyInfo(strategy.id), transferFrom);
  if (new Set(transferFrom).size < transferFrom.length) throw invalid('transferFrom', 'name each run once.');
  const all: PriorResult[] = [];
  for (const id of transferFrom) {
    const run = store.run(id);
    if (run === undefined)
      throw invalid('transferFrom', `there is no run "${id}" in this workspace; \`trade runs\` lists them.`);
    if (!isSameData(run, store.sources(id)?.dataset, { config, dataset })) {
      throw invalid(
        'transferFrom',
        `"${run.name}" (${id}) was searched on ${dataWords(run, config)}: its results say nothing here.`,
      );
    }
    all.push(...(await resultsOf(store, run, config, space)));
  }
  return all;
}

/** Throws `config.invalid` with the field `prior` where the strategy learns from nothing, or where
 * earlier runs are named, which say more. */
export async function shippedPrior(
  catalog: Pick<Catalog, 'shippedTable'>,
  config: SearchConfig,
  card: TaskCard,
): Promise<readonly PriorResult[]> {
  const { strategy, transferFrom = [] } = config;
  const { title, accepts = [] } = strategyInfo(strategy.id);
  if (!accepts.includes('prior'))
    throw invalid('prior', `${title} learns from no earlier results: make it "none", or choose another strategy.`);
  if (transferFrom.length > 0)
    throw invalid(
      'prior',
      'earlier runs on the same data set say more than the table: make it "none", or name no run.',
    );
  const places = { dataset: { directory: '', task: taskOf(card) }, teacher: undefined };
  const space = spaceOf(problemOf(config, places, []));
  return priorOfTable(await catalog.shippedTable(), learnedMetric(config) ?? '', space);
}

/** By content where both know it: a data set may have been imported anew under its old name. */
function isSameData(
  { config: earlier }: Run,
  recorded: DatasetSources | undefined,
  { config, dataset }: NewData,
): boolean {
  if (recorded !== undefined && dataset !== undefined) return datasetChanges(recorded, dataset).length === 0;
  const [known, wanted] = [earlier.datasetFingerprint, config.datasetFingerprint];
  return known !== undefined && wanted !== undefined ? known === wanted : earlier.dataset === config.dataset;
}

const dataWords = ({ config: earlier }: Run, config: SearchConfig): string =>
  earlier.dataset === config.dataset ? `other examples of the same name (${config.dataset})` : earlier.dataset;

async function resultsOf(
  store: ReadableStore,
  run: Run,
  config: SearchConfig,
  space: Space,
): Promise<readonly PriorResult[]> {
  const metric = learnedMetric(config) ?? '';
  const finished = await readTrials(store, run.id, { states: ['finished'] });
  const results = finished
    .map(({ candidate, metrics }) => ({ candidate, value: metrics[metric] ?? NaN, source: run.id }))
    .filter((result) => isUsable(space, result));
  if (results.length > 0) return results;
  const [searched, wanted] = [run.config, config].map(({ space: kind }) => kind?.kind ?? 'compact');
  if (searched !== wanted)
    throw invalid(
      'transferFrom',
      `"${run.name}" (${run.id}) searched a ${searched} space, and this one is ${wanted}: ` +
        `say "space": "${searched}" to learn from it.`,
    );
  const levels = searched === 'wide' ? ' with levels that this search has' : '';
  const missing = `has no finished student of ${config.families.join(', ')}${levels}.`;
  throw invalid('transferFrom', `"${run.name}" (${run.id}) ${missing}`);
}

/** Explanations of runs: made of the log by the strategy worker, once for each length of it. */
import { taskOf } from '../../../core/arch/families/student-family.ts';
import { WorkbenchError } from '../../../core/errors.ts';
import type { Explanation } from '../../../core/strategies/explain.ts';
import type { ReadableStore } from '../../../store/store.ts';
import { explainLog } from '../../processes/strategy-client.ts';
import type { Catalog } from '../../library/catalog.ts';
import { problemOf } from '../context.ts';
import { logReader } from '../../slices.ts';

/** Runs whose explanations are kept; the one asked for longest ago goes first. */
const KEPT = 8;

/** Throws `run.missing`, `dataset.*` where its data set is gone, and what the strategy's start
 * throws. */
export type Explainer = (runId: string) => Promise<Explanation>;

export function createExplainer(store: ReadableStore, catalog: Pick<Catalog, 'dataset'>): Explainer {
  const kept = new Map<string, { readonly events: number; readonly explanation: Promise<Explanation> }>();

  async function explain(runId: string): Promise<Explanation> {
    const run = store.run(runId);
    if (run === undefined) throw new WorkbenchError('run.missing', `There is no run "${runId}" in this workspace.`);
    const { directory, card } = await catalog.dataset(run.config.dataset);
    const dataset = { directory, task: taskOf(card) };
    const problem = problemOf(run.config, { dataset, teacher: undefined }, store.prior(runId));
    return explainLog(problem, logReader(store, runId));
  }

  return (runId) => {
    const events = store.eventCount(runId);
    const known = kept.get(runId);
    kept.delete(runId);
    const explanation = known?.events === events ? known.explanation : explain(runId);
    kept.set(runId, { events, explanation });
    explanation.catch(() => kept.delete(runId));
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size > KEPT) kept.delete(oldest);
    return explanation;
  };
}

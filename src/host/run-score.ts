/** What lists show of a run: best accuracy, front, hypervolume. Computed when a trial ends, kept with the run. */
import type { Metrics } from '../core/objective.ts';
import { hypervolumeHistory, isFeasible, paretoItems } from '../core/pareto.ts';
import type { SearchConfig } from '../core/run.ts';
import type { RunScore } from '../store/store.ts';

/** `finished`: metrics in order of finishing. */
export function scoreOf(config: SearchConfig, finished: readonly Metrics[]): RunScore {
  const counted = finished.map((metrics) => (isFeasible(metrics, config.limits) ? metrics : {}));
  const accuracies = counted.map((metrics) => metrics['accuracy'] ?? NaN).filter(Number.isFinite);
  const history = hypervolumeHistory(counted, config.objectives, config.reference);
  return {
    bestAccuracy: accuracies.length > 0 ? accuracies.reduce((best, value) => Math.max(best, value)) : undefined,
    frontSize: paretoItems(counted, (metrics) => metrics, config.objectives).length,
    hypervolume: history.at(-1) ?? 0,
    history,
  };
}

/** The front of a search: the students that are reported, tested, and kept where nothing else is. */
import type { Metrics } from './objective.ts';
import { isFeasible, paretoItems } from './pareto.ts';
import type { SearchConfig } from './run.ts';
import type { Trial } from './trial.ts';

/** Finished trials that no other finished trial dominates, within the limits, in order of their numbers. */
export function frontOf(
  config: Pick<SearchConfig, 'objectives' | 'limits'>,
  trials: readonly Trial[],
): readonly Trial[] {
  const finished = trials.filter((trial) => trial.state === 'finished' && isFeasible(metricsOf(trial), config.limits));
  return paretoItems(finished, metricsOf, config.objectives);
}

/** Measured metrics with the known costs. */
function metricsOf(trial: Trial): Metrics {
  return { ...trial.metrics, params: trial.params, macs: trial.macs };
}

/** The front of a search: the students that are reported, tested, and kept where nothing else is. */
import type { Metrics } from './objective.ts';
import { exclusiveVolume } from './math/dominated-volume.ts';
import { isFeasible, paretoItems } from './pareto.ts';
import type { SearchConfig } from './run.ts';
import { candidateKey } from './space/candidate-key.ts';
import type { Trial } from './trial.ts';

/** Finished trials that no other finished trial dominates, within the limits, in order of their numbers. */
export function frontOf(
  config: Pick<SearchConfig, 'objectives' | 'limits'>,
  trials: readonly Trial[],
): readonly Trial[] {
  return paretoItems(feasibleOf(config, trials), metricsOf, config.objectives);
}

const feasibleOf = ({ limits }: Pick<SearchConfig, 'limits'>, trials: readonly Trial[]): readonly Trial[] =>
  trials.filter((trial) => trial.state === 'finished' && isFeasible(metricsOf(trial), limits));

/**
 * The `count` students that a search found best, each once: of its front those first without which the most hypervolume would
 * be lost, then of what is on the front without them.
 */
export function winnersOf(
  config: Pick<SearchConfig, 'objectives' | 'limits' | 'reference'>,
  trials: readonly Trial[],
  count: number,
): readonly Trial[] {
  const { objectives, reference } = config;
  /** `[objectives]`, all to be minimised. */
  const cornerOf = (metrics: Metrics): readonly number[] =>
    objectives.map(({ metric, goal }) => (metrics[metric] ?? NaN) * (goal === 'maximize' ? -1 : 1));
  const bound = cornerOf(reference);
  const isWithin = (corner: readonly number[]): boolean => corner.every((cost, j) => cost < (bound[j] ?? NaN));
  const winners: Trial[] = [];
  let rest = [...new Map(feasibleOf(config, trials).map((trial) => [candidateKey(trial.candidate), trial])).values()];
  while (winners.length < count && rest.length > 0) {
    const front = paretoItems(rest, metricsOf, objectives);
    if (front.length === 0) break; // none has a finite value
    const corners = front.map((trial) => cornerOf(metricsOf(trial)));
    const ranked = front
      .map((trial, i) => {
        const corner = corners[i] ?? [];
        return { trial, share: isWithin(corner) ? exclusiveVolume(corners.toSpliced(i, 1), corner, bound) : 0 };
      })
      .sort((a, b) => b.share - a.share || a.trial.number - b.trial.number);
    winners.push(...ranked.slice(0, count - winners.length).map(({ trial }) => trial));
    rest = rest.filter((trial) => !front.includes(trial));
  }
  return winners;
}

/** What is reported of a run, and tested: the front of a search, and all that were trained of students that were given. */
export const reportedOf = (
  config: Pick<SearchConfig, 'objectives' | 'limits' | 'students'>,
  trials: readonly Trial[],
): readonly Trial[] => (config.students ? trials.filter(({ state }) => state === 'finished') : frontOf(config, trials));

/** Measured metrics with the known costs. */
function metricsOf(trial: Trial): Metrics {
  return { ...trial.metrics, params: trial.params, macs: trial.macs };
}

/** The front of a search: the students that are reported, tested, and kept where nothing else
 * is. */
import { cornerOf } from './geometry/dominance.ts';
import { widestSubset } from './geometry/dominated-volume.ts';
import { paretoItems } from './geometry/pareto-front.ts';
import { isFeasible } from './objective.ts';
import type { SearchConfig } from './records/run.ts';
import { candidateKey } from './space/candidate-key.ts';
import { metricsOf } from './records/trial.ts';
import type { Trial } from './records/trial.ts';

/** Finished trials that no other finished trial dominates, within the limits, in order of their
 * numbers. */
export function frontOf(
  config: Pick<SearchConfig, 'objectives' | 'limits'>,
  trials: readonly Trial[],
): readonly Trial[] {
  return paretoItems(feasibleOf(config, trials), metricsOf, config.objectives);
}

const feasibleOf = ({ limits }: Pick<SearchConfig, 'limits'>, trials: readonly Trial[]): readonly Trial[] =>
  trials.filter((trial) => trial.state === 'finished' && isFeasible(metricsOf(trial), limits));

/**
 * The `count` students that a search found best, each once, spread over its front: first the one
 * that dominates most, then each time the one that adds most hypervolume to those before it (greedy
 * subset selection: Guerreiro, Fonseca and Paquete 2016); after the front, what is on the front
 * without it.
 */
export function winnersOf(
  config: Pick<SearchConfig, 'objectives' | 'limits' | 'reference'>,
  trials: readonly Trial[],
  count: number,
): readonly Trial[] {
  const { objectives, reference } = config;
  const bound = cornerOf(reference, objectives);
  const winners: Trial[] = [];
  let rest = [...new Map(feasibleOf(config, trials).map((trial) => [candidateKey(trial.candidate), trial])).values()];
  while (winners.length < count && rest.length > 0) {
    const front = paretoItems(rest, metricsOf, objectives);
    if (front.length === 0) break; // none has a finite value
    const corners = front.map((trial) => cornerOf(metricsOf(trial), objectives));
    const chosen = widestSubset(corners, bound, count - winners.length);
    winners.push(...chosen.flatMap((place) => front[place] ?? []));
    rest = rest.filter((trial) => !front.includes(trial));
  }
  return winners;
}

/** What is reported of a run, and tested: the front of a search, and all that were trained of
 * students that were given. */
export const reportedOf = (
  config: Pick<SearchConfig, 'objectives' | 'limits' | 'students'>,
  trials: readonly Trial[],
): readonly Trial[] => (config.students ? trials.filter(({ state }) => state === 'finished') : frontOf(config, trials));

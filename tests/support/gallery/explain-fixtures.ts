/** The explanation of a made-up run: core's own account of its made-up log, with the made-up
 * regions. */
import { trainingsOf } from '../../../src/core/budget.ts';
import type { Explanation } from '../../../src/core/strategies/explain.ts';
import { studentSpace } from '../../../src/core/arch/families/registry.ts';
import type { RunEvent } from '../../../src/core/records/events.ts';
import { explainRun } from '../../../src/core/strategies/explain.ts';
import type { Trial } from '../../../src/core/records/trial.ts';
import type { FixtureRun } from './fixtures.ts';
import { fixtureDataset, fixtureRegions } from './fixtures.ts';

/** Without regions and surrogate, which take an exact log. */
const UNFOLLOWED = 'made-up';

export function fixtureExplanation({ run, trials }: Pick<FixtureRun, 'run' | 'trials'>): Explanation {
  const { families, objectives, limits, reference, seed } = run.config;
  const space = studentSpace(families, { inputShape: fixtureDataset.shape, classes: fixtureDataset.classes.length });
  const problem = { space, objectives, limits, reference, budget: trainingsOf(run.config) };
  const told = trials.filter(({ state }) => state === 'finished').length;
  const isFollowed = run.config.strategy.id === 'trade';
  return {
    ...explainRun(UNFOLLOWED, { problem, seed, options: {} }, trials.flatMap(eventsOf)),
    regions: fixtureRegions(run).slice(0, trials.length),
    ...(isFollowed && told > 2 && { leftOut: { count: told, logScore: -0.61, unaided: -1.42 } }),
  };
}

function eventsOf({ number: trial, candidate, seed, why, state, metrics, reason }: Trial): readonly RunEvent[] {
  const asked: RunEvent = { type: 'asked', proposals: [{ trial, candidate, seed, why }], position: trial + 1 };
  if (state === 'finished') return [asked, { type: 'told', trial, metrics }];
  return state === 'failed' ? [asked, { type: 'failed', trial, reason: reason ?? '' }] : [asked];
}

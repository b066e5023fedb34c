/** Read-only views of a run's log: what the regions did, which family got the budget, how good the predictions were. */
import type { RunEvent } from '../events.ts';
import type { Problem } from '../objective.ts';
import { calibrate } from '../surrogate/calibration.ts';
import type { Calibration, PredictedOutcome } from '../surrogate/calibration.ts';
import type { StrategyInput } from './strategy.ts';
import { radiusName } from './trade/regions.ts';
import { trade } from './trade/trade.ts';

export interface RegionMoment {
  readonly id: number;
  readonly family: string;
  /** Trial at the centre. */
  readonly centre: number;
  readonly radius: string;
  readonly successes: number;
  readonly failures: number;
}

export interface RegionsAfter {
  /** The trial whose result moved them. */
  readonly trial: number;
  readonly regions: readonly RegionMoment[];
  /** Ids of regions that this result ended, and of those opened in their place. */
  readonly ended: readonly number[];
  readonly opened: readonly number[];
}

/** TRADE's regions after each result, by folding the log once more. */
export function regionHistory(input: StrategyInput, log: readonly RunEvent[]): readonly RegionsAfter[] {
  let state = trade.init(input);
  const history: RegionsAfter[] = [];
  for (const event of log) {
    const before = state.regions;
    state = trade.fold(state, event);
    if (event.type === 'asked') continue;
    const { regions, ledger } = state;
    const idsOf = (list: readonly { readonly id: number }[]): ReadonlySet<number> => new Set(list.map(({ id }) => id));
    const [old, now] = [idsOf(before), idsOf(regions)];
    history.push({
      trial: event.trial,
      regions: regions.map((region) => ({
        id: region.id,
        family: ledger.trials[region.centre]?.candidate.family ?? '',
        centre: region.centre,
        radius: radiusName(region),
        successes: region.successes,
        failures: region.failures,
      })),
      ended: [...old].filter((id) => !now.has(id)),
      opened: [...now].filter((id) => !old.has(id)),
    });
  }
  return history;
}

export interface FamilyAllocation {
  readonly family: string;
  /** Trials of the family among the first 1, 2, ... proposed: `[trials]`. */
  readonly cumulative: readonly number[];
  /** How often each arm chose it: `reference`, `global`, `region`, ... */
  readonly sources: Readonly<Record<string, number>>;
}

/** Which family got how much of the budget, and from which arm; families of the space without a trial included. */
export function familyAllocation(problem: Problem, log: readonly RunEvent[]): readonly FamilyAllocation[] {
  const proposals = log.flatMap((event) => (event.type === 'asked' ? event.proposals : []));
  return problem.space.families.map(({ name }) => {
    const sources: Record<string, number> = {};
    let count = 0;
    const cumulative = proposals.map(({ candidate, why }) => {
      if (candidate.family === name) {
        count++;
        sources[why.source] = (sources[why.source] ?? 0) + 1;
      }
      return count;
    });
    return { family: name, cumulative, sources };
  });
}

export interface Predicted extends PredictedOutcome {
  readonly trial: number;
}

/** Predictions made before training beside what came of them, in the objective's own units, with a summary. */
export function predictionQuality(
  problem: Problem,
  log: readonly RunEvent[],
): { readonly pairs: readonly Predicted[]; readonly calibration: Calibration | undefined } {
  const metric = problem.objectives[0]?.metric ?? '';
  const predictions = new Map(
    log
      .flatMap((event) => (event.type === 'asked' ? event.proposals : []))
      .map(({ trial, why }) => [trial, why.predicted]),
  );
  const outcomes = new Map<number, number>();
  for (const event of log) {
    if (event.type === 'told') outcomes.set(event.trial, event.metrics[metric] ?? NaN);
    else if (event.type === 'failed') outcomes.delete(event.trial);
  }
  const pairs = [...outcomes].flatMap(([trial, outcome]): Predicted[] => {
    const predicted = predictions.get(trial);
    return predicted && Number.isFinite(outcome) ? [{ trial, ...predicted, outcome }] : [];
  });
  return { pairs, calibration: calibrate(pairs) };
}

/**
 * A family's trust region as the log leaves it: TuRBO's law over the family's results, in the order
 * in which they came.
 *
 * | symbol | meaning                                                   |
 * | L      | side of the box, as a share of the whole range             |
 * | V      | hypervolume (or improvement) that all results made before  |
 */
import { createCells, hypervolumeGain } from '../../geometry/cells.ts';
import type { Outcome } from '../../geometry/cells.ts';
import type { DataTrial } from '../ledger.ts';
import { TRADE_F } from './constants.ts';

export interface Episode {
  readonly side: number;
  readonly successes: number;
  readonly failures: number;
  /** The family's results since the last restart: all that its process may see. */
  readonly results: readonly DataTrial[];
}

const FRESH: Episode = { side: TRADE_F.side, successes: 0, failures: 0, results: [] };

/** The law for one result. A box that collapses starts anew without its data. */
function nextEpisode(before: Episode, trial: DataTrial, isSuccess: boolean, initial: number, d: number): Episode {
  const results = [...before.results, trial];
  // First draws fill the region: they neither fail nor succeed.
  if (before.results.length < initial) return { ...before, results };
  const successes = isSuccess ? before.successes + 1 : 0;
  const failures = isSuccess ? 0 : before.failures + 1;
  if (successes >= TRADE_F.successTolerance) {
    return { side: Math.min(TRADE_F.widest, 2 * before.side), successes: 0, failures: 0, results };
  }
  if (failures < Math.max(TRADE_F.failureTolerance, d)) return { side: before.side, successes, failures, results };
  const side = before.side / 2;
  return side < TRADE_F.narrowest ? FRESH : { side, successes: 0, failures: 0, results };
}

export interface FamilyPlan {
  readonly dimensions: number;
  readonly initial: number;
}

/** Every family's region after all results. `outcomeAt` is `undefined` where a trial breaks a
 * limit. */
export function followEpisodes(
  plans: ReadonlyMap<string, FamilyPlan>,
  told: readonly DataTrial[],
  outcomeAt: (trial: DataTrial) => Outcome | undefined,
  reference: Outcome,
): ReadonlyMap<string, Episode> {
  const episodes = new Map([...plans.keys()].map((family) => [family, FRESH]));
  const outcomes: Outcome[] = [];
  let volume = 0;
  for (const trial of told) {
    const outcome = outcomeAt(trial);
    const gain = outcome ? hypervolumeGain(createCells(outcomes, reference), outcome) : 0;
    const plan = plans.get(trial.candidate.family);
    const before = episodes.get(trial.candidate.family);
    if (plan && before) {
      const isSuccess = gain > TRADE_F.success * volume;
      episodes.set(trial.candidate.family, nextEpisode(before, trial, isSuccess, plan.initial, plan.dimensions));
    }
    volume += gain;
    if (outcome) outcomes.push(outcome);
  }
  return episodes;
}

export const testing = { FRESH, nextEpisode };

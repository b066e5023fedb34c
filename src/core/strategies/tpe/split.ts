/**
 * Which trials count as good. With a single objective the best tenth; with several, whole nondomination ranks as far as a tenth
 * reaches, and of the rank that it cuts those that together have the most hypervolume, found greedily (Ozaki et al. 2022).
 *
 * | symbol | meaning                                                      | shape  |
 * | point  | objectives of a trial, all to be minimised                   | [m]    |
 * | r      | reference point: a tenth worse than the rank's worst values  | [m]    |
 */
import { exclusiveVolume } from '../../math/dominated-volume.ts';
import type { Problem } from '../../objective.ts';
import type { Candidate } from '../../space/space.ts';
import type { Ledger } from '../ledger.ts';
import { standings } from '../ranking.ts';
import type { Standing } from '../ranking.ts';
import { TPE } from './constants.ts';

type Point = readonly number[];

export interface Split {
  readonly good: readonly Candidate[];
  /** Everything else in the order of the trials: worse, failed, over a measured limit, still running. */
  readonly rest: readonly Candidate[];
}

export function splitTrials(problem: Problem, ledger: Ledger): Split {
  const standing = standings(problem, ledger);
  const share = Math.ceil(TPE.gamma * standing.length);
  const isSingle = problem.objectives.length === 1;
  const good = best(standing, isSingle ? Math.min(TPE.mostGood, share) : share, isSingle);
  const chosen = new Set(good.map(({ trial }) => trial.trial));
  const of = (isGood: boolean): readonly Candidate[] =>
    ledger.trials.filter(({ trial }) => chosen.has(trial) === isGood).map(({ candidate }) => candidate);
  return { good: of(true), rest: of(false) };
}

/** The first `count`; where they end within a rank of several objectives, its members of most hypervolume. */
function best(standing: readonly Standing[], count: number, isSingle: boolean): readonly Standing[] {
  const cut = standing[count]?.rank;
  const whole = standing.filter(({ rank }) => cut === undefined || rank < cut);
  const split = standing.filter(({ rank }) => rank === cut);
  const points = split.flatMap(({ outcome }) => (outcome ? [[-outcome.value, ...outcome.costs]] : []));
  if (isSingle || points.length < split.length) return standing.slice(0, count);
  return [...whole, ...widestSubset(points, count - whole.length).map((i) => split[i]!)];
}

/** Indices of `count` of the points, each the one that adds most hypervolume to those before it; equals in their order. */
export function widestSubset(points: readonly Point[], count: number): readonly number[] {
  const r = (points[0] ?? []).map((_, j) => {
    const worst = points.reduce((high, point) => Math.max(high, point[j]!), -Infinity);
    return worst + TPE.margin * Math.abs(worst) || Number.MIN_VALUE;
  });
  const left = new Set(points.keys());
  const taken: number[] = [];
  while (taken.length < count && left.size > 0) {
    let [next, most] = [-1, -Infinity];
    for (const i of left) {
      const gained = exclusiveVolume(
        taken.map((k) => points[k]!),
        points[i]!,
        r,
      );
      if (gained > most) [next, most] = [i, gained];
    }
    left.delete(next);
    taken.push(next);
  }
  return taken;
}

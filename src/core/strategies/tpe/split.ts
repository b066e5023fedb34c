/**
 * Which trials count as good. With a single objective the best tenth; with several, whole
 * nondomination ranks as far as a tenth reaches, and of the rank that it cuts those that together
 * have the most hypervolume, found greedily (Ozaki et al. 2022).
 */
import { outcomeCorner } from '../../geometry/cells.ts';
import type { Corner } from '../../geometry/dominance.ts';
import { widestSubset } from '../../geometry/dominated-volume.ts';
import type { Problem } from '../../objective.ts';
import type { Candidate } from '../../space/space.ts';
import type { Ledger } from '../ledger.ts';
import { standings } from '../ranking.ts';
import type { Standing } from '../ranking.ts';
import { TPE } from './constants.ts';

export interface Split {
  readonly good: readonly Candidate[];
  /** Everything else in the order of the trials: worse, failed, over a measured limit, still
   * running. */
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

/** The first `count`; where they end within a rank of several objectives, its members of most
 * hypervolume. */
function best(standing: readonly Standing[], count: number, isSingle: boolean): readonly Standing[] {
  const cut = standing[count]?.rank;
  const whole = standing.filter(({ rank }) => cut === undefined || rank < cut);
  const split = standing.filter(({ rank }) => rank === cut);
  const corners = split.flatMap(({ outcome }) => (outcome ? [outcomeCorner(outcome)] : []));
  if (isSingle || corners.length < split.length) return standing.slice(0, count);
  const chosen = widestSubset(corners, referenceBehind(corners), count - whole.length);
  return [...whole, ...chosen.map((i) => split[i]!)];
}

/** A tenth worse than the worst values. */
function referenceBehind(corners: readonly Corner[]): Corner {
  return Array.from(corners[0] ?? [], (_, j) => {
    const worst = corners.reduce((high, corner) => Math.max(high, corner[j]!), -Infinity);
    return worst + TPE.margin * Math.abs(worst) || Number.MIN_VALUE;
  });
}

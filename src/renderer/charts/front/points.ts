/** Where students stand in the plane of two metrics: on its front, dominated, beyond a limit, or
 * not there yet. */
import { kneePoint, paretoFront } from '../../../core/geometry/pareto-front.ts';
import { isFeasible } from '../../../core/objective.ts';
import type { Limit, Objective } from '../../../core/objective.ts';
import { metricsOf } from '../../../core/records/trial.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { TrialMetric } from '../../trial-metrics.ts';
import { METRIC_SPECS } from '../../trial-metrics.ts';

export interface FrontPoint {
  readonly trial: Trial;
  readonly x: number;
  readonly y: number;
  /** `later`: it finished after the moment that is shown. */
  readonly place: 'front' | 'dominated' | 'infeasible' | 'later';
  readonly isKnee: boolean;
}

export interface Plane {
  readonly x: TrialMetric;
  readonly y: TrialMetric;
  readonly limits: readonly Limit[];
}

/** Finished students in the order of finishing: the n-th of them is the n-th point of the
 * hypervolume's history. */
export function finishingOrder(trials: readonly Trial[]): readonly Trial[] {
  const finished = trials.filter(({ state }) => state === 'finished');
  return finished.sort(
    (left, right) => (left.finishedAt ?? '').localeCompare(right.finishedAt ?? '') || left.number - right.number,
  );
}

/** Measured students by rising x; those finished after the first `after` of them are `later`. */
export function frontPoints(
  trials: readonly Trial[],
  { x, y, limits }: Plane,
  after = Infinity,
): readonly FrontPoint[] {
  const [abscissa, ordinate] = [METRIC_SPECS[x], METRIC_SPECS[y]];
  const objectives: readonly Objective[] = [
    { metric: 'x', goal: abscissa.goal, known: true },
    { metric: 'y', goal: ordinate.goal, known: true },
  ];
  const known = Number.isFinite(after) ? new Set(finishingOrder(trials).slice(0, after)) : undefined;
  const measured = trials.flatMap((trial) => {
    const at = { trial, x: abscissa.value(trial), y: ordinate.value(trial) };
    return Number.isFinite(at.x) && Number.isFinite(at.y) && trial.metrics['accuracy'] !== undefined ? [at] : [];
  });
  const counted = measured.filter(({ trial }) => {
    const isThere = known === undefined || known.has(trial);
    return isThere && isFeasible(metricsOf(trial), limits);
  });
  const metrics = counted.map((at) => ({ x: at.x, y: at.y }));
  const onFront = new Set(paretoFront(metrics, objectives).map((index) => counted[index]?.trial));
  const knee = counted[kneePoint(metrics, objectives) ?? -1]?.trial;
  const feasible = new Set(counted.map(({ trial }) => trial));
  const placeOf = (trial: Trial): FrontPoint['place'] => {
    if (known !== undefined && !known.has(trial)) return 'later';
    if (onFront.has(trial)) return 'front';
    return feasible.has(trial) ? 'dominated' : 'infeasible';
  };
  return measured
    .map((at) => ({ ...at, place: placeOf(at.trial), isKnee: at.trial === knee }))
    .sort((left, right) => left.x - right.x || left.y - right.y);
}

/** How the line between two members of a front turns: what is attained at an x is attained by all
 * worse ones. */
export function stepOf(x: TrialMetric): 'start' | 'end' {
  return METRIC_SPECS[x].goal === 'minimize' ? 'end' : 'start';
}

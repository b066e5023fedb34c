/** A run's hypervolume history and those of other runs, all measured from this run's reference
 * point within its limits. */
import { trainingsOf } from '../../../core/budget.ts';
import type { RunSummaryView } from '../../../bridge/schemas/records.ts';
import { hypervolumeHistory } from '../../../core/geometry/hypervolume.ts';
import { isFeasible } from '../../../core/objective.ts';
import type { SearchConfig } from '../../../core/records/run.ts';
import { metricsOf } from '../../../core/records/trial.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { OtherRun } from '../../charts/front/input.ts';
import { finishingOrder } from '../../charts/front/points.ts';
import type { HypervolumeInput } from '../../charts/hypervolume.ts';
import { referenceBox } from '../../hypervolume-share.ts';

const UNITS: Readonly<Record<string, string>> = { accuracy: 'accuracy', params: 'parameters', macs: 'MACs' };

export function hypervolumeInput(
  { run, score }: RunSummaryView,
  others: readonly OtherRun[],
): Omit<HypervolumeInput, 'after' | 'isSmall'> {
  const { config } = run;
  return {
    history: score.history,
    step: score.historyStep,
    trials: trainingsOf(config),
    unit: config.objectives.map(({ metric }) => UNITS[metric] ?? metric).join(' × '),
    box: referenceBox(config),
    name: others.length > 0 ? run.name : 'Hypervolume',
    others: others.map(({ id, name, trials, place }) => ({ id, name, place, history: historyOf(trials, config) })),
  };
}

/** As the host scores a run, by another run's objectives. */
function historyOf(trials: readonly Trial[], config: SearchConfig): readonly number[] {
  const metrics = finishingOrder(trials).map(metricsOf);
  const counted = metrics.map((one) => (isFeasible(one, config.limits) ? one : {}));
  return hypervolumeHistory(counted, config.objectives, config.reference);
}

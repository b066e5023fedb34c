/** A run's hypervolume history and those of other runs, all measured from this run's reference
 * point within its limits. */
import { trainingsOf } from '../../../core/budget.ts';
import type { CostsView, RunSummaryView } from '../../../bridge/schemas/records.ts';
import { hypervolumeHistory } from '../../../core/geometry/hypervolume.ts';
import { isFeasible } from '../../../core/objective.ts';
import type { SearchConfig } from '../../../core/records/run.ts';
import { metricsOf } from '../../../core/records/trial.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { OtherRun } from '../../charts/front/input.ts';
import { finishingOrder } from '../../charts/front/points.ts';
import type { CostAxis } from '../../stores/front-look.ts';
import type { HypervolumeInput } from '../../charts/hypervolume.ts';
import { referenceBox } from '../../hypervolume-share.ts';

const UNITS: Readonly<Record<string, string>> = { accuracy: 'accuracy', params: 'parameters', macs: 'MACs' };

/** Costs of runs by their results, where they have been read. */
export type CostsOf = (runId: string) => CostsView | undefined;

/** Over `over`; a run whose costs are not read yet has no history. */
export function hypervolumeInput(
  { run, score }: RunSummaryView,
  others: readonly OtherRun[],
  { over, costsOf }: { readonly over: CostAxis; readonly costsOf: CostsOf } = OVER_STUDENTS,
): Omit<HypervolumeInput, 'after' | 'isSmall'> {
  const { config } = run;
  const placed = (id: string, history: readonly number[], step: number) => {
    if (over === 'students') return { history };
    const costs = costsOf(id)?.[over] ?? [];
    const places = history.flatMap((_value, index) => costs[(index + 1) * step - 1] ?? []);
    return { history: history.slice(0, places.length), places };
  };
  return {
    ...placed(run.id, score.history, score.historyStep),
    step: score.historyStep,
    total: totalOf(config, over),
    ...(over !== 'students' && { over }),
    unit: config.objectives.map(({ metric }) => UNITS[metric] ?? metric).join(' × '),
    box: referenceBox(config),
    name: others.length > 0 ? run.name : 'Hypervolume',
    others: others.map(({ id, name, trials, place }) => ({
      ...{ id, name, place },
      ...placed(id, historyOf(trials, config), 1),
    })),
  };
}

const OVER_STUDENTS = { over: 'students', costsOf: () => undefined } as const;

/** Where the axis ends as long as the run goes on; nobody knows the seconds. */
function totalOf(config: SearchConfig, over: CostAxis): number {
  if (over === 'students') return trainingsOf(config);
  if (over === 'seconds' || config.recipe.seconds !== undefined) return 0;
  return 'epochs' in config.budget ? config.budget.epochs : config.budget.trials * config.recipe.epochs;
}

/** As the host scores a run, by another run's objectives. */
function historyOf(trials: readonly Trial[], config: SearchConfig): readonly number[] {
  const metrics = finishingOrder(trials).map(metricsOf);
  const counted = metrics.map((one) => (isFeasible(one, config.limits) ? one : {}));
  return hypervolumeHistory(counted, config.objectives, config.reference);
}

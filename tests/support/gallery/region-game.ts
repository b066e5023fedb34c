/** The trust region for made-up trials: TRADE's own law over them, with the front in the place of a
 * surrogate. */
import type { Why } from '../../../src/core/records/proposal.ts';
import { paretoFront } from '../../../src/core/geometry/pareto-front.ts';
import type { SearchConfig } from '../../../src/core/records/run.ts';
import type { RegionMoment, RegionsAfter } from '../../../src/core/strategies/followed.ts';
import { isOpen, radiusName, testing } from '../../../src/core/strategies/trade/regions.ts';
import type { Family } from '../../../src/core/space/space.ts';
import type { Trial } from '../../../src/core/records/trial.ts';

const { afterTrial, WHOLE_SPACE } = testing;

/** Eight dimensions, so that radii go 4, 2, 1. */
const FAMILY: Pick<Family, 'dimensions'> = {
  dimensions: Array.from({ length: 8 }, (_, i) => {
    return { name: `width${i}`, title: 'width', role: 'width', type: 'ordinal', levels: [1, 2, 3] } as const;
  }),
};

export type ChosenRegion = NonNullable<Why['region']>;

export interface RegionGame {
  readonly moments: readonly RegionsAfter[];
  /** The region as it is, if it is open. */
  choose(): ChosenRegion | undefined;
  tell(trial: Trial): void;
}

export function createRegionGame({ objectives, strategy }: Pick<SearchConfig, 'objectives' | 'strategy'>): RegionGame {
  const moments: RegionsAfter[] = [];
  const trials: Trial[] = [];
  let region = WHOLE_SPACE;
  let open: RegionMoment | undefined;

  function front(): readonly number[] {
    const told = trials.filter(({ state }) => state === 'finished');
    const metrics = told.map(({ metrics: own, params, macs }) => ({ ...own, params, macs }));
    return paretoFront(metrics, objectives).flatMap((index) => told[index]?.number ?? []);
  }

  function tell(trial: Trial): void {
    trials.push(trial);
    if (strategy.id !== 'trade') return;
    const best = front();
    const success = best.includes(trial.number);
    const isGuided = trial.why.source === 'global' || trial.why.source === 'region';
    if (isGuided) region = afterTrial(region, success);
    const centre = best.at(-1);
    const before = open;
    open =
      isOpen(region) && centre !== undefined
        ? {
            ...{ id: region.id, family: trials[centre]?.candidate.family ?? '', centre },
            ...{ radius: radiusName(region, FAMILY), successes: region.successes, failures: region.failures },
          }
        : undefined;
    const stays = open !== undefined && open.id === before?.id;
    moments.push({
      trial: trial.number,
      regions: open ? [open] : [],
      own: open && stays && isGuided ? { region: open.id, success } : undefined,
      ended: before && !stays ? [before.id] : [],
      opened: open && !stays ? [open.id] : [],
      recentred: open && stays && open.centre !== before?.centre ? [open.id] : [],
    });
  }

  return {
    moments,
    choose: () => open && { id: open.id, centre: open.centre, radius: open.radius },
    tell,
  };
}

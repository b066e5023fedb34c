/** Trust regions for made-up trials: TRADE's own law over them, with the front in the place of a
 * surrogate. */
import type { Why } from '../../../src/core/records/proposal.ts';
import { paretoFront } from '../../../src/core/geometry/pareto-front.ts';
import type { SearchConfig } from '../../../src/core/records/run.ts';
import { TRADE } from '../../../src/core/strategies/trade/constants.ts';
import type { RegionsAfter } from '../../../src/core/strategies/followed.ts';
import { afterTrial, narrowestStep, openRegion, radiusName } from '../../../src/core/strategies/trade/regions.ts';
import type { Region } from '../../../src/core/strategies/trade/regions.ts';
import type { Family } from '../../../src/core/space/space.ts';
import type { Trial } from '../../../src/core/records/trial.ts';

/** Its regions' box: nine levels to a dimension, so that radii go all, 4, 2, 1. */
const FAMILY: Pick<Family, 'dimensions'> = {
  dimensions: [{ name: 'width', title: 'width', role: 'width', type: 'ordinal', levels: [1, 2, 3, 4, 5, 6, 7, 8, 9] }],
};
const NARROWEST = narrowestStep(FAMILY);

/** Less patient than the law with failures, and more with idleness, so that a short search shows
 * all that can happen. */
const FAILURES = 2;
const IDLE = 24;

export type ChosenRegion = NonNullable<Why['region']>;

export interface RegionGame {
  readonly moments: readonly RegionsAfter[];
  /** The youngest open region of the family. */
  choose(family: string): ChosenRegion | undefined;
  tell(trial: Trial): void;
}

export function createRegionGame({ objectives, strategy }: Pick<SearchConfig, 'objectives' | 'strategy'>): RegionGame {
  const moments: RegionsAfter[] = [];
  const trials: Trial[] = [];
  const spent = new Set<number>();
  let regions: readonly Region[] = [];
  let opened = 0;

  const familyAt = ({ centre }: Region): string => trials[centre]?.candidate.family ?? '';

  function front(): ReadonlySet<number> {
    const told = trials.filter(({ state }) => state === 'finished');
    const metrics = told.map(({ metrics: own, params, macs }) => ({ ...own, params, macs }));
    return new Set(paretoFront(metrics, objectives).flatMap((index) => told[index]?.number ?? []));
  }

  /** After the trial, `undefined` where it ended. */
  function moved(region: Region, trial: Trial, best: ReadonlySet<number>): Region | undefined {
    const isOwn = trial.why.region?.id === region.id;
    const success = best.has(trial.number);
    const next = isOwn ? afterTrial(region, success, FAILURES, NARROWEST) : { ...region, idle: region.idle + 1 };
    if (!next || next.idle > IDLE) {
      spent.add(region.centre);
      return undefined;
    }
    const centre = isOwn && success ? trial.number : region.centre;
    return best.has(centre) ? { ...next, centre } : undefined;
  }

  function tell(trial: Trial): void {
    trials.push(trial);
    if (strategy.id !== 'trade') return;
    const best = front();
    const before = new Map(regions.map((region) => [region.id, region]));
    const survivors = regions.flatMap((region) => moved(region, trial, best) ?? []);
    const taken = new Set(survivors.map(({ centre }) => centre));
    const free = [...best].filter((number) => !taken.has(number) && !spent.has(number));
    const fresh = free.slice(0, TRADE.regions - survivors.length).map((centre): Region => {
      opened += 1;
      return openRegion(opened, centre);
    });
    regions = [...survivors, ...fresh];
    const own = survivors.find(({ id }) => id === trial.why.region?.id);
    moments.push({
      trial: trial.number,
      regions: regions.map((region) => ({
        ...{ id: region.id, family: familyAt(region), centre: region.centre, radius: radiusName(region, FAMILY) },
        ...{ successes: region.successes, failures: region.failures },
      })),
      own: own && { region: own.id, success: best.has(trial.number) },
      ended: [...before.keys()].filter((id) => !survivors.some((region) => region.id === id)),
      opened: fresh.map(({ id }) => id),
      recentred: survivors.flatMap(({ id, centre }) => (before.get(id)?.centre === centre ? [] : [id])),
    });
  }

  return {
    moments,
    choose: (family) => {
      const region = regions.findLast((one) => familyAt(one) === family);
      return region && { id: region.id, centre: region.centre, radius: radiusName(region, FAMILY) };
    },
    tell,
  };
}

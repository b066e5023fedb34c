/**
 * Trust regions on the lattice and their law (docs/trade.md, step 5). A region is a box around a
 * student on the front: so many levels up or down in its ordinal dimensions, so many categorical
 * ones different. Each step halves them all, as in TuRBO (Eriksson et al. 2019), whatever the
 * dimension's length. It only ever proposes; no data is dropped.
 */
import { hypervolumeGain, outcomeCorner } from '../../geometry/cells.ts';
import type { Cells, Outcome } from '../../geometry/cells.ts';
import { isWithin, nondominated } from '../../geometry/dominance.ts';
import { exclusiveVolumes } from '../../geometry/dominated-volume.ts';
import { withinRadius } from '../../space/neighbours.ts';
import type { Configuration, Dimension, Family } from '../../space/space.ts';
import { TRADE } from './constants.ts';
import type { Payoff } from './credit.ts';

export interface Region {
  readonly id: number;
  /** Trial at its centre. */
  readonly centre: number;
  /** Halvings: 0 is the whole family. */
  readonly step: number;
  readonly successes: number;
  readonly failures: number;
  /** Trials told since one of its own. */
  readonly idle: number;
  /** What its last trials promised and made. */
  readonly payoffs: readonly Payoff[];
}

/** A new one around a trial. */
export const openRegion = (id: number, centre: number): Region => {
  return { id, centre, step: TRADE.openedAt, successes: 0, failures: 0, idle: 0, payoffs: [] };
};

/** Failures that narrow a region over `d` dimensions. */
export const failureTolerance = (d: number): number => Math.max(TRADE.failureTolerance, Math.ceil(d / 2));

/**
 * The law. Successes in a row widen the region and failures in a row narrow it; one that fails at
 * its narrowest step is dead (`undefined`).
 */
export function afterTrial(region: Region, success: boolean, tolerance: number, narrowest: number): Region | undefined {
  const successes = success ? region.successes + 1 : 0;
  const failures = success ? 0 : region.failures + 1;
  if (successes >= TRADE.successTolerance) {
    return { ...region, step: Math.max(0, region.step - 1), successes: 0, failures: 0, idle: 0 };
  }
  if (failures < tolerance) return { ...region, successes, failures, idle: 0 };
  return region.step < narrowest ? { ...region, step: region.step + 1, successes: 0, failures: 0, idle: 0 } : undefined;
}

/** A success realises a fair part of what was expected, and would still be a gain were it one noise
 * deviation worse. */
export const isSuccess = (before: Cells, told: Outcome, expected: number, noise: number): boolean =>
  hypervolumeGain(before, told) >= TRADE.successShare * expected &&
  hypervolumeGain(before, { ...told, value: told.value - noise }) > 0;

/** The gain were it one noise deviation better: a promise is held to be broken only where noise
 * alone does not explain it. */
export const gainAtBest = (before: Cells, told: Outcome, noise: number): number =>
  hypervolumeGain(before, { ...told, value: told.value + noise });

type Step = Pick<Region, 'step'>;
type Dimensions = Pick<Family, 'dimensions'>;

const halved = (whole: number, step: number): number => Math.max(1, Math.ceil(whole / 2 ** step));

/** How many levels the ordinal dimension may move up or down. */
export const levelRadius = ({ step }: Step, { levels }: Pick<Dimension, 'levels'>): number =>
  halved(levels.length - 1, step);

/** How many of so many categorical dimensions may differ. */
export const hammingRadius = ({ step }: Step, categories: number): number => halved(categories, step);

const isCategorical = ({ type }: Dimension): boolean => type === 'categorical';

/** Levels of the family's longest ordinal dimension less one: 0 without any. */
const longestReach = ({ dimensions }: Dimensions): number =>
  dimensions.reduce(
    (high, dimension) => (isCategorical(dimension) ? high : Math.max(high, dimension.levels.length - 1)),
    0,
  );

/** The step at which no dimension can be narrowed any more. */
export function narrowestStep(family: Dimensions): number {
  const categories = family.dimensions.filter(isCategorical).length;
  return Math.ceil(Math.log2(Math.max(2, longestReach(family), categories)));
}

/** `all`, or how many levels its longest dimension may move: what the workbench shows. */
export const radiusName = ({ step }: Step, family: Dimensions): string =>
  step === 0 ? 'all' : String(halved(longestReach(family), step));

/** Test for membership of the region around a centre of its family. */
export function contains(region: Step, family: Family, centre: Configuration): (config: Configuration) => boolean {
  const categories = family.dimensions.filter(isCategorical).length;
  return withinRadius(family, centre, (dimension) => levelRadius(region, dimension), hammingRadius(region, categories));
}

/** Trials on the front (of equals the earliest) with the hypervolume that would be lost without
 * each, largest first. */
export function contributions(
  outcomes: readonly Placed[],
  reference: Outcome,
): readonly { readonly trial: number; readonly share: number }[] {
  const byTrial = outcomes.toSorted((a, b) => a.trial - b.trial);
  const first = new Set(nondominated(byTrial.map(({ outcome }) => outcomeCorner(outcome))).map((i) => byTrial[i]));
  const bound = outcomeCorner(reference);
  const front = outcomes.filter((item) => first.has(item) && isWithin(outcomeCorner(item.outcome), bound));
  const shares = exclusiveVolumes(
    front.map(({ outcome }) => outcomeCorner(outcome)),
    bound,
  );
  return front
    .map(({ trial }, i) => ({ trial, share: shares[i]! }))
    .sort((a, b) => b.share - a.share || a.trial - b.trial);
}

interface Placed {
  readonly trial: number;
  readonly outcome: Outcome;
}

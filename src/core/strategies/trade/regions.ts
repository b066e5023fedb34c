/**
 * Trust regions on the lattice and their law (docs/trade.md, step 5). A region is a box around a student on the front: so many
 * levels up or down in its ordinal dimensions, so many categorical ones different. It only ever proposes; no data is dropped.
 */
import { createCells, hypervolumeGain } from '../../acquisition/cells.ts';
import type { Outcome } from '../../acquisition/cells.ts';
import { exclusiveVolume } from '../../math/dominated-volume.ts';
import { withinRadius } from '../../space/neighbours.ts';
import type { Configuration, Family } from '../../space/space.ts';
import { TRADE } from './constants.ts';

export interface Region {
  readonly id: number;
  /** Trial at its centre. */
  readonly centre: number;
  /** Position in the radius tables: 0 is the widest. */
  readonly step: number;
  readonly successes: number;
  readonly failures: number;
  /** Trials told since one of its own. */
  readonly idle: number;
}

const LAST_STEP = TRADE.levelRadii.length - 1;

/** Failures that narrow a region over `d` dimensions. */
export const failureTolerance = (d: number): number => Math.max(TRADE.failureTolerance, Math.ceil(d / 2));

/**
 * The law. Successes in a row widen the region and failures in a row narrow it; one that fails at its narrowest is dead
 * (`undefined`).
 */
export function afterTrial(region: Region, success: boolean, tolerance: number): Region | undefined {
  const successes = success ? region.successes + 1 : 0;
  const failures = success ? 0 : region.failures + 1;
  if (successes >= TRADE.successTolerance) {
    return { ...region, step: Math.max(0, region.step - 1), successes: 0, failures: 0, idle: 0 };
  }
  if (failures < tolerance) return { ...region, successes, failures, idle: 0 };
  return region.step < LAST_STEP ? { ...region, step: region.step + 1, successes: 0, failures: 0, idle: 0 } : undefined;
}

/** A success realises a fair part of what was expected, and would still be a gain were it one noise deviation worse. */
export function isSuccess(
  before: readonly Outcome[],
  reference: Outcome,
  told: Outcome,
  expected: number,
  noise: number,
): boolean {
  const cells = createCells(before, reference);
  const gain = hypervolumeGain(cells, told);
  return gain >= TRADE.successShare * expected && hypervolumeGain(cells, { ...told, value: told.value - noise }) > 0;
}

/** Level radius and Hamming radius of a region over a family with so many categorical dimensions. */
export function radii(
  region: Pick<Region, 'step'>,
  categories: number,
): { readonly levels: number; readonly hamming: number } {
  const levels = TRADE.levelRadii[region.step] ?? 1;
  const hamming = [categories, Math.ceil(categories / 2), 2, 1][region.step] ?? 1;
  return { levels, hamming };
}

/** `all`, `4`, `2` or `1`: what the workbench shows. */
export const radiusName = (region: Pick<Region, 'step'>): string => {
  const levels = TRADE.levelRadii[region.step] ?? 1;
  return levels === Infinity ? 'all' : String(levels);
};

/** Test for membership of the region around a centre of its family. */
export function contains(
  region: Pick<Region, 'step'>,
  family: Family,
  centre: Configuration,
): (config: Configuration) => boolean {
  const { levels, hamming } = radii(region, family.dimensions.filter(({ type }) => type === 'categorical').length);
  return withinRadius(family, centre, levels, hamming);
}

/** Trials on the front with the hypervolume that would be lost without each, largest first. */
export function contributions(
  outcomes: readonly Placed[],
  reference: Outcome,
): readonly { readonly trial: number; readonly share: number }[] {
  const corner = ({ value, costs }: Outcome): readonly number[] => [-value, ...costs];
  const bound = corner(reference);
  const useful = outcomes.filter(
    ({ outcome, trial }) =>
      corner(outcome).every((cost, j) => cost < (bound[j] ?? NaN)) &&
      !outcomes.some((other) => covers(other, { outcome, trial })),
  );
  const front = useful.map(({ outcome }) => corner(outcome));
  return useful
    .map(({ trial, outcome }, i) => ({
      trial,
      share: exclusiveVolume(front.toSpliced(i, 1), corner(outcome), bound),
    }))
    .sort((a, b) => b.share - a.share || a.trial - b.trial);
}

interface Placed {
  readonly trial: number;
  readonly outcome: Outcome;
}

/** Nowhere worse and somewhere better; of equals the earlier covers the later. */
function covers(a: Placed, b: Placed): boolean {
  if (a.outcome.value < b.outcome.value || a.outcome.costs.some((cost, j) => cost > (b.outcome.costs[j] ?? NaN)))
    return false;
  const equal = a.outcome.value === b.outcome.value && a.outcome.costs.every((cost, j) => cost === b.outcome.costs[j]);
  return equal ? a.trial < b.trial : true;
}

/**
 * The trust region and its law (docs/trade.md, step 5). It restricts: as long as it is open, a
 * student is proposed only within so many exchanges of one that its family's front holds, as the
 * surrogate believes it to be. It opens at the whole space, where nothing is restricted. Failures
 * in a row halve its radius, successes in a row double it (Eriksson et al. 2019, TuRBO), and one
 * that fails at its narrowest starts again at the whole space. Distances are exchanges, since
 * architectures have categories (Wan et al. 2021, CASMOPOLITAN), and the centres are the whole
 * front's (Daulton et al. 2022, MORBO). No data is dropped.
 *
 * Nothing of it is kept. The law is played over the results again at every proposal, with the
 * values that the surrogate believes in by then, so no luck of one training moves it for long.
 */
import { createCells, hypervolumeGain, outcomeCorner } from '../../geometry/cells.ts';
import type { Outcome } from '../../geometry/cells.ts';
import { isWithin, nondominated } from '../../geometry/dominance.ts';
import { exclusiveVolumes } from '../../geometry/dominated-volume.ts';
import type { Candidate, Configuration, Family } from '../../space/space.ts';
import type { LedgerTrial } from '../ledger.ts';
import { TRADE } from './constants.ts';

export interface Region {
  /** Counts the times that it was opened; 0 before the first. */
  readonly id: number;
  /** Halvings: 0 is the whole space. */
  readonly step: number;
  readonly successes: number;
  readonly failures: number;
}

const WHOLE_SPACE: Region = { id: 0, step: 0, successes: 0, failures: 0 };

export const isOpen = ({ step }: Pick<Region, 'step'>): boolean => step > 0;

/** The law. */
function afterTrial(region: Region, success: boolean): Region {
  const successes = success ? region.successes + 1 : 0;
  const failures = success ? 0 : region.failures + 1;
  const moved = { successes: 0, failures: 0 };
  if (successes >= TRADE.successTolerance) return { ...region, ...moved, step: Math.max(0, region.step - 1) };
  if (failures < TRADE.failureTolerance) return { ...region, successes, failures };
  if (region.step === TRADE.narrowest) return { ...region, ...moved, step: 0 };
  return { id: region.id + (isOpen(region) ? 0 : 1), ...moved, step: region.step + 1 };
}

/** A success makes at least this much of the gain that was promised, by what is believed now. */
const isSuccess = (gain: number, promised: number): boolean => gain > TRADE.successShare * promised;

/** A result as the law sees it. */
export interface Result extends Pick<LedgerTrial, 'trial' | 'why' | 'candidate'> {
  /** As it is believed to be; `undefined` over a measured limit. */
  readonly outcome: Outcome | undefined;
}

export interface AfterResult {
  readonly trial: number;
  readonly region: Region;
  /** `undefined` where the surrogate had not proposed it. */
  readonly success: boolean | undefined;
}

/** The region after each of the results, in the order in which they came. */
export function playLaw(results: readonly Result[], reference: Outcome): readonly AfterResult[] {
  const front: Outcome[] = [];
  let cells = createCells(front, reference);
  let region = WHOLE_SPACE;
  return results.map(({ trial, why, outcome }) => {
    const gain = outcome ? hypervolumeGain(cells, outcome) : 0;
    // What gains nothing is hidden by others, and stays so.
    if (outcome && gain > 0) {
      front.push(outcome);
      cells = createCells(front, reference);
    }
    if (why.source !== 'global' && why.source !== 'region') return { trial, region, success: undefined };
    const success = isSuccess(gain, why.expectedGain ?? 0);
    region = afterTrial(region, success);
    return { trial, region, success };
  });
}

type Dimensions = Pick<Family, 'dimensions'>;

/** How many dimensions of a student may differ from a centre's. */
export const exchangeRadius = ({ step }: Pick<Region, 'step'>, { dimensions }: Dimensions): number =>
  Math.max(1, Math.ceil(dimensions.length / 2 ** step));

/** What the workbench shows: `4/13` is four of thirteen dimensions. */
export const radiusName = (region: Pick<Region, 'step'>, family: Dimensions): string =>
  `${exchangeRadius(region, family)}/${family.dimensions.length}`;

/** Whether it is such a radius: earlier versions counted levels. */
export const isRadius = (text: string): boolean => /^\d+\/\d+$/.test(text);

/** Dimensions in which two members of a family differ, counted up to `most`. What one of them alone
 * has does not count: its gate does. */
function exchangeDistance({ dimensions }: Dimensions, a: Configuration, b: Configuration, most = Infinity): number {
  let distance = 0;
  for (const { name } of dimensions) {
    const one = a[name];
    const other = b[name];
    if (one !== undefined && other !== undefined && one !== other && ++distance >= most) return distance;
  }
  return distance;
}

/** Trial and student at a centre. */
export type Centre = Pick<Result, 'trial' | 'candidate'>;

/** By family, the students that no other of it dominates. */
export function familyFronts(results: readonly Result[]): ReadonlyMap<string, readonly Centre[]> {
  const byFamily = new Map<string, (Centre & { readonly outcome: Outcome })[]>();
  for (const { trial, candidate, outcome } of results) {
    if (!outcome) continue;
    const own = byFamily.get(candidate.family) ?? [];
    own.push({ trial, candidate, outcome });
    byFamily.set(candidate.family, own);
  }
  return new Map(
    [...byFamily].map(([name, own]) => {
      return [name, nondominated(own.map(({ outcome }) => outcomeCorner(outcome))).map((i) => own[i]!)] as const;
    }),
  );
}

/** The centre nearest to a student, if it lies within the region around it. */
export function nearestCentre(
  region: Pick<Region, 'step'>,
  family: Dimensions,
  centres: readonly Centre[],
  { config }: Pick<Candidate, 'config'>,
): Centre | undefined {
  let nearest: Centre | undefined;
  let least = exchangeRadius(region, family) + 1;
  for (const centre of centres) {
    const distance = exchangeDistance(family, config, centre.candidate.config, least);
    if (distance < least) [nearest, least] = [centre, distance];
  }
  return nearest;
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

export const testing = { WHOLE_SPACE, afterTrial, exchangeDistance };

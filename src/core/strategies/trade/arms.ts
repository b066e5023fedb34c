/** The arms of one proposal: each region's box, and the rest of the space; which answers for a candidate, and which is believed. */
import { familyOf } from '../../space/lattice.ts';
import type { Configuration, Family, Space } from '../../space/space.ts';
import type { Member } from '../catalogue.ts';
import type { LedgerTrial } from '../ledger.ts';
import { regionGround } from './candidates.ts';
import type { Ground } from './candidates.ts';
import { GLOBAL_ARM, logCredit } from './credit.ts';
import type { Credits } from './credit.ts';
import type { Region } from './regions.ts';
import { best } from './score.ts';
import type { Scored, Scorer } from './score.ts';

export interface RegionArm {
  readonly region: Region;
  readonly family: Family;
  readonly centre: Configuration;
  readonly ground: Ground;
}

/** The regions as they stand, narrowest first. */
export function regionArms(
  space: Space,
  regions: readonly Region[],
  trials: readonly LedgerTrial[],
): readonly RegionArm[] {
  return regions
    .flatMap((region): RegionArm[] => {
      const centre = trials[region.centre]?.candidate;
      if (!centre) return [];
      const family = familyOf(space, centre.family);
      return [{ region, family, centre: centre.config, ground: regionGround(region, family, centre.config) }];
    })
    .sort((a, b) => b.region.step - a.region.step || a.region.id - b.region.id);
}

/** The narrowest region that the candidate lies in: it answers for the trial. The global arm has what lies in none. */
export const claimant = (arms: readonly RegionArm[], { candidate }: Pick<Member, 'candidate'>): RegionArm | undefined =>
  arms.find(({ family, ground }) => family.name === candidate.family && ground.holds(candidate.config));

/**
 * The candidate that promises most, each arm's promise at its credit. Where the arm of the very best has all of it, that is
 * the argmax over all candidates, and no other is looked at.
 */
export function chooseByCredit(
  scorer: Scorer,
  glanced: readonly Scored[],
  arms: readonly RegionArm[],
  credits: Credits,
): Scored | undefined {
  let winner = best(scorer, glanced);
  if (!winner) return undefined;
  const idOf = ({ member }: Scored): number => claimant(arms, member)?.region.id ?? GLOBAL_ARM;
  const first = idOf(winner);
  const discount = logCredit(credits, first, winner.logGain);
  if (discount === 0) return winner;
  let top = winner.logGain + discount;
  const rivals = new Map<number, Scored[]>();
  for (const item of glanced) {
    if (item.logGain <= top) continue;
    const arm = idOf(item);
    const known = rivals.get(arm);
    if (known) known.push(item);
    else if (arm !== first) rivals.set(arm, [item]);
  }
  for (const [arm, candidates] of rivals) {
    const candidate = best(scorer, candidates, top);
    if (!candidate) continue;
    const credited = candidate.logGain + logCredit(credits, arm, candidate.logGain);
    if (credited > top) [top, winner] = [credited, candidate];
  }
  return winner;
}

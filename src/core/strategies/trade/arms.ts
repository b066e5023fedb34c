/** The arms of one proposal: each region's box, and the rest of the space; and which of them answers for a candidate. */
import { familyOf } from '../../space/lattice.ts';
import type { Configuration, Family, Space } from '../../space/space.ts';
import type { Member } from '../catalogue.ts';
import type { LedgerTrial } from '../ledger.ts';
import { regionGround } from './candidates.ts';
import type { Ground } from './candidates.ts';
import type { Region } from './regions.ts';

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

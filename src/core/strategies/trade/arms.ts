/** The arms of one proposal: each region's box, and the rest of the space; which answers for a
 * candidate, and which is credited. */
import { familyOf } from '../../space/lattice.ts';
import type { Configuration, Family } from '../../space/space.ts';
import type { Catalogue, Member } from '../catalogue.ts';
import type { LedgerTrial } from '../ledger.ts';
import { isSearched, regionGround } from './candidates.ts';
import type { Ground } from './candidates.ts';
import { logCredit } from './credit.ts';
import type { Region } from './regions.ts';
import { best } from './score.ts';
import type { Scored, Scorer } from './score.ts';

export interface RegionArm {
  readonly region: Region;
  readonly family: Family;
  readonly centre: Configuration;
  readonly ground: Ground;
  /** Its candidates are searched for; where they are looked at anyhow, they are not. */
  readonly isSearched: boolean;
}

/** The regions as they stand, narrowest first. */
export function regionArms(
  catalogue: Catalogue,
  regions: readonly Region[],
  trials: readonly LedgerTrial[],
): readonly RegionArm[] {
  return regions
    .flatMap((region): RegionArm[] => {
      const centre = trials[region.centre]?.candidate;
      if (!centre) return [];
      const family = familyOf(catalogue.problem.space, centre.family);
      const ground = regionGround(region, family, centre.config);
      return [{ region, family, centre: centre.config, ground, isSearched: isSearched(catalogue, family) }];
    })
    .sort((a, b) => b.region.step - a.region.step || a.region.id - b.region.id);
}

/** The narrowest region that the candidate lies in: it answers for the trial. The global arm has
 * what lies in none. */
export const claimant = (arms: readonly RegionArm[], { candidate }: Pick<Member, 'candidate'>): RegionArm | undefined =>
  arms.find(({ family, ground }) => family.name === candidate.family && ground.holds(candidate.config));

/**
 * Of the family that promises most, the candidate that promises most, the promises of each region
 * that is searched at its credit and all others in full: the largest promise that a search finds is
 * the likeliest to be too large. Which family that is, is left to the promises themselves. Where
 * the very best needs no credit, no other is looked at.
 */
export function chooseByCredit(
  scorer: Scorer,
  glanced: readonly Scored[],
  arms: readonly RegionArm[],
): Scored | undefined {
  let winner = best(scorer, glanced);
  if (!winner) return undefined;
  const first = claimant(arms, winner.member);
  const { family } = winner.member.candidate;
  const credited = ({ logGain }: Scored, arm: RegionArm | undefined): number =>
    arm?.isSearched ? logGain + logCredit(arm.region.payoffs, logGain) : logGain;
  let top = credited(winner, first);
  if (top === winner.logGain) return winner;
  const rivals = new Map<RegionArm | undefined, Scored[]>();
  for (const item of glanced) {
    if (item.logGain <= top || item.member.candidate.family !== family) continue;
    const arm = claimant(arms, item.member);
    const known = rivals.get(arm);
    if (known) known.push(item);
    else if (arm !== first) rivals.set(arm, [item]);
  }
  for (const [arm, candidates] of rivals) {
    const candidate = best(scorer, candidates, top);
    if (!candidate) continue;
    const worth = credited(candidate, arm);
    if (worth > top) [top, winner] = [worth, candidate];
  }
  return winner;
}

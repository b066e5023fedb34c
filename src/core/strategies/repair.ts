/** From one family to another, and from what variation or sampling made to a student that may be
 * proposed: legal, within the limits, in the pool, new. */
import type { Rng } from '../math/rng.ts';
import { completeConfiguration, familyOf, isMember, randomMember } from '../space/lattice.ts';
import { levelIndex } from '../space/neighbours.ts';
import type { Candidate, Configuration, Family } from '../space/space.ts';
import type { Catalogue, Member } from './catalogue.ts';

/**
 * The candidate (canonical) itself, or, where its family has a pool that lacks it, one of the
 * nearest members of the pool that are not asked; `undefined` when it cannot be proposed.
 */
export function admitNew(
  catalogue: Catalogue,
  candidate: Candidate,
  asked: ReadonlySet<string>,
  rng: Rng,
): Member | undefined {
  const family = familyOf(catalogue.problem.space, candidate.family);
  if (isMember(family, candidate.config)) {
    const member = catalogue.admit(candidate);
    return member && !asked.has(member.key) ? member : undefined;
  }
  return family.pool && nearestInPool(catalogue, family, candidate.config, asked, rng);
}

function nearestInPool(
  catalogue: Catalogue,
  family: Family,
  config: Configuration,
  asked: ReadonlySet<string>,
  rng: Rng,
): Member | undefined {
  const members = catalogue.families.find((one) => one.family.name === family.name)?.members ?? [];
  let nearest: Member[] = [];
  let least = Infinity;
  for (const member of members) {
    const distance = distanceBetween(family, config, member.candidate.config, least);
    if (distance > least || asked.has(member.key)) continue;
    if (distance < least) [nearest, least] = [[], distance];
    nearest.push(member);
  }
  return nearest[nearest.length > 1 ? rng.int(nearest.length) : 0];
}

/**
 * Sum over dimensions: 1 for different categories and for a dimension active on one side only, the
 * share of the levels between them for ordinals. Sums past `bound` are cut short.
 */
export function distanceBetween(family: Family, a: Configuration, b: Configuration, bound = Infinity): number {
  let distance = 0;
  for (const dimension of family.dimensions) {
    const { name, type, levels } = dimension;
    if (a[name] === b[name]) continue;
    if (type === 'categorical' || a[name] === undefined || b[name] === undefined) distance += 1;
    else distance += Math.abs(levelIndex(dimension, a) - levelIndex(dimension, b)) / (levels.length - 1);
    if (distance > bound) break;
  }
  return distance;
}

/**
 * A random member of another family with students within the limits, with the levels of dimensions
 * that the two share by name; the candidate itself where there is no other. It may be illegal or
 * over a limit.
 */
export function changeFamily(catalogue: Catalogue, from: Candidate, rng: Rng): Candidate {
  const others = catalogue.families.filter(({ family, members }) => family.name !== from.family && members.length > 0);
  const chosen = others.length > 0 ? others[rng.int(others.length)] : undefined;
  if (!chosen) return from;
  const { family: other, members, whole } = chosen;
  // Of a family of stages few draws would be within a tight limit.
  const drawn =
    other.cheapest && !whole
      ? (members[rng.int(members.length)]?.candidate.config ?? {})
      : randomMember(other, rng.uniform);
  const shared = other.dimensions.filter(({ name, levels }) => levels.some((level) => level === from.config[name]));
  const kept = Object.fromEntries(shared.map(({ name }) => [name, from.config[name] ?? '']));
  return { family: other.name, config: completeConfiguration(other, { ...drawn, ...kept }) };
}

/** From one family to another: the step that variation inside of families cannot take. */
import type { Rng } from '../math/rng.ts';
import { completeConfiguration, randomMember } from '../space/lattice.ts';
import type { Candidate } from '../space/space.ts';
import type { Catalogue } from './catalogue.ts';

/**
 * A random member of another family with students within the limits, with the levels of dimensions
 * that the two share by name; the candidate itself where there is no other. It may be illegal or
 * over a limit.
 */
export function changeFamily(catalogue: Catalogue, from: Candidate, rng: Rng): Candidate {
  const others = catalogue.families.filter(({ family, members }) => family.name !== from.family && members.length > 0);
  const other = others.length > 0 ? others[rng.int(others.length)]?.family : undefined;
  if (!other) return from;
  const drawn = randomMember(other, rng.uniform);
  const shared = other.dimensions.filter(({ name, levels }) => levels.some((level) => level === from.config[name]));
  const kept = Object.fromEntries(shared.map(({ name }) => [name, from.config[name] ?? '']));
  return { family: other.name, config: completeConfiguration(other, { ...drawn, ...kept }) };
}

/**
 * A floor under every family's trials. The surrogate's idea of how much a family's members differ rests on those it has
 * seen: two poor ones make it sure that the rest are poor, and nothing that it proposes elsewhere will ever tell it otherwise.
 * So each family is owed half of an even share after the start, spent on what it promises most (forced exploration, as bandits need it where
 * an arm's model may be wrong: Lai and Robbins 1985).
 */
import type { Catalogue, Member } from '../catalogue.ts';
import { TRADE } from './constants.ts';

/**
 * Families below their floor after so many proposals, the furthest behind first; of equals in the catalogue's order. Nothing
 * is owed of the budget's first part, which is the initial design's: it has all families in it.
 */
export function owedFamilies(
  { families, problem }: Pick<Catalogue, 'families' | 'problem'>,
  proposed: readonly Pick<Member, 'candidate'>[],
): readonly string[] {
  const counts = new Map(families.filter(({ members }) => members.length > 0).map(({ family }) => [family.name, 0]));
  for (const { candidate } of proposed) {
    const count = counts.get(candidate.family);
    if (count !== undefined) counts.set(candidate.family, count + 1);
  }
  const past = Math.max(0, proposed.length - TRADE.initialShare * problem.budget);
  const floor = Math.floor((TRADE.familyShare * past) / counts.size);
  return [...counts]
    .filter(([, count]) => count < floor)
    .sort((a, b) => a[1] - b[1])
    .map(([name]) => name);
}

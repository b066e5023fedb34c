/**
 * Random search, made a fair baseline: families in turn, log cost about uniform within each, the
 * same filters, reference students and memory as every other strategy.
 */
import type { Why } from '../records/proposal.ts';
import { createRng, split } from '../math/rng.ts';
import type { Rng } from '../math/rng.ts';
import { adjacentExchange } from '../space/neighbours.ts';
import { baseline } from './baseline.ts';
import type { BaselineState, Chosen, Turn } from './baseline.ts';
import type { Catalogue, FamilyCatalogue, Member } from './catalogue.ts';
import { drawByCost, spreadMetric } from './initial.ts';
import type { Strategy } from './strategy.ts';

const STREAM = 0x72616e64; // a stream of its own, apart from the trials' seeds

/** Students that are looked at for one that the sample of a large family lacks. [R] */
const LOOKS = 4_000;

/**
 * A member by chance: a family first, then its cost; other families step in when one is exhausted.
 * `undefined` when every candidate of the families that are listed whole is asked, and none is in
 * reach of the samples of the others.
 */
export function drawMember(
  catalogue: Catalogue,
  seed: number,
  position: number,
  asked: ReadonlySet<string>,
): Member | undefined {
  const rng = createRng(split(split(seed, STREAM), position));
  const metric = spreadMetric(catalogue.problem, catalogue.costMetrics);
  const families = rng.shuffle(catalogue.families);
  for (const { members } of families) {
    const member = drawByCost(members, metric, rng, asked);
    if (member) return member;
  }
  for (const family of families) {
    const member = family.whole ? undefined : walkFrom(family, catalogue, rng, asked);
    if (member) return member;
  }
  return undefined;
}

/** A proposal by chance, for that reason. */
export function byChance({ input, catalogue }: BaselineState, turn: Turn, why: Why): Chosen | undefined {
  const member = drawMember(catalogue, input.seed, turn.position, turn.asked);
  return member && { member, why };
}

/**
 * The first new one that adjacent exchanges reach from a family's sample, breadth first through
 * what is within the limits: under a tight limit few draws of a sample are left, though the family
 * has many more.
 */
function walkFrom(
  { family, members }: FamilyCatalogue,
  { admit }: Catalogue,
  rng: Rng,
  asked: ReadonlySet<string>,
): Member | undefined {
  const queue = rng.shuffle(members);
  const seen = new Set(queue.map(({ key }) => key));
  for (let at = 0; at < queue.length && seen.size < LOOKS; at++) {
    for (const config of rng.shuffle(adjacentExchange(family, queue[at]?.candidate.config ?? {}))) {
      const member = admit({ family: family.name, config });
      if (!member || seen.has(member.key)) continue;
      if (!asked.has(member.key)) return member;
      seen.add(member.key);
      queue.push(member);
    }
  }
  return undefined;
}

export const random: Strategy<BaselineState> = {
  id: 'random',
  title: 'Random search',
  version: 1,
  fidelity: 'faithful',
  summary: 'Families in turn and log cost about uniform within each: the baseline that every search must beat.',
  ...baseline((state, turn) => byChance(state, turn, { source: 'random' })),
};

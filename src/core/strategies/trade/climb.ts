/**
 * Local search in families too large to list: one or two dimensions move as long as that promises
 * more (docs/trade.md, step 6). Every candidate seen is added to those glanced at.
 */
import { memoise } from '../../memoise.ts';
import { familyOf } from '../../space/lattice.ts';
import type { Rng } from '../../math/rng.ts';
import type { Candidate, Configuration } from '../../space/space.ts';
import type { Catalogue } from '../catalogue.ts';
import { neighbour } from './candidates.ts';
import type { CandidateSet, Ground } from './candidates.ts';
import { TRADE } from './constants.ts';
import { glance, refine } from './score.ts';
import type { Scored, Scorer } from './score.ts';

interface Climber {
  readonly scorer: Scorer;
  readonly set: CandidateSet;
  readonly glanced: Scored[];
  readonly rng: Rng;
  /** Where students may be proposed. */
  readonly holds: (candidate: Candidate) => boolean;
}

function climbFrom({ scorer, set, glanced, rng }: Climber, start: Scored, ground: Ground, looks: number): void {
  let here = start;
  for (let look = 0; look < looks; look++) {
    const config = neighbour(ground, here.member.candidate.config, rng);
    const member = config && set.addConfig(ground.family, config);
    if (!member) continue;
    const seen = refine(scorer, glance(scorer, member));
    glanced.push(seen);
    if (seen.logGain > here.logGain) here = seen;
  }
}

/**
 * The first leaders among those that pass: the `searchStarts` with the largest gain at the
 * deviation's bound, largest first. `ranked`: from the largest gain to the least; `refined` is
 * asked for as few as may be.
 */
function leaders(
  ranked: readonly Scored[],
  refined: (item: Scored) => Scored,
  passes: (item: Scored) => boolean,
): readonly Scored[] {
  const count = TRADE.searchStarts;
  const found: Scored[] = [];
  // What was glanced at has a bound of that gain: nothing past one below the last leader can lead.
  for (const item of ranked) {
    if (found.length === count && item.logGain <= found[count - 1]!.logGain) break;
    if (!passes(item)) continue;
    const seen = refined(item);
    const place = found.findIndex(({ logGain }) => logGain < seen.logGain);
    found.splice(place < 0 ? found.length : place, 0, seen);
    if (found.length > count) found.pop();
  }
  return found;
}

/** Families that are not listed whole, and the keys of the members that stand for them. */
const largeOf = memoise((catalogue: Catalogue) => {
  const large = catalogue.families.filter(({ whole }) => !whole);
  return {
    names: new Set(large.map(({ family }) => family.name)),
    sampled: new Set(large.flatMap(({ members }) => members.map(({ key }) => key))),
  };
});

/** From the best of all, and from the best of each family's sample (which lie where little is
 * known), by steps of any size. */
export function climbAnywhere(climber: Climber): void {
  const { catalogue } = climber.set;
  const { names, sampled } = largeOf(catalogue);
  if (names.size === 0) return;
  const ranked = climber.glanced.toSorted((a, b) => b.logGain - a.logGain);
  const refined = memoise((item: Scored) => refine(climber.scorer, item));
  const all = leaders(ranked, refined, ({ member }) => names.has(member.candidate.family));
  const drawn = leaders(ranked, refined, ({ member }) => sampled.has(member.key));
  for (const start of new Map([...all, ...drawn].map((item) => [item.member.key, item])).values()) {
    const family = familyOf(catalogue.problem.space, start.member.candidate.family);
    const holds = (config: Configuration): boolean => climber.holds({ family: family.name, config });
    climbFrom(climber, start, { family, holds }, TRADE.searchLooks);
  }
}

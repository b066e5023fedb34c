/**
 * Local search in families too large to list: one or two dimensions move as long as that promises
 * more (docs/trade.md, step 6). Every candidate seen is added to those glanced at.
 */
import { familyOf } from '../../space/lattice.ts';
import type { Rng } from '../../math/rng.ts';
import type { Candidate, Configuration } from '../../space/space.ts';
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

/** The `count` with the largest gain at the deviation's bound among those that pass, largest
 * first. */
function leaders({ scorer, glanced }: Climber, count: number, passes: (item: Scored) => boolean): readonly Scored[] {
  const found: Scored[] = [];
  // What was glanced at has a bound of that gain: nothing past one below the last leader can lead.
  for (const item of glanced.filter(passes).sort((a, b) => b.logGain - a.logGain)) {
    if (found.length === count && item.logGain <= found[count - 1]!.logGain) break;
    const seen = refine(scorer, item);
    const place = found.findIndex(({ logGain }) => logGain < seen.logGain);
    found.splice(place < 0 ? found.length : place, 0, seen);
    if (found.length > count) found.pop();
  }
  return found;
}

/** From the best of all, and from the best of each family's sample (which lie where little is
 * known), by steps of any size. */
export function climbAnywhere(climber: Climber): void {
  const { catalogue } = climber.set;
  const large = catalogue.families.filter(({ whole }) => !whole);
  if (large.length === 0) return;
  const names = new Set(large.map(({ family }) => family.name));
  const sampled = new Set(large.flatMap(({ members }) => members.map(({ key }) => key)));
  const all = leaders(climber, TRADE.searchStarts, ({ member }) => names.has(member.candidate.family));
  const drawn = leaders(climber, TRADE.searchStarts, ({ member }) => sampled.has(member.key));
  for (const start of new Map([...all, ...drawn].map((item) => [item.member.key, item])).values()) {
    const family = familyOf(catalogue.problem.space, start.member.candidate.family);
    const holds = (config: Configuration): boolean => climber.holds({ family: family.name, config });
    climbFrom(climber, start, { family, holds }, TRADE.searchLooks);
  }
}

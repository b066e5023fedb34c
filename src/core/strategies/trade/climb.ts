/**
 * Local search in families too large to list: one or two dimensions move as long as that promises more (docs/trade.md, step
 * 6). Every candidate seen is added to those glanced at.
 */
import { familyOf } from '../../space/lattice.ts';
import type { Rng } from '../../math/rng.ts';
import type { Catalogue } from '../catalogue.ts';
import type { RegionArm } from './arms.ts';
import { neighbour, wholeFamily } from './candidates.ts';
import type { CandidateSet, Ground } from './candidates.ts';
import { TRADE } from './constants.ts';
import { glance, refine } from './score.ts';
import type { Scored, Scorer } from './score.ts';

interface Climber {
  readonly catalogue: Catalogue;
  readonly scorer: Scorer;
  readonly set: CandidateSet;
  readonly glanced: Scored[];
  readonly rng: Rng;
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

/** Those of the candidates that pass, by their gain at the deviation's bound, largest first. */
const ranked = ({ scorer, glanced }: Climber, passes: (item: Scored) => boolean): readonly Scored[] =>
  glanced
    .filter(passes)
    .map((item) => refine(scorer, item))
    .sort((a, b) => b.logGain - a.logGain);

/** From the best of all, and from the best of each family's sample (which lie where little is known), by steps of any size. */
export function climbAnywhere(climber: Climber): void {
  const { catalogue } = climber;
  const large = catalogue.families.filter(({ whole }) => !whole);
  if (large.length === 0) return;
  const names = new Set(large.map(({ family }) => family.name));
  const sampled = new Set(large.flatMap(({ members }) => members.map(({ key }) => key)));
  const order = ranked(climber, ({ member }) => names.has(member.candidate.family));
  const starts = new Set([
    ...order.slice(0, TRADE.searchStarts),
    ...order.filter(({ member }) => sampled.has(member.key)).slice(0, TRADE.searchStarts),
  ]);
  for (const start of starts) {
    const family = familyOf(catalogue.problem.space, start.member.candidate.family);
    climbFrom(climber, start, wholeFamily(family), TRADE.searchLooks);
  }
}

/** From the best within the region, by steps that stay in it. */
export function climbWithin(climber: Climber, { family, ground }: RegionArm): void {
  if (climber.catalogue.families.find((listed) => listed.family.name === family.name)?.whole !== false) return;
  const order = ranked(climber, ({ member: { candidate } }) => {
    return candidate.family === family.name && ground.holds(candidate.config);
  });
  for (const start of order.slice(0, TRADE.regionStarts)) climbFrom(climber, start, ground, TRADE.regionLooks);
}

/** Which candidates are looked at in one proposal (docs/trade.md, step 6). All are legal, within
 * the limits and not asked yet. */
import type { Rng } from '../../math/rng.ts';
import { activeDimensions, completeConfiguration, familyOf, isMember } from '../../space/lattice.ts';
import { adjacentExchange, levelIndex, oneExchange } from '../../space/neighbours.ts';
import type { Candidate, Configuration, Dimension, Family, Level } from '../../space/space.ts';
import { isListedWhole } from '../catalogue.ts';
import type { Catalogue, FamilyCatalogue, Member } from '../catalogue.ts';
import { TRADE } from './constants.ts';
import { contains, hammingRadius, levelRadius } from './regions.ts';
import type { Region } from './regions.ts';

/** Collects candidates, each once, leaving out what is over a limit or asked already. */
export class CandidateSet {
  readonly catalogue: Catalogue;
  readonly #asked: ReadonlySet<string>;
  readonly #members = new Map<string, Member>();

  constructor(catalogue: Catalogue, asked: ReadonlySet<string>) {
    this.catalogue = catalogue;
    this.#asked = asked;
  }

  /** The member, when it was not there before. */
  add(member: Member | undefined): Member | undefined {
    if (!member || this.#asked.has(member.key) || this.#members.has(member.key)) return undefined;
    this.#members.set(member.key, member);
    return member;
  }

  addConfig(family: Family, config: Configuration): Member | undefined {
    return this.add(this.catalogue.admit({ family: family.name, config }));
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }
}

/** Every `step`-th member from an offset that moves on with the position: in time all are seen. */
function rotate(members: readonly Member[], share: number, position: number): readonly Member[] {
  const step = Math.max(1, Math.ceil(members.length / Math.max(1, share)));
  return step === 1 ? members : members.filter((_, i) => i % step === position % step);
}

/** Neighbours that were looked up before: a centre stays one for many asks. */
const neighbourhoods = new WeakMap<Catalogue, WeakMap<Configuration, readonly Member[]>>();

/** Members one exchange away, within the limits. */
function neighboursOf(catalogue: Catalogue, family: Family, config: Configuration): readonly Member[] {
  const ofAll = neighbourhoods.get(catalogue) ?? new WeakMap<Configuration, readonly Member[]>();
  neighbourhoods.set(catalogue, ofAll);
  const known = ofAll.get(config);
  if (known) return known;
  const admitted = exchanges(family, config).flatMap(
    (near) => catalogue.admit({ family: family.name, config: near }) ?? [],
  );
  ofAll.set(config, admitted);
  return admitted;
}

/** One-exchange neighbours; where dimensions are long, only adjacent levels (farther ones are
 * drawn). */
function exchanges(family: Family, config: Configuration): readonly Configuration[] {
  return isShort(family) ? oneExchange(family, config) : adjacentExchange(family, config);
}

/** So few levels in all that every exchange of one dimension is looked at. */
const isShort = ({ dimensions }: Family): boolean =>
  dimensions.reduce((sum, { levels }) => sum + levels.length, 0) <= TRADE.exchangeLevels;

/**
 * Whether its regions search a family: not where all of it, or every exchange of a centre, is a
 * candidate anyway. What a search adds there are the promises that are most wrong.
 */
export const isSearched = (catalogue: Catalogue, family: Family): boolean =>
  !isListedWhole(catalogue, family.name) && !isShort(family);

/** A level of the dimension other than its own, at most `radius` away; near ones as likely as far
 * ones, octave by octave. */
function moveLevel(dimension: Dimension, config: Configuration, radius: number, rng: Rng): Level | undefined {
  const { levels, type } = dimension;
  const own = levelIndex(dimension, config);
  if (levels.length < 2) return levels[own];
  if (type === 'categorical') return levels[(own + 1 + rng.int(levels.length - 1)) % levels.length];
  const reach = Math.min(radius, levels.length - 1);
  const distance = Math.max(1, Math.round(reach ** rng.uniform()));
  const up = own + distance < levels.length;
  const down = own - distance >= 0;
  const upward = up && down ? rng.uniform() < 0.5 : up;
  const target = upward ? own + distance : own - distance;
  return levels[Math.min(levels.length - 1, Math.max(0, target))];
}

/** How many levels each dimension may move. */
export type Reach = (dimension: Dimension) => number;

const EVERYWHERE: Reach = () => Infinity;

/** The configuration with the dimensions `changed` moved to other levels, canonical; `undefined`
 * where that is illegal. */
export function change(
  family: Family,
  config: Configuration,
  changed: readonly Dimension[],
  reach: Reach,
  rng: Rng,
): Configuration | undefined {
  const moved = Object.fromEntries(
    changed.map((dimension) => [dimension.name, moveLevel(dimension, config, reach(dimension), rng) ?? '']),
  );
  const settled = completeConfiguration(family, { ...config, ...moved });
  return isMember(family, settled) ? settled : undefined;
}

/** Where a local search may go. */
export interface Ground {
  readonly family: Family;
  readonly reach: Reach;
  readonly holds: (config: Configuration) => boolean;
}

export const wholeFamily = (family: Family): Ground => ({ family, reach: EVERYWHERE, holds: () => true });

export const regionGround = (region: Region, family: Family, centre: Configuration): Ground => ({
  family,
  reach: (dimension) => levelRadius(region, dimension),
  holds: contains(region, family, centre),
});

/** A random neighbour on that ground: one or two dimensions moved, by steps of any size. */
export function neighbour(
  { family, reach, holds }: Ground,
  config: Configuration,
  rng: Rng,
): Configuration | undefined {
  const dimensions = rng.shuffle(activeDimensions(family, config));
  const moved = change(family, config, dimensions.slice(0, 1 + rng.int(2)), reach, rng);
  return moved && holds(moved) ? moved : undefined;
}

/** Random ones in the region: a few coordinates of the centre changed, each with probability min(1,
 * 20/d) (TuRBO). */
function* drawInRegion(region: Region, family: Family, centre: Configuration, rng: Rng): Generator<Configuration> {
  const dimensions = activeDimensions(family, centre);
  const categories = dimensions.filter(({ type }) => type === 'categorical').length;
  const hamming = hammingRadius(region, categories);
  const most = Math.min(1, TRADE.perturbed / Math.max(1, dimensions.length));
  for (let i = 0; i < TRADE.regionDraws; i++) {
    // Between one coordinate and all: a narrow region still needs points near its centre.
    const probability = most * rng.uniform() ** 2;
    const free = rng.shuffle(dimensions);
    const forced = free[0];
    let different = 0;
    const chosen = free.filter((dimension) => {
      if (dimension !== forced && rng.uniform() >= probability) return false;
      if (dimension.type === 'categorical' && ++different > hamming) return false;
      return true;
    });
    const config = change(family, centre, chosen, (dimension) => levelRadius(region, dimension), rng);
    if (config) yield config;
  }
}

/** Neighbours of a centre: all by one exchange, and `pairs` random ones by two. */
function addNeighbours(set: CandidateSet, family: Family, config: Configuration, pairs: number, rng: Rng): void {
  for (const near of neighboursOf(set.catalogue, family, config)) set.add(near);
  const dimensions = activeDimensions(family, config);
  for (let i = 0; i < pairs && dimensions.length > 1; i++) {
    const near = change(family, config, rng.shuffle(dimensions).slice(0, 2), EVERYWHERE, rng);
    if (near) set.addConfig(family, near);
  }
}

/**
 * The global arm's candidates: small families whole, of large ones a sample over their costs and
 * the neighbours of `centres` (the front and the best means).
 */
export function addGlobalCandidates(
  set: CandidateSet,
  centres: readonly Candidate[],
  position: number,
  rng: Rng,
): void {
  const { families, problem } = set.catalogue;
  const whole = families.filter((family) => family.whole);
  const total = whole.reduce((sum, { members }) => sum + members.length, 0);
  const screened = total > TRADE.screen;
  const shareOf = ({ whole: listed, members }: FamilyCatalogue): number =>
    listed ? (members.length * TRADE.screen) / Math.max(1, total) : TRADE.stratified;
  for (const family of families) {
    for (const member of family.whole && !screened
      ? family.members
      : rotate(family.members, shareOf(family), position)) {
      set.add(member);
    }
  }
  const listed = new Set(screened ? [] : whole.map(({ family }) => family.name));
  const around = centres.filter(({ family }) => !listed.has(family));
  const pairs = Math.ceil(TRADE.twoExchange / Math.max(1, around.length));
  for (const { family, config } of around) {
    addNeighbours(set, familyOf(problem.space, family), config, pairs, rng);
  }
}

/** Of one family: all of it, or its sample and the neighbours of `centres`. */
export function addFamilyCandidates(
  set: CandidateSet,
  { family, whole, members }: FamilyCatalogue,
  centres: readonly Configuration[],
  rng: Rng,
): void {
  for (const member of members) set.add(member);
  if (whole) return;
  const pairs = Math.ceil(TRADE.twoExchange / Math.max(1, centres.length));
  for (const config of centres) addNeighbours(set, family, config, pairs, rng);
}

/** A region's own draws, where its family is searched. */
export function addRegionCandidates(
  set: CandidateSet,
  region: Region,
  family: Family,
  centre: Configuration,
  rng: Rng,
): void {
  if (!isSearched(set.catalogue, family)) return;
  for (const config of drawInRegion(region, family, centre, rng)) set.addConfig(family, config);
}

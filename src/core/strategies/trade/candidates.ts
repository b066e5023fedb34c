/** Which candidates are looked at in one proposal (docs/trade.md, step 6). All are legal, within
 * the limits and not asked yet. */
import type { Rng } from '../../math/rng.ts';
import { activeDimensions, completeConfiguration, familyOf, isMember } from '../../space/lattice.ts';
import { adjacentExchange, levelIndex, oneExchange } from '../../space/neighbours.ts';
import type { Candidate, Configuration, Dimension, Family, Level } from '../../space/space.ts';
import type { Catalogue, FamilyCatalogue, Member } from '../catalogue.ts';
import { TRADE } from './constants.ts';
import { exchangeRadius } from './regions.ts';
import type { Centre, Region } from './regions.ts';

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
  readonly holds: (config: Configuration) => boolean;
}

/** A random neighbour on that ground: one or two dimensions moved, by steps of any size. */
export function neighbour({ family, holds }: Ground, config: Configuration, rng: Rng): Configuration | undefined {
  const dimensions = rng.shuffle(activeDimensions(family, config));
  const moved = change(family, config, dimensions.slice(0, 1 + rng.int(2)), EVERYWHERE, rng);
  return moved && holds(moved) ? moved : undefined;
}

/** Neighbours of a centre: all by one exchange, and `draws` random ones by two. Where dimensions
 * are long, every second draw moves all of them: on a slope the next best is no two exchanges
 * away. */
function addNeighbours(set: CandidateSet, family: Family, config: Configuration, draws: number, rng: Rng): void {
  for (const near of neighboursOf(set.catalogue, family, config)) set.add(near);
  const dimensions = activeDimensions(family, config);
  for (let i = 0; i < draws && dimensions.length > 1; i++) {
    const moved = i % 2 === 1 || isShort(family) ? 2 : dimensions.length;
    const near = change(family, config, rng.shuffle(dimensions).slice(0, moved), EVERYWHERE, rng);
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
  const draws = Math.ceil(TRADE.drawnNear / Math.max(1, around.length));
  for (const { family, config } of around) {
    addNeighbours(set, familyOf(problem.space, family), config, draws, rng);
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
  const draws = Math.ceil(TRADE.drawnNear / Math.max(1, centres.length));
  for (const config of centres) addNeighbours(set, family, config, draws, rng);
}

/** Draws around centres: any number of dimensions within the region's radius changed. */
export function addRegionCandidates(set: CandidateSet, region: Region, centres: readonly Centre[], rng: Rng): void {
  const { space } = set.catalogue.problem;
  for (let draw = 0; draw < TRADE.regionDraws && centres.length > 0; draw++) {
    const { family: name, config } = centres[rng.int(centres.length)]!.candidate;
    const family = familyOf(space, name);
    const dimensions = rng.shuffle(activeDimensions(family, config));
    if (dimensions.length === 0) continue;
    const changed = 1 + rng.int(Math.min(dimensions.length, exchangeRadius(region, family)));
    const near = change(family, config, dimensions.slice(0, changed), EVERYWHERE, rng);
    if (near) set.addConfig(family, near);
  }
}

/**
 * What every strategy may choose from: the candidates of a problem that are legal and within its
 * limits, with their exactly known costs. Small families are listed whole, large ones by a sample
 * that is spread over their costs.
 */
import { WorkbenchError } from '../errors.ts';
import { LATENCY_METRIC } from '../latency.ts';
import { createRng, split } from '../math/rng.ts';
import type { Objective, Problem } from '../objective.ts';
import { REWARD_METRIC } from '../reward.ts';
import { candidateKey, configurationKey } from '../space/candidate-key.ts';
import { enumerateFamily, familyOf, randomMember } from '../space/lattice.ts';
import { adjacentExchange } from '../space/neighbours.ts';
import { spreadSample } from '../space/spread.ts';
import type { Candidate, Configuration, Family, KnownCosts, Space } from '../space/space.ts';

/** A candidate within the limits. */
export interface Member {
  readonly key: string;
  readonly candidate: Candidate;
  readonly costs: KnownCosts;
}

export interface FamilyCatalogue {
  readonly family: Family;
  /** Every candidate of the family stands in `members`; otherwise they are a sample. */
  readonly whole: boolean;
  /** Within the limits, from cheap to dear. */
  readonly members: readonly Member[];
}

export interface Catalogue {
  readonly problem: Problem;
  readonly families: readonly FamilyCatalogue[];
  /** Known metrics of every candidate, by name. */
  readonly costMetrics: readonly string[];
  /** Exactly known costs, remembered. */
  readonly costsOf: (candidate: Candidate) => KnownCosts;
  /** The candidate with its costs, or `undefined` when it breaks a limit. Its family and levels
   * must be the space's. */
  readonly admit: (candidate: Candidate) => Member | undefined;
}

const CATALOGUE = Object.freeze({
  /** Families up to this size are listed whole (docs/trade.md, step 6). */
  enumerate: 20_000,
  /** Lattices with more combinations than this are not even searched for their legal members.
   * [R] */
  combinations: 400_000,
  /** Members drawn from a larger family. [R] */
  sample: 2_000,
  /** Members of a family of stages, drawn spread over their costs, and draws for them. [R] */
  spread: { wanted: 1_000, looks: 3_000 },
  /** Steps down in cost from the best candidate drawn, when none drawn is within the limits. [R] */
  descent: 200,
  /** Candidates beside those listed and drawn whose costs are remembered: so many at least, twice
   * as many at most. [R] */
  remembered: 8_000,
});

/** By the first known cost, then by the others, then by key: an order that does not depend on the
 * space's. */
function compareMembers(metrics: readonly string[]): (a: Member, b: Member) => number {
  return (a, b) => {
    for (const metric of metrics) {
      const difference = (a.costs[metric] ?? 0) - (b.costs[metric] ?? 0);
      if (difference !== 0) return difference;
    }
    return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
  };
}

/** All members of a small family, `undefined` for a large one. */
function listWhole(family: Family): readonly Configuration[] | undefined {
  const combinations = family.dimensions.reduce((product, { levels }) => product * levels.length, 1);
  if (family.pool === undefined && combinations > CATALOGUE.combinations) return undefined;
  const all: Configuration[] = [];
  for (const config of enumerateFamily(family)) {
    all.push(config);
    if (all.length > CATALOGUE.enumerate && family.pool === undefined) return undefined;
  }
  return all;
}

function drawSample(family: Family, seed: number): readonly Configuration[] {
  const rng = createRng(seed);
  const drawn = new Map<string, Configuration>();
  for (let i = 0; i < CATALOGUE.sample; i++) {
    const config = randomMember(family, rng.uniform);
    drawn.set(configurationKey(config), config);
  }
  return [...drawn.values()];
}

/** Of a family whose costs rise with its levels: members within the limits, or, where none is
 * drawn, those that no other undercuts; so none is within exactly where there is none. */
function drawSpread(problem: Problem, family: Family, seed: number): readonly Configuration[] | undefined {
  if (family.cheapest === undefined) return undefined;
  const rng = createRng(seedOf(seed, family.name));
  const fits = (config: Configuration): boolean => excess(problem, family.costs(config)) === 0;
  const found = spreadSample(family, fits, CATALOGUE.spread, rng);
  return found.length > 0 ? found : family.cheapest().map(({ config }) => config);
}

/** Candidates with their costs, which are computed once each: of those to `keep` for good, of
 * others as long as they are asked for. */
function rememberMembers(space: Space): { readonly keep: MemberOf; readonly memberOf: MemberOf } {
  const kept = new Map<string, Member>();
  // A search of thousands of candidates an ask would fill the memory with those that it left
  // behind.
  let recent = new Map<string, Member>();
  let earlier = new Map<string, Member>();
  const costed = (key: string, candidate: Candidate): Member =>
    recent.get(key) ??
    earlier.get(key) ?? { key, candidate, costs: familyOf(space, candidate.family).costs(candidate.config) };
  return {
    keep(candidate) {
      const key = candidateKey(candidate);
      const member = kept.get(key) ?? costed(key, candidate);
      kept.set(key, member);
      return member;
    },
    memberOf(candidate) {
      const key = candidateKey(candidate);
      const known = kept.get(key) ?? recent.get(key);
      if (known) return known;
      const member = costed(key, candidate);
      if (recent.size >= CATALOGUE.remembered) [earlier, recent] = [recent, new Map()];
      recent.set(key, member);
      return member;
    },
  };
}

type MemberOf = (candidate: Candidate) => Member;

/** The largest share by which costs exceed a limit; 0 within all of them. */
function excess(problem: Problem, costs: KnownCosts): number {
  const over = problem.limits.map(({ metric, max }) => {
    const cost = costs[metric];
    if (cost === undefined) return 0; // measured, not known: it is judged when it is told
    if (cost <= max) return 0;
    return cost / max - 1 > 0 ? cost / max - 1 : Infinity; // no number keeps to no limit
  });
  return Math.max(0, ...over);
}

/** Walks down in cost from a candidate that breaks a limit, one adjacent exchange at a time. */
function descend(
  problem: Problem,
  family: Family,
  start: Configuration,
  costsOf: (candidate: Candidate) => KnownCosts,
): Configuration {
  let config = start;
  let least = excess(problem, costsOf({ family: family.name, config }));
  for (let step = 0; step < CATALOGUE.descent && least > 0; step++) {
    const ranked = adjacentExchange(family, config)
      .map((next) => ({ next, over: excess(problem, costsOf({ family: family.name, config: next })) }))
      .sort((a, b) => a.over - b.over);
    const best = ranked[0];
    if (!best || best.over >= least) break;
    ({ next: config, over: least } = best);
  }
  return config;
}

/** A seed that follows the family's name, so that the order of families in the space changes
 * nothing. */
const seedOf = (seed: number, name: string): number =>
  [...name].reduce((hash, letter) => split(hash, letter.codePointAt(0) ?? 0), seed);

/** Throws `budget.unreachable` when no candidate is within the limits; the message names the
 * cheapest there is. */
export function createCatalogue(problem: Problem, seed: number): Catalogue {
  const { space } = problem;
  checkObjectives(problem);
  const { keep, memberOf } = rememberMembers(space);
  const costsOf = (candidate: Candidate): KnownCosts => memberOf(candidate).costs;
  const within = (member: Member): Member | undefined => (excess(problem, member.costs) > 0 ? undefined : member);
  const admit = (candidate: Candidate): Member | undefined => within(memberOf(candidate));
  let costMetrics: readonly string[] | undefined;
  const listed = space.families.map((family) => {
    const all = listWhole(family);
    const configs = all ?? drawSpread(problem, family, seed) ?? drawSample(family, seedOf(seed, family.name));
    const candidates = configs.map((config) => ({ family: family.name, config }));
    for (const candidate of candidates) {
      const names: readonly string[] = Object.keys(keep(candidate).costs).sort();
      costMetrics = costMetrics === undefined ? names : costMetrics.filter((metric) => names.includes(metric));
      if (all === undefined) break; // one speaks for all in a large family
    }
    const admitted = candidates.map((candidate) => within(keep(candidate))).filter((member) => member !== undefined);
    let members = [...new Map(admitted.map((member) => [member.key, member])).values()]; // a pool may repeat itself
    if (members.length === 0 && all === undefined && candidates.length > 0 && family.cheapest === undefined) {
      const nearest = candidates.reduce((a, b) => (excess(problem, costsOf(b)) < excess(problem, costsOf(a)) ? b : a));
      const reached = admit({ family: family.name, config: descend(problem, family, nearest.config, costsOf) });
      members = reached ? [reached] : [];
    }
    return { family, whole: all !== undefined, members, candidates };
  });
  const metrics = costMetrics ?? [];
  if (listed.every(({ members }) => members.length === 0)) {
    throw unreachable(
      problem,
      listed.flatMap(({ candidates }) => candidates.map(costsOf)),
    );
  }
  const families = listed.map(({ family, whole, members }) => ({
    family,
    whole,
    members: members.sort(compareMembers(metrics)),
  }));
  return { problem, families, costMetrics: metrics, costsOf, admit };
}

/** One objective is learned, the first; of the others only latency may be unknown: it is measured
 * before training. */
function checkObjectives({ objectives, reward }: Problem): void {
  const isRewarded = objectives.some(({ metric }) => metric === REWARD_METRIC);
  if (isRewarded !== (reward !== undefined) || (isRewarded && objectives.length > 1)) {
    throw new WorkbenchError(
      'config.invalid',
      `A search by ${REWARD_METRIC} has it as its one objective, and says what it is.`,
      { field: 'objectives' },
    );
  }
  const wrong = objectives.length === 0 ? 0 : objectives.findIndex(isUnmodelled);
  if (wrong < 0) return;
  const metric = objectives[wrong]?.metric;
  const problem =
    metric === undefined
      ? 'There is no objective'
      : `'${metric}' is a second objective that is not known before training`;
  throw new WorkbenchError(
    'config.invalid',
    `${problem}: name the learned objective first, and after it known costs or ${LATENCY_METRIC} only.`,
    {
      field: `objectives[${wrong}]`,
    },
  );
}

const isUnmodelled = ({ known, metric }: Objective, index: number): boolean =>
  index > 0 && !known && metric !== LATENCY_METRIC;

function unreachable(problem: Problem, costs: readonly KnownCosts[]): WorkbenchError {
  const lines = problem.limits.map(({ metric, max }) => {
    const known = costs.map((record) => record[metric] ?? Infinity);
    return (
      `${metric} <= ${max} (the least of any candidate is ` +
      `${known.reduce((low, value) => (value < low ? value : low), Infinity)})`
    );
  });
  const isEmpty = costs.length === 0;
  return new WorkbenchError(
    'budget.unreachable',
    isEmpty
      ? 'The space is empty, so there is no candidate: add a family that has students.'
      : `No candidate meets the limits ${lines.join(', ')}: raise a limit or add a cheaper family.`,
    { field: 'limits' },
  );
}

export const testing = { CATALOGUE };

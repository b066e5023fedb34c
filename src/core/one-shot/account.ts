/**
 * What a run's log tells of its one-shot searches, beside what their family knows of the paths: for
 * whoever looks at a run, while it searches and years later.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | shares | how much each path counts, edge after edge | `[paths]` |
 * | entropy | mean over edges of -sum p ln p / ln n; 1: all paths alike, 0: one alone | scalar |
 * | params, macs | of the mean student, whose edges are drawn by their shares | scalar |
 */
import type { PathCosts, Supernet } from '../arch/supernet.ts';
import { pathCosts } from '../arch/supernet.ts';
import { WorkbenchError } from '../errors.ts';
import type { EventOf, RunEvent, Search } from '../records/events.ts';
import type { Configuration, Family, Space } from '../space/space.ts';
import { memberOf } from './member.ts';
import { allKept, byEdge, keptBy, mixingSpace } from './method.ts';
import type { MixingSpace } from './method.ts';
import { oneShotDefinition, oneShotMethod } from './registry.ts';

/** An event with the time at which it was written down, ISO 8601. */
export interface TimedEvent {
  readonly at: string;
  readonly event: RunEvent;
}

type Mixed = Pick<EventOf<'mixed'>, 'epoch' | 'shares' | 'loss'> & { readonly at: string };

/** A search as the log alone tells it. */
export interface SearchStory {
  readonly search: Search;
  readonly askedAt: string;
  /** In their order, each once. */
  readonly epochs: readonly Mixed[];
  /** `undefined` while it is open. */
  readonly end: (EventOf<'searched'> & { readonly at: string }) | undefined;
}

export interface SearchedEdge {
  readonly id: string;
  readonly title: string;
  /** A name a path. */
  readonly paths: readonly string[];
  /** Nodes of the cell that it goes between; absent where the family has no cell. */
  readonly between?: readonly [number, number];
}

export interface SearchedEpoch extends Mixed {
  readonly entropy: number;
  readonly params: number;
  readonly macs: number;
}

/** The student that the method derives of what was learned. */
export interface DerivedStudent {
  readonly config: Configuration;
  readonly params: number;
  readonly macs: number;
}

export interface SearchAccount extends Pick<Search, 'search' | 'family' | 'method' | 'options' | 'limits'> {
  /** Of the method, and whose it is; as it is named where this program does not know it. */
  readonly title: string;
  readonly source?: string;
  readonly state: 'open' | 'done' | 'failed';
  /** That it was asked for. */
  readonly epochs: number;
  readonly askedAt: string;
  readonly endedAt?: string;
  /** None where the family has no supernet in this program. */
  readonly edges: readonly SearchedEdge[];
  /** Those that are done, in their order; without any that is of another supernet. */
  readonly mixed: readonly SearchedEpoch[];
  readonly cpuSeconds?: number;
  /** Why nothing was learned. */
  readonly reason?: string;
  /** Absent until the search is over, and where its paths lead to no student. */
  readonly student?: DerivedStudent;
}

/**
 * A search that loses its file begins anew: the last word on an epoch stands, and what was told of
 * later ones before it is of weights that are gone.
 */
export function searchStories(log: readonly TimedEvent[]): readonly SearchStory[] {
  const stories: SearchStory[] = [];
  const change = (search: number, next: (story: SearchStory) => SearchStory): void => {
    const index = stories.findIndex((story) => story.search.search === search && story.end === undefined);
    const story = stories[index];
    if (story !== undefined) stories[index] = next(story);
  };
  for (const { at, event } of log) {
    if (event.type === 'asked' && event.search !== undefined) {
      stories.push({ search: event.search, askedAt: at, epochs: [], end: undefined });
    } else if (event.type === 'mixed') {
      const { epoch, shares, loss } = event;
      const before = (epochs: readonly Mixed[]): readonly Mixed[] => epochs.filter((one) => one.epoch < epoch);
      change(event.search, (story) => ({ ...story, epochs: [...before(story.epochs), { epoch, shares, loss, at }] }));
    } else if (event.type === 'searched') {
      change(event.search, (story) => ({ ...story, end: { ...event, at } }));
    }
  }
  return stories;
}

/** What a family knows of the paths of its supernet. Building it takes long: keep it for all
 * epochs. */
export interface SearchedSpace {
  readonly family: Family;
  readonly edges: readonly SearchedEdge[];
  readonly supernet: Supernet;
  readonly mixing: Omit<MixingSpace, 'limits'>;
  readonly costs: PathCosts;
}

/** `undefined` for a family that is not in the space, or has no supernet. */
export function searchedSpace({ families }: Space, name: string): SearchedSpace | undefined {
  const family = families.find((one) => one.name === name);
  const supernet = family?.supernet?.();
  if (family === undefined || supernet === undefined) return undefined;
  const costs = pathCosts(supernet);
  const dimensionOf = (of: string) => family.dimensions.find((one) => one.name === of);
  return {
    ...{ family, supernet, costs },
    mixing: { ...mixingSpace(supernet), costs: () => costs },
    edges: supernet.edges.map(({ id, dimension, paths, between }) => ({
      ...{ id, title: dimensionOf(dimension)?.title ?? id },
      paths: paths.map((_, level) => String(dimensionOf(dimension)?.levels[level] ?? level)),
      ...(between && { between }),
    })),
  };
}

/** `space`: of the search's family; `undefined` where there is none, and then only the log's own
 * words are told. */
export function accountOf({ search, askedAt, epochs, end }: SearchStory, space?: SearchedSpace): SearchAccount {
  const { method } = search;
  const { title, source } = oneShotDefinition(method) ?? { title: method };
  const levels = space?.mixing.levels ?? [];
  const paths = levels.reduce((sum, count) => sum + count, 0);
  const told = epochs.filter(({ shares }) => paths > 0 && shares.length === paths);
  const student = space && end && studentOf(search, space, end.mixing, told.at(-1)?.shares);
  return {
    ...{ search: search.search, family: search.family, method, options: search.options, title },
    ...(source !== undefined && { source }),
    ...(search.limits && { limits: search.limits }),
    ...{ state: stateOf(end), epochs: search.epochs, askedAt },
    ...(end && { endedAt: end.at, cpuSeconds: end.cpuSeconds }),
    ...(end?.reason !== undefined && { reason: end.reason }),
    edges: space?.edges ?? [],
    mixed: told.map((one) => ({
      ...{ ...one, entropy: entropyOf(levels, one.shares) },
      ...(space ? expectedCosts(space.costs, one.shares) : { params: NaN, macs: NaN }),
    })),
    ...(student && { student }),
  };
}

const stateOf = (end: SearchStory['end']): SearchAccount['state'] =>
  end === undefined ? 'open' : end.reason === undefined ? 'done' : 'failed';

/** Of edges with more than one path. */
function entropyOf(levels: readonly number[], shares: readonly number[]): number {
  const edges = byEdge(levels, Float64Array.from(shares)).filter(({ length }) => length > 1);
  const entropies = edges.map((edge) => {
    const sum = edge.reduce((total, share) => total - (share > 0 ? share * Math.log(share) : 0), 0);
    return edge.every(Number.isFinite) ? sum / Math.log(edge.length) : NaN;
  });
  return entropies.length === 0 ? 0 : entropies.reduce((sum, one) => sum + one, 0) / entropies.length;
}

/** Costs of a student are sums over the paths that it takes: so those of the mean one are, too. */
function expectedCosts(
  { base, params, macs }: PathCosts,
  shares: readonly number[],
): { readonly params: number; readonly macs: number } {
  const mean = (costs: Float64Array): number => costs.reduce((sum, cost, path) => sum + cost * (shares[path] ?? 0), 0);
  return { params: base.params + mean(params), macs: base.macs + mean(macs) };
}

/** What the method says of `mixing`, over the paths that were in play at the end. `undefined` where
 * this program does not know the method, or the paths lead to no member of the family. */
function studentOf(
  search: Search,
  { family, supernet, mixing: { levels, ...mixing } }: SearchedSpace,
  values: readonly number[],
  shares: readonly number[] | undefined,
): DerivedStudent | undefined {
  const paths = levels.reduce((sum, count) => sum + count, 0);
  if (values.length !== paths) return undefined;
  const kept = keptBy(shares ?? [], levels) ?? allKept({ levels });
  const { params = Infinity, macs = Infinity } = search.limits ?? {};
  try {
    const method = oneShotMethod(search, { ...mixing, levels, limits: { params, macs } });
    const config = memberOf(family, supernet, method.derive(Float64Array.from(values), kept));
    if (config === undefined) return undefined;
    const costs = family.costs(config);
    return { config, params: costs['params'] ?? NaN, macs: costs['macs'] ?? NaN };
  } catch (error) {
    // A log of another program may hold what is no method, option or student here.
    if (error instanceof WorkbenchError) return undefined;
    throw error;
  }
}

export const testing = { entropyOf, expectedCosts };

/**
 * Members of a staged family that no other undercuts in params and in MACs. Costs are sums over
 * stages, and what a stage costs hangs on the rest by the shape that comes in alone: so of all ways
 * to one shape only those count that no other way to it undercuts.
 */
import { isOpen } from '../../../space/lattice.ts';
import type { CheapMember, Configuration, Dimension } from '../../../space/space.ts';
import type { NumberedPart, Place, Walk } from './parts.ts';

interface Staged {
  readonly dimensions: readonly Dimension[];
  /** Chosen before all stages, one after the other. */
  readonly shared: readonly string[];
  readonly stages: readonly { readonly owns: readonly string[]; readonly parts: readonly NumberedPart[] }[];
  readonly start: Place;
  readonly walk: Walk;
}

/** From the fewest params to the fewest MACs. */
export function cheapestMembers({ dimensions, shared, stages, start, walk }: Staged): readonly CheapMember[] {
  const owned = new Set([...shared, ...stages.flatMap(({ owns }) => owns)]);
  // What no cost hangs on has any level.
  const free = dimensions.filter(({ name }) => !owned.has(name));
  const found: CheapMember[] = [];
  for (const common of choices(named(dimensions, shared), {})) {
    const begun = choices(free, common)[0] ?? common;
    let ways = new Map<Place, readonly CheapMember[]>([[start, [{ config: begun, params: 0, macs: 0 }]]]);
    for (const { owns, parts } of stages) {
      const options = choices(named(dimensions, owns), begun);
      const reached = new Map<Place, CheapMember[]>();
      for (const [place, members] of ways) {
        const steps = new Map<Place, CheapMember[]>();
        for (const config of options) {
          const { next, params, macs } = walk(place, parts, config);
          push(steps, next, { config, params, macs });
        }
        for (const [next, added] of steps) {
          for (const step of undercutNone(added)) for (const member of members) push(reached, next, sum(member, step));
        }
      }
      ways = new Map([...reached].map(([place, members]) => [place, undercutNone(members)]));
    }
    found.push(...[...ways.values()].flat());
  }
  return undercutNone(found).map(({ config, ...costs }) => ({ config: inOrder(dimensions, config), ...costs }));
}

const named = (dimensions: readonly Dimension[], names: readonly string[]): readonly Dimension[] =>
  dimensions.filter(({ name }) => names.includes(name));

/** Every choice of levels of those among the dimensions that are active, beside those in `from`. */
function choices(dimensions: readonly Dimension[], from: Configuration): readonly Configuration[] {
  return dimensions.reduce<readonly Configuration[]>(
    (chosen, dimension) =>
      chosen.flatMap((config) =>
        isOpen(dimension, config)
          ? dimension.levels.map((level) => ({ ...config, [dimension.name]: level }))
          : [config],
      ),
    [from],
  );
}

function push<K>(lists: Map<K, CheapMember[]>, key: K, member: CheapMember): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [member]);
  else list.push(member);
}

const sum = (a: CheapMember, b: CheapMember): CheapMember => ({
  config: { ...a.config, ...b.config },
  params: a.params + b.params,
  macs: a.macs + b.macs,
});

function undercutNone(members: readonly CheapMember[]): readonly CheapMember[] {
  const kept: CheapMember[] = [];
  let least = Infinity;
  for (const member of members.toSorted((a, b) => a.params - b.params || a.macs - b.macs)) {
    if (member.macs >= least) continue;
    kept.push(member);
    least = member.macs;
  }
  return kept;
}

function inOrder(dimensions: readonly Dimension[], config: Configuration): Configuration {
  const known = dimensions.filter(({ name }) => config[name] !== undefined);
  return Object.fromEntries(known.map(({ name }) => [name, config[name] ?? '']));
}

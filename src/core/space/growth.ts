/** Families that grow by layers: one dimension counts them, and gates what further ones choose. */
import { completeConfiguration, enumerateFamily, isMember, isOpen } from './lattice.ts';
import { levelIndex } from './neighbours.ts';
import { familySize } from './size.ts';
import type { Configuration, Dimension, Family, Level } from './space.ts';

/** The dimension that counts layers; `undefined` where the family does not grow. */
export const growthOf = ({ grows, dimensions }: Family): Dimension | undefined =>
  dimensions.find(({ name }) => name === grows);

/** How often a member has grown: 0 with as few layers as there can be. */
export function growthLevel(family: Family, config: Configuration): number {
  const counting = growthOf(family);
  return counting ? levelIndex(counting, config) : 0;
}

/** Whoever grows most has grown so often. */
export const mostGrowth = (family: Family): number => (growthOf(family)?.levels.length ?? 1) - 1;

/** The same with as few layers as there can be; `undefined` where that is no member. */
export function withoutGrowth(family: Family, config: Configuration): Configuration | undefined {
  const counting = growthOf(family);
  const [least] = counting?.levels ?? [];
  if (counting === undefined || least === undefined) return config;
  const shrunk = completeConfiguration(family, { ...config, [counting.name]: least });
  return isMember(family, shrunk) ? shrunk : undefined;
}

/** All members with as few layers as there can be; `undefined` where they are more than `most`, or
 * cannot be counted without a list. */
export function listLeast(family: Family, most: number): readonly Configuration[] | undefined {
  if (family.isLegal !== undefined || family.pool !== undefined) return undefined;
  const dimensions = family.dimensions.map((dimension) =>
    dimension.name === family.grows ? { ...dimension, levels: dimension.levels.slice(0, 1) } : dimension,
  );
  const least = { ...family, dimensions };
  return familySize(least) <= most ? [...enumerateFamily(least)] : undefined;
}

/** All members that it becomes by one more layer, whatever that layer chooses. */
export function grown(family: Family, config: Configuration): readonly Configuration[] {
  const counting = growthOf(family);
  const next = counting?.levels[levelIndex(counting, config) + 1];
  if (counting === undefined || next === undefined) return [];
  let begun: readonly Record<string, Level>[] = [{}];
  for (const dimension of family.dimensions) {
    const { name, levels } = dimension;
    const kept = config[name];
    begun = begun.flatMap((one) => {
      if (!isOpen(dimension, one)) return [one];
      if (name === counting.name) return [{ ...one, [name]: next }];
      return kept === undefined ? levels.map((level) => ({ ...one, [name]: level })) : [{ ...one, [name]: kept }];
    });
  }
  return begun.filter((one) => isMember(family, one));
}

/** From which growth on a dimension may be there: 0, unless the count of layers gates it, directly
 * or by others. */
export function growthWhere(family: Family, { activeWhen }: Dimension): number {
  if (activeWhen === undefined) return 0;
  const gate = family.dimensions.find(({ name }) => name === activeWhen.dimension);
  if (gate === undefined) return 0;
  if (gate.name !== family.grows) return growthWhere(family, gate);
  return Math.max(0, Math.min(...activeWhen.levels.map((level) => gate.levels.indexOf(level))));
}

/** How many members a family has, without listing them. */
import { enumerateFamily, isOpen } from './lattice.ts';
import type { Configuration, Dimension, Family } from './space.ts';

/** Exact. Lists only where some combinations are illegal, or where there is a pool. */
export function familySize(family: Family): number {
  if (family.isLegal === undefined && family.pool === undefined) return countFrom(family.dimensions, {});
  return [...enumerateFamily(family)].length;
}

/** Branches only where a dimension gates others; all others multiply. */
function countFrom([dimension, ...rest]: readonly Dimension[], config: Configuration): number {
  if (dimension === undefined) return 1;
  if (!isOpen(dimension, config)) return countFrom(rest, config);
  const gates = rest.some(({ activeWhen }) => activeWhen?.dimension === dimension.name);
  if (!gates) return dimension.levels.length * countFrom(rest, config);
  return dimension.levels.reduce<number>(
    (sum, level) => sum + countFrom(rest, { ...config, [dimension.name]: level }),
    0,
  );
}

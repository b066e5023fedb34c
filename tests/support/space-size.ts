import { activeDimensions, enumerateFamily } from '../../src/core/space/lattice.ts';
import type { Configuration, Family, Space } from '../../src/core/space/space.ts';

/** Members of all families together. */
export const spaceSize = ({ families }: Space): number => families.reduce((sum, family) => sum + familySize(family), 0);

/** Number of members. Enumerates only where some combinations are illegal. */
export function familySize(family: Family): number {
  if (family.isLegal === undefined && family.pool === undefined) return countFrom(family, 0, {});
  return [...enumerateFamily(family)].length;
}

/** Branches only where a dimension gates others; all others multiply. */
function countFrom(family: Family, index: number, config: Configuration): number {
  const dimension = family.dimensions[index];
  if (dimension === undefined) return 1;
  if (!activeDimensions(family, config).includes(dimension)) return countFrom(family, index + 1, config);
  const gates = family.dimensions.some((other) => other.activeWhen?.dimension === dimension.name);
  if (!gates) return dimension.levels.length * countFrom(family, index + 1, config);
  return dimension.levels.reduce<number>(
    (sum, level) => sum + countFrom(family, index + 1, { ...config, [dimension.name]: level }),
    0,
  );
}

/** The student that takes one path of each edge of a supernet. */
import type { Supernet } from '../arch/supernet.ts';
import { completeConfiguration } from '../space/lattice.ts';
import type { Configuration, Family, Level } from '../space/space.ts';

/** `code`: a level of each edge, by its index, `[edges]`. Other dimensions have the supernet's
 * levels, or else the reference's. `undefined` where it is no student: nothing reaches its
 * output. */
export function memberOf(
  family: Family,
  { edges, base = family.reference ?? {} }: Pick<Supernet, 'edges' | 'base'>,
  code: readonly number[],
): Configuration | undefined {
  const taken = edges.map(({ dimension }, edge): readonly [string, Level] => {
    const all = family.dimensions.find(({ name }) => name === dimension)?.levels ?? [];
    return [dimension, all[code[edge] ?? 0] ?? ''];
  });
  const config = completeConfiguration(family, { ...base, ...Object.fromEntries(taken) });
  return family.representative ? family.representative(config) : config;
}

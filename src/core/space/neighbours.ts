/**
 * Nearness on the lattice: one-exchange neighbours.
 *
 * An exchange changes the level of one active dimension. Where that switches other dimensions off,
 * they go; where it switches some on, they come in at their default levels, and with each other
 * level of one of them at a time, so that every level of a single gated dimension is one exchange
 * away and the way back exists. Where several configurations are one network, its member stands for
 * them.
 */
import { memoise } from '../memoise.ts';
import { configurationKey } from './candidate-key.ts';
import { activeDimensions, completeConfiguration, isMember } from './lattice.ts';
import type { Configuration, Dimension, Family, Level } from './space.ts';

/** Members that differ from `config` by one exchange to any other level; canonical, each once, in a
 * fixed order. */
export function oneExchange(family: Family, config: Configuration): readonly Configuration[] {
  return exchanges(family, config, Infinity);
}

/** The same with ordinals moving to the next level up or down only. */
export function adjacentExchange(family: Family, config: Configuration): readonly Configuration[] {
  return exchanges(family, config, 1);
}

/** With more levels than this, a table is quicker than looking through them. */
const FEW_LEVELS = 16;
const placesOf = memoise((levels: readonly Level[]) => new Map(levels.map((level, index) => [level, index])));

/** Place of the configuration's level among the dimension's levels; -1 where the dimension is not
 * active. */
export function levelIndex({ name, levels }: Dimension, config: Configuration): number {
  const level = config[name];
  if (level === undefined) return -1;
  return levels.length <= FEW_LEVELS ? levels.indexOf(level) : (placesOf(levels).get(level) ?? -1);
}

function exchanges(family: Family, config: Configuration, ordinalStep: number): readonly Configuration[] {
  const found = new Map<string, Configuration>();
  for (const dimension of activeDimensions(family, config)) {
    for (const level of otherLevels(dimension, config, ordinalStep)) {
      for (const neighbour of settle(family, config, { ...config, [dimension.name]: level })) {
        const member = family.representative ? family.representative(neighbour) : neighbour;
        if (member !== undefined && isMember(family, member)) found.set(configurationKey(member), member);
      }
    }
  }
  found.delete(configurationKey(config));
  return [...found.values()];
}

function otherLevels(dimension: Dimension, config: Configuration, ordinalStep: number): readonly Level[] {
  const index = levelIndex(dimension, config);
  const step = dimension.type === 'ordinal' ? ordinalStep : Infinity;
  return dimension.levels.filter((_level, other) => other !== index && Math.abs(other - index) <= step);
}

/** `changed` in canonical form, once for every level of every dimension that the change switched
 * on. */
function settle(family: Family, before: Configuration, changed: Configuration): readonly Configuration[] {
  const settled = completeConfiguration(family, changed);
  const switchedOn = activeDimensions(family, settled).filter((dimension) => before[dimension.name] === undefined);
  const variations = switchedOn.flatMap((dimension) =>
    dimension.levels.map((level) => completeConfiguration(family, { ...settled, [dimension.name]: level })),
  );
  return [settled, ...variations];
}

/**
 * The members of a family: which dimensions are active, canonical form, validation, counting,
 * enumeration and chance. A dimension stands after the one that gates it, so one pass in the
 * family's order settles everything.
 */
import { WorkbenchError } from '../errors.ts';
import { configurationKey } from './candidate-key.ts';
import type { Candidate, Configuration, Dimension, Family, Level, Space } from './space.ts';

/** Chance draws before a random member of a family with illegal combinations is looked for by
 * enumeration. */
const REJECTIONS = 1000;

/** Active under the levels that `config` gives to the gates (other entries are not looked at), in
 * the family's order. */
export function activeDimensions(family: Family, config: Configuration): readonly Dimension[] {
  const active: Dimension[] = [];
  for (const dimension of family.dimensions) {
    if (isActive(family, dimension, active, config)) active.push(dimension);
  }
  return active;
}

/** A dimension without a level: the reference student's level where it has one, else the middle or
 * first level. */
function defaultLevel(family: Family, dimension: Dimension): Level {
  const reference = family.reference?.[dimension.name];
  if (reference !== undefined && dimension.levels.includes(reference)) return reference;
  const index = dimension.type === 'ordinal' ? Math.floor((dimension.levels.length - 1) / 2) : 0;
  const level = dimension.levels[index];
  if (level === undefined) {
    throw new WorkbenchError('internal', `${family.name}.${dimension.name} has no levels: give it at least one.`);
  }
  return level;
}

/** The member that keeps what `partial` says of active dimensions, drops the rest and fills in
 * default levels. */
export function completeConfiguration(family: Family, partial: Configuration): Configuration {
  const config: Record<string, Level> = {};
  const active: Dimension[] = [];
  for (const dimension of family.dimensions) {
    if (!isActive(family, dimension, active, config)) continue;
    active.push(dimension);
    config[dimension.name] = partial[dimension.name] ?? defaultLevel(family, dimension);
  }
  return config;
}

/** Active dimensions only, in the family's order. Throws `config.invalid` when one of them has no
 * level. */
export function canonicalise(family: Family, config: Configuration, field = 'config'): Configuration {
  const entries = activeDimensions(family, config).map((dimension): [string, Level] => {
    const level = config[dimension.name];
    if (level === undefined) invalid(`${field}.${dimension.name}`, `is missing: choose ${levelsText(dimension)}`);
    return [dimension.name, level];
  });
  return Object.fromEntries(entries);
}

/** Throws `family.unknown`. */
export function familyOf(space: Space, name: string): Family {
  const family = space.families.find((one) => one.name === name);
  if (family !== undefined) return family;
  const known = space.families.map((one) => one.name).join(', ');
  throw new WorkbenchError('family.unknown', `There is no family "${name}" in this space. Choose from: ${known}.`, {
    field: 'family',
  });
}

/** Canonical form of a member; throws `config.invalid` naming the field, its level and what it may
 * be. */
export function validateConfiguration(family: Family, config: Configuration, field = 'config'): Configuration {
  const active = activeDimensions(family, config);
  for (const [name, level] of Object.entries(config)) {
    const dimension = family.dimensions.find((one) => one.name === name);
    if (dimension === undefined) {
      const known = family.dimensions.map((one) => one.name).join(', ');
      invalid(`${field}.${name}`, `is not a dimension of ${family.name}: it has ${known}`);
    }
    if (!active.includes(dimension)) invalid(`${field}.${name}`, `may be given only when ${gateText(dimension)}`);
    if (!dimension.levels.includes(level)) {
      invalid(`${field}.${name}`, `cannot be ${JSON.stringify(level)}: choose ${levelsText(dimension)}`);
    }
  }
  const canonical = canonicalise(family, config, field);
  if (!isMember(family, canonical)) {
    invalid(
      field,
      `is no member of ${family.name}: ${configurationKey(canonical)} cannot be built or is not in its pool`,
    );
  }
  return canonical;
}

/** The candidate in canonical form, or `family.unknown` or `config.invalid`. */
export function validateCandidate(space: Space, candidate: Candidate): Candidate {
  const family = familyOf(space, candidate.family);
  return { family: family.name, config: validateConfiguration(family, candidate.config) };
}

/** Legal and, where the family has a pool, in it; `config` is canonical. */
export function isMember(family: Family, config: Configuration): boolean {
  if (family.isLegal !== undefined && !family.isLegal(config)) return false;
  return family.pool === undefined || poolKeys(family.pool).has(configurationKey(config));
}

/** Number of members. Enumerates only where some combinations are illegal. */
function familySize(family: Family): number {
  if (family.isLegal === undefined && family.pool === undefined) return countFrom(family, 0, {}, []);
  let count = 0;
  for (const _member of enumerateFamily(family)) count += 1;
  return count;
}

/** Every member once, canonical, in a fixed order (the last dimension turns fastest; a pool in its
 * own order). */
export function* enumerateFamily(family: Family): Generator<Configuration> {
  if (family.pool === undefined) yield* enumerateFrom(family, 0, {}, []);
  else for (const config of family.pool) if (isMember(family, config)) yield canonicalise(family, config);
}

export function* enumerateSpace(space: Space): Generator<Candidate> {
  for (const family of space.families) {
    for (const config of enumerateFamily(family)) yield { family: family.name, config };
  }
}

/**
 * A member by chance; `rng` gives numbers in [0, 1). Every level of an active dimension is equally
 * likely (so members below a rarely chosen gate are rarer); a pool's members are. Throws
 * `space.exhausted` when the family has no member.
 */
export function randomMember(family: Family, rng: () => number): Configuration {
  for (let attempt = 0; attempt < REJECTIONS; attempt += 1) {
    const drawn = family.pool === undefined ? randomConfiguration(family, rng) : pick(family.pool, rng);
    if (drawn !== undefined && isMember(family, drawn)) return canonicalise(family, drawn);
  }
  const member = pick([...enumerateFamily(family)], rng);
  if (member !== undefined) return member;
  throw new WorkbenchError('space.exhausted', `The family "${family.name}" has no members: loosen its rules.`);
}

function randomConfiguration(family: Family, rng: () => number): Configuration {
  const config: Record<string, Level> = {};
  const active: Dimension[] = [];
  for (const dimension of family.dimensions) {
    if (!isActive(family, dimension, active, config)) continue;
    active.push(dimension);
    config[dimension.name] = pick(dimension.levels, rng) ?? defaultLevel(family, dimension);
  }
  return config;
}

function pick<T>(items: readonly T[], rng: () => number): T | undefined {
  return items[Math.floor(rng() * items.length)];
}

function* enumerateFrom(
  family: Family,
  index: number,
  config: Configuration,
  active: readonly Dimension[],
): Generator<Configuration> {
  const dimension = family.dimensions[index];
  if (dimension === undefined) {
    if (isMember(family, config)) yield config;
  } else if (!isActive(family, dimension, active, config)) {
    yield* enumerateFrom(family, index + 1, config, active);
  } else {
    for (const level of dimension.levels) {
      yield* enumerateFrom(family, index + 1, { ...config, [dimension.name]: level }, [...active, dimension]);
    }
  }
}

/** Branches only where a dimension gates others; all others multiply. */
function countFrom(family: Family, index: number, config: Configuration, active: readonly Dimension[]): number {
  const dimension = family.dimensions[index];
  if (dimension === undefined) return 1;
  if (!isActive(family, dimension, active, config)) return countFrom(family, index + 1, config, active);
  const gates = family.dimensions.some((other) => other.activeWhen?.dimension === dimension.name);
  if (!gates) return dimension.levels.length * countFrom(family, index + 1, config, active);
  return dimension.levels.reduce<number>(
    (sum, level) => sum + countFrom(family, index + 1, { ...config, [dimension.name]: level }, [...active, dimension]),
    0,
  );
}

/** `earlier`: the active dimensions before this one. */
function isActive(family: Family, dimension: Dimension, earlier: readonly Dimension[], config: Configuration): boolean {
  const gate = dimension.activeWhen;
  if (gate === undefined) return true;
  const stands = family.dimensions.findIndex((other) => other.name === gate.dimension);
  if (stands < 0 || stands >= family.dimensions.indexOf(dimension)) {
    const problem = `is gated by "${gate.dimension}", which must stand before it`;
    throw new WorkbenchError('internal', `${family.name}.${dimension.name} ${problem}.`);
  }
  const level = config[gate.dimension];
  return level !== undefined && gate.levels.includes(level) && earlier.some((other) => other.name === gate.dimension);
}

const keysOfPools = new WeakMap<readonly Configuration[], ReadonlySet<string>>();

function poolKeys(pool: readonly Configuration[]): ReadonlySet<string> {
  const known = keysOfPools.get(pool) ?? new Set(pool.map(configurationKey));
  keysOfPools.set(pool, known);
  return known;
}

function levelsText(dimension: Dimension): string {
  return dimension.levels.map((level) => JSON.stringify(level)).join(', ');
}

function gateText(dimension: Dimension): string {
  const gate = dimension.activeWhen;
  return gate ? `${gate.dimension} is ${gate.levels.map((level) => JSON.stringify(level)).join(' or ')}` : 'always';
}

function invalid(field: string, problem: string): never {
  throw new WorkbenchError('config.invalid', `${field} ${problem}.`, { field });
}

export const testing = { familySize };

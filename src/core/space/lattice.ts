/**
 * The members of a family: which dimensions are active, canonical form, validation, counting,
 * enumeration and chance. A dimension stands after the one that gates it, so one pass in the
 * family's order settles everything.
 */
import { WorkbenchError } from '../errors.ts';
import { memoise } from '../memoise.ts';
import { configurationKey } from './candidate-key.ts';
import type { Candidate, Configuration, Dimension, Family, Level, Space } from './space.ts';

/** Chance draws before a random member of a family with illegal combinations is looked for by
 * enumeration. */
const REJECTIONS = 1000;

/** Active under the levels that `config` gives to the gates (other entries are not looked at), in
 * the family's order. */
export const activeDimensions = (family: Family, config: Configuration): readonly Dimension[] =>
  family.dimensions.filter((dimension) => isActive(family, dimension, config));

/** Levels for all active dimensions, each chosen when those before it stand. */
function settle(family: Family, levelOf: (dimension: Dimension) => Level): Configuration {
  const config: Record<string, Level> = {};
  for (const dimension of family.dimensions) {
    if (isActive(family, dimension, config)) config[dimension.name] = levelOf(dimension);
  }
  return config;
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
export const completeConfiguration = (family: Family, partial: Configuration): Configuration =>
  settle(family, (dimension) => partial[dimension.name] ?? defaultLevel(family, dimension));

/** Active dimensions only, in the family's order. Throws `config.invalid` when one of them has no
 * level. */
export const canonicalise = (family: Family, config: Configuration, field = 'config'): Configuration =>
  settle(
    family,
    (dimension) =>
      config[dimension.name] ??
      invalid(`${field}.${dimension.name}`, `is missing: choose ${levelsText(dimension.levels)}`),
  );

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
      invalid(`${field}.${name}`, `cannot be ${JSON.stringify(level)}: choose ${levelsText(dimension.levels)}`);
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

/** Every member once, canonical, in a fixed order (the last dimension turns fastest; a pool in its
 * own order). */
export function* enumerateFamily(family: Family): Generator<Configuration> {
  if (family.pool === undefined) yield* enumerateFrom(family, 0, {});
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

const randomConfiguration = (family: Family, rng: () => number): Configuration =>
  settle(family, (dimension) => pick(dimension.levels, rng) ?? defaultLevel(family, dimension));

function pick<T>(items: readonly T[], rng: () => number): T | undefined {
  return items[Math.floor(rng() * items.length)];
}

function* enumerateFrom(family: Family, index: number, config: Configuration): Generator<Configuration> {
  const dimension = family.dimensions[index];
  if (dimension === undefined) {
    if (isMember(family, config)) yield config;
  } else if (!isActive(family, dimension, config)) {
    yield* enumerateFrom(family, index + 1, config);
  } else {
    for (const level of dimension.levels) {
      yield* enumerateFrom(family, index + 1, { ...config, [dimension.name]: level });
    }
  }
}

function isActive(family: Family, dimension: Dimension, config: Configuration): boolean {
  const gate = dimension.activeWhen;
  if (gate === undefined) return true;
  const gating = family.dimensions.find((other) => other.name === gate.dimension);
  if (gating === undefined || family.dimensions.indexOf(gating) >= family.dimensions.indexOf(dimension)) {
    const problem = `is gated by "${gate.dimension}", which must stand before it`;
    throw new WorkbenchError('internal', `${family.name}.${dimension.name} ${problem}.`);
  }
  const level = config[gate.dimension];
  return level !== undefined && gate.levels.includes(level) && isActive(family, gating, config);
}

/** The same where `config` is canonical as far as it goes: a dimension that is not active has no
 * level. */
export function isOpen({ activeWhen }: Dimension, config: Configuration): boolean {
  if (activeWhen === undefined) return true;
  const level = config[activeWhen.dimension];
  return level !== undefined && activeWhen.levels.includes(level);
}

const poolKeys = memoise((pool: readonly Configuration[]) => new Set(pool.map(configurationKey)));

const levelsText = (levels: readonly Level[], glue = ', '): string =>
  levels.map((level) => JSON.stringify(level)).join(glue);

function gateText(dimension: Dimension): string {
  const gate = dimension.activeWhen;
  return gate ? `${gate.dimension} is ${levelsText(gate.levels, ' or ')}` : 'always';
}

function invalid(field: string, problem: string): never {
  throw new WorkbenchError('config.invalid', `${field} ${problem}.`, { field });
}

/**
 * Chance that is spread over cost. Where costs are sums over many dimensions, members drawn with
 * every level alike are all about middling; a limit below or above leaves hardly any. Here a draw
 * belongs to a stratum, which leans all levels towards cheap or dear ones by one tilt.
 */
import type { Rng } from '../math/rng.ts';
import { memoise } from '../memoise.ts';
import { configurationKey } from './candidate-key.ts';
import { isOpen } from './lattice.ts';
import { levelIndex } from './neighbours.ts';
import type { Configuration, Dimension, Family, Level, Role } from './space.ts';

/** The dearest level of a dimension is `exp(tilt)` times as likely as its cheapest. [R] */
const TILTS: readonly number[] = [-12, -7, -4, -2, -1, 0, 1, 2, 4];

/** What costs more from level to level. */
const RISING: ReadonlySet<Role> = new Set(['width', 'depth', 'kernel', 'expansion', 'attention']);

/** A stratum that gives nothing new in so many draws gives up. [R] */
const PATIENCE = 48;

/** By dimension: probabilities of its levels in each stratum, `[strata][levels]`. */
const chancesOf = memoise((family: Family) => family.dimensions.map((dimension) => TILTS.map(chances(dimension))));

const chances =
  ({ role, type, levels }: Dimension) =>
  (tilt: number): readonly number[] => {
    const lean = type === 'ordinal' && RISING.has(role) && levels.length > 1 ? tilt / (levels.length - 1) : 0;
    const weights = levels.map((_, index) => Math.exp(lean * index));
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return weights.map((weight) => weight / sum);
  };

/** A member of a family without illegal ones. */
function draw(family: Family, stratum: number, rng: Rng): Configuration {
  const table = chancesOf(family);
  const config: Record<string, Level> = {};
  for (const [at, dimension] of family.dimensions.entries()) {
    if (!isOpen(dimension, config)) continue;
    const chance = table[at]?.[stratum] ?? [];
    let left = rng.uniform();
    let index = 0;
    while (index < chance.length - 1 && (left -= chance[index] ?? 0) >= 0) index += 1;
    const level = dimension.levels[index];
    if (level !== undefined) config[dimension.name] = level;
  }
  return config;
}

/** How likely a draw of a stratum chosen by chance is this member. */
function density(family: Family, config: Configuration): number {
  const table = chancesOf(family);
  const places = family.dimensions.map((dimension) => levelIndex(dimension, config));
  const each = TILTS.map((_, stratum) =>
    places.reduce((product, place, at) => (place < 0 ? product : product * (table[at]?.[stratum]?.[place] ?? 0)), 1),
  );
  return each.reduce((sum, likely) => sum + likely, 0) / TILTS.length;
}

export interface Weighed {
  readonly config: Configuration;
  /** Members that it stands for: the sum over a sample is about the family's size. */
  readonly weight: number;
}

/** As many from every stratum. Each stands for as many members as its draw was unlikely (importance
 * weights over the mixture of strata), so that sums over the sample are unbiased. */
export function weighedSample(family: Family, each: number, rng: Rng): readonly Weighed[] {
  const draws = TILTS.length * each;
  return Array.from({ length: draws }, (_, index) => {
    const config = draw(family, index % TILTS.length, rng);
    return { config, weight: 1 / (draws * density(family, config)) };
  });
}

/** Up to `wanted` members that fit, each once, from all strata in turn, by no more than `looks`
 * draws. */
export function spreadSample(
  family: Family,
  fits: (config: Configuration) => boolean,
  { wanted, looks }: { readonly wanted: number; readonly looks: number },
  rng: Rng,
): readonly Configuration[] {
  const found = new Map<string, Configuration>();
  let alive = TILTS.map((_, stratum) => ({ stratum, misses: 0 }));
  for (let looked = 0; alive.length > 0 && looked < looks && found.size < wanted; looked += alive.length) {
    for (const one of alive) {
      const config = draw(family, one.stratum, rng);
      const key = configurationKey(config);
      const isNew = !found.has(key) && fits(config);
      if (isNew) found.set(key, config);
      one.misses = isNew ? 0 : one.misses + 1;
    }
    alive = alive.filter(({ misses }) => misses < PATIENCE);
  }
  return [...found.values()];
}

export const testing = { TILTS };

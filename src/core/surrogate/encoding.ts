/**
 * From candidates to feature rows: the coordinates in which the surrogate's kernel measures
 * distance.
 *
 * | symbol | meaning                                                                        | shape              |
 * | m      | known cost metrics                                                             |                    |
 * | row    | normalised log costs, ordinal columns, category columns of the point's family  | [stride]           |
 *
 * An ordinal dimension is one column in [0, 1]. A categorical one is a column that places each
 * level by its mean log cost over the space (so names and order of levels do not matter) and a
 * category column compared by equality. A conditional dimension has one more ordinal column, which
 * keeps an inactive value at distance sqrt(.75) to 1 from every active one. Families stand in the
 * order of their names, whatever the order in the space.
 */
import type { Candidate, Dimension, Family, KnownCosts, Level, Role, Space } from '../space/space.ts';

/** A candidate in the surrogate's coordinates. */
export interface Point {
  /** Index into `Encoding.families`. */
  readonly family: number;
  /** [stride]; columns that the family does not have are 0. */
  readonly row: Float64Array;
}

export interface Column {
  /** Index of the dimension in its family: columns of one dimension share a length scale. */
  readonly dimension: number;
  readonly role: Role;
  /** Coordinate of each level; `inactive` stands for an absent one. */
  readonly of: ReadonlyMap<Level, number>;
  readonly inactive: number;
}

export interface FamilyEncoding {
  readonly name: string;
  readonly dimensions: readonly Dimension[];
  readonly ordinals: readonly Column[];
  readonly categories: readonly Column[];
}

export interface CostScale {
  readonly metric: string;
  readonly logarithmic: boolean;
  readonly mean: number;
  readonly deviation: number;
}

export interface Encoding {
  readonly costs: readonly CostScale[];
  readonly families: readonly FamilyEncoding[];
  readonly familyIndex: ReadonlyMap<string, number>;
  /** Most ordinal and category columns of any family: a row is
   * `[costs | ordinals | categories]`. */
  readonly ordinalWidth: number;
  readonly categoryWidth: number;
  readonly stride: number;
}

/** What the encoding is measured on: candidates of the space with their costs, the same ones for
 * every run of a seed. */
export interface CostedCandidate {
  readonly candidate: Candidate;
  readonly costs: KnownCosts;
}

const INACTIVE_HEIGHT = Math.sqrt(0.75);

/** Sums in an order of their own, so that the order in which the space lists its families leaves no
 * trace in the last bit. */
function mean(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
}

/** Every family weighs the same, however many of its candidates are in the sample. */
function costScale(metric: string, byFamily: readonly (readonly CostedCandidate[])[]): CostScale | undefined {
  const families = byFamily
    .map((sample) => sample.map((item) => item.costs[metric] ?? NaN))
    .filter((list) => list.length > 0);
  if (families.some((list) => list.some((value) => !Number.isFinite(value)))) return undefined;
  const logarithmic = families.every((list) => list.every((value) => value > 0));
  const scaled = families.map((list) => (logarithmic ? list.map(Math.log) : list));
  const centre = mean(scaled.map(mean));
  const variance = mean(scaled.map((list) => mean(list.map((value) => (value - centre) ** 2))));
  const deviation = Math.sqrt(variance);
  return deviation > 1e-9 * (1 + Math.abs(centre)) ? { metric, logarithmic, mean: centre, deviation } : undefined;
}

const normalisedCost = (scale: CostScale, costs: KnownCosts): number => {
  const value = costs[scale.metric] ?? NaN;
  return ((scale.logarithmic ? Math.log(value) : value) - scale.mean) / scale.deviation;
};

/** Level -> [0, 1] by mean normalised cost of the candidates that have it; undefined where costs
 * tell no level from another. */
function costOrder(
  dimension: Dimension,
  sample: readonly CostedCandidate[],
  costs: readonly CostScale[],
): ReadonlyMap<Level, number> | undefined {
  const byLevel = new Map<Level, number[]>(dimension.levels.map((level) => [level, []]));
  for (const item of sample) {
    const level = item.candidate.config[dimension.name];
    if (level !== undefined) byLevel.get(level)?.push(mean(costs.map((scale) => normalisedCost(scale, item.costs))));
  }
  const means = [...byLevel].map(([level, values]) => [level, values.length > 0 ? mean(values) : NaN] as const);
  const known = means.map(([, value]) => value).filter(Number.isFinite);
  const low = Math.min(...known);
  const spread = Math.max(...known) - low;
  if (!(spread > 1e-6)) return undefined;
  return new Map(means.map(([level, value]) => [level, Number.isFinite(value) ? (value - low) / spread : 0.5]));
}

function encodeFamily(family: Family, sample: readonly CostedCandidate[], costs: readonly CostScale[]): FamilyEncoding {
  const ordinals: Column[] = [];
  const categories: Column[] = [];
  family.dimensions.forEach((dimension, index) => {
    if (dimension.levels.length < 2 && !dimension.activeWhen) return;
    const shared = { dimension: index, role: dimension.role };
    const codes = new Map(dimension.levels.map((level, code) => [level, code] as const));
    const last = Math.max(1, dimension.levels.length - 1);
    const position =
      dimension.type === 'ordinal'
        ? new Map([...codes].map(([level, code]) => [level, code / last] as const))
        : costs.length > 0
          ? costOrder(dimension, sample, costs)
          : undefined;
    if (position) ordinals.push({ ...shared, of: position, inactive: 0.5 });
    if (dimension.type === 'categorical') categories.push({ ...shared, of: codes, inactive: -1 });
    else if (dimension.activeWhen) {
      ordinals.push({ ...shared, of: new Map(dimension.levels.map((level) => [level, 0])), inactive: INACTIVE_HEIGHT });
    }
  });
  return { name: family.name, dimensions: family.dimensions, ordinals, categories };
}

/**
 * `metrics`: the known costs that may be features; those constant over the sample are left out.
 * Every family needs at least one candidate in the sample for its categories to get their cost
 * order.
 */
export function createEncoding(space: Space, metrics: readonly string[], sample: readonly CostedCandidate[]): Encoding {
  const families = [...space.families].sort((a, b) => (a.name < b.name ? -1 : 1));
  const byFamily = families.map((family) => sample.filter((item) => item.candidate.family === family.name));
  const costs = metrics.map((metric) => costScale(metric, byFamily)).filter((scale) => scale !== undefined);
  const encoded = families.map((family, index) => encodeFamily(family, byFamily[index] ?? [], costs));
  const ordinalWidth = Math.max(0, ...encoded.map((family) => family.ordinals.length));
  const categoryWidth = Math.max(0, ...encoded.map((family) => family.categories.length));
  return {
    costs,
    families: encoded,
    familyIndex: new Map(encoded.map((family, index) => [family.name, index])),
    ordinalWidth,
    categoryWidth,
    stride: costs.length + ordinalWidth + categoryWidth,
  };
}

/** The candidate's point. Its family and levels must be the space's (callers take them from the
 * space). */
export function encode(encoding: Encoding, costed: CostedCandidate): Point {
  const row = new Float64Array(encoding.stride);
  return { family: encodeInto(encoding, costed, row), row };
}

/** The same with the coordinates written into `row` (`[stride]`, zeros before); returns the index
 * of the family. */
export function encodeInto(encoding: Encoding, { candidate, costs }: CostedCandidate, row: Float64Array): number {
  const index = encoding.familyIndex.get(candidate.family) ?? -1;
  const family = encoding.families[index];
  if (!family) throw new RangeError(`encode: family '${candidate.family}' is not in the space`);
  const place = ({ dimension, of, inactive }: Column): number => {
    const level = candidate.config[family.dimensions[dimension]?.name ?? ''];
    return level === undefined ? inactive : (of.get(level) ?? inactive);
  };
  const m = encoding.costs.length;
  for (let j = 0; j < m; j++) row[j] = normalisedCost(encoding.costs[j]!, costs);
  for (let j = 0; j < family.ordinals.length; j++) row[m + j] = place(family.ordinals[j]!);
  const first = m + encoding.ordinalWidth;
  for (let j = 0; j < family.categories.length; j++) row[first + j] = place(family.categories[j]!);
  return index;
}

/**
 * The surrogate's hyperparameters: which there are for a space, their priors, and their unpacking
 * into kernel terms.
 *
 * | symbol        | meaning                                                                         | shape          |
 * | θ             | all of them; logarithms, shifted so that the prior mean of each is 0             | [layout.count] |
 * | s0, sf, sfc   | variances: of costs over all families, of a family, of costs within a family     |                |
 * | sw, sm        | variances of a family's own dimensions: of all together, and of their main effects |              |
 * | a             | amplitude of a family: how much more its members differ than those of others     | [families]     |
 * | ℓ             | length scale of an ordinal column = base · √d · e^(role) · e^(own)               |                |
 * | l             | rate of a category column = base / d · e^(role) · e^(own)                        |                |
 * | λ             | length scale of main effects: that of an ordinal column shrunk to ℓ · λ / (base · √d) |           |
 *
 * Every θ has a normal prior about 0, so that a family without data borrows its length scales from
 * those of the same role. A column's own deviation from its role is kept small: where each of
 * twenty columns could have a length scale of its own, the likelihood of a hundred results finds
 * some that predict worse than none (docs/decisions.md, 29).
 */
import type { Column, Encoding } from './encoding.ts';

/** A normal prior on a logarithm. */
interface LogPrior {
  readonly median: number;
  readonly deviation: number;
}

/** Priors for outputs of unit variance, ordinals in [0, 1] and costs of unit variance; √d as in
 * Hvarfner et al. 2024. [R] */
const PRIORS = Object.freeze({
  sharedCost: { median: 0.5, deviation: 1 },
  family: { median: 0.1, deviation: 1 },
  familyCost: { median: 0.2, deviation: 1 },
  within: { median: 0.5, deviation: 1 },
  main: { median: 0.3, deviation: 1 },
  noise: { median: 0.003, deviation: 1.5 },
  costLength: { median: 2, deviation: 0.7 },
  ordinalLength: { median: 0.6, deviation: 0.7 },
  mainLength: { median: 0.4, deviation: 0.7 },
  categoryRate: { median: 0.7, deviation: 0.7 },
  amplitude: { median: 1, deviation: 1 },
  own: { median: 1, deviation: 0.15 },
} satisfies Record<string, LogPrior>);

/** Prior variance of the integrated constant mean, and the least noise, both in units of the
 * output's variance. */
export const MEAN_VARIANCE = 1;
export const NOISE_FLOOR = 1e-6;

/** A column's length scale or rate: base · e^(θ[role] + θ[own]). */
interface ColumnScale {
  readonly base: number;
  readonly role: number;
  readonly own: number;
}

export interface FamilyScales {
  readonly ordinals: readonly ColumnScale[];
  readonly categories: readonly ColumnScale[];
  /** base · √d: what the ordinal columns' length scales are measured against. */
  readonly ordinalBase: number;
}

/** Positions in θ; `undefined` where the space has no such term. */
export interface Layout {
  readonly count: number;
  readonly names: readonly string[];
  /** Standard deviations of the priors, `[count]`. */
  readonly deviations: Float64Array;
  readonly sharedCost: number | undefined;
  readonly family: number | undefined;
  readonly familyCost: number | undefined;
  readonly within: number;
  /** Where some family has dimensions. */
  readonly main: number | undefined;
  readonly mainLength: number | undefined;
  readonly noise: number;
  readonly costLengths: readonly number[];
  /** One a family; none where there is one family only. */
  readonly amplitudes: readonly number[];
  readonly families: readonly FamilyScales[];
}

/** `mainEffects` false leaves the additive term out. */
export function createLayout(encoding: Encoding, mainEffects = true): Layout {
  const index = new Map<string, number>();
  const deviations: number[] = [];
  const add = (name: string, prior: LogPrior): number => {
    const place = index.get(name) ?? deviations.push(prior.deviation) - 1;
    index.set(name, place);
    return place;
  };
  const hasCosts = encoding.costs.length > 0;
  const several = encoding.families.length > 1;
  const sharedCost = hasCosts ? add('sharedCost', PRIORS.sharedCost) : undefined;
  const family = several ? add('family', PRIORS.family) : undefined;
  const familyCost = several && hasCosts ? add('familyCost', PRIORS.familyCost) : undefined;
  const within = add('within', PRIORS.within);
  const hasOrdinals = encoding.families.some(({ ordinals }) => ordinals.length > 0);
  const hasColumns = hasOrdinals || encoding.families.some(({ categories }) => categories.length > 0);
  const main = mainEffects && hasColumns ? add('main', PRIORS.main) : undefined;
  const mainLength = mainEffects && hasOrdinals ? add('mainLength', PRIORS.mainLength) : undefined;
  const noise = add('noise', PRIORS.noise);
  const costLengths = encoding.costs.map((scale) => add(`costLength.${scale.metric}`, PRIORS.costLength));
  const amplitudes = several ? encoding.families.map(({ name }) => add(`amplitude.${name}`, PRIORS.amplitude)) : [];
  const families = encoding.families.map(({ name, dimensions, ordinals, categories }): FamilyScales => {
    const d = Math.max(1, new Set([...ordinals, ...categories].map((column) => column.dimension)).size);
    const scale = (kind: string, prior: LogPrior, base: number) => (column: Column) => ({
      base,
      role: add(`${kind}.${column.role}`, prior),
      own: add(`${kind}.${name}.${dimensions[column.dimension]?.name}`, PRIORS.own),
    });
    const ordinalBase = PRIORS.ordinalLength.median * Math.sqrt(d);
    return {
      ordinalBase,
      ordinals: ordinals.map(scale('length', PRIORS.ordinalLength, ordinalBase)),
      categories: categories.map(scale('rate', PRIORS.categoryRate, PRIORS.categoryRate.median / d)),
    };
  });
  return {
    count: index.size,
    names: [...index.keys()],
    deviations: Float64Array.from(deviations),
    sharedCost,
    family,
    familyCost,
    within,
    main,
    mainLength,
    noise,
    costLengths,
    amplitudes,
    families,
  };
}

/** Kernel terms ready for use: variances, inverse length scales and rates. */
export interface KernelTerms {
  readonly sharedCost: number;
  readonly family: number;
  readonly familyCost: number;
  readonly within: number;
  readonly main: number;
  readonly noise: number;
  /** Of main effects, half the squared ratio of an ordinal column's length scale to theirs:
   * `[families]`. */
  readonly sharpness: Float64Array;
  /** a, `[families]` */
  readonly amplitudes: Float64Array;
  /** 1/ℓ of each cost, `[m]`. */
  readonly costs: Float64Array;
  /** 1/ℓ of each ordinal column, `[families][ordinals]`. */
  readonly ordinals: readonly Float64Array[];
  /** l of each category column, `[families][categories]`. */
  readonly categories: readonly Float64Array[];
}

export function unpack(layout: Layout, theta: ArrayLike<number>): KernelTerms {
  const at = (position: number): number => theta[position] ?? 0;
  const scaled = (prior: LogPrior, position: number | undefined): number =>
    position === undefined ? 0 : prior.median * Math.exp(at(position));
  const value = ({ base, role, own }: ColumnScale): number => base * Math.exp(at(role) + at(own));
  return {
    sharedCost: scaled(PRIORS.sharedCost, layout.sharedCost),
    family: scaled(PRIORS.family, layout.family),
    familyCost: scaled(PRIORS.familyCost, layout.familyCost),
    within: scaled(PRIORS.within, layout.within),
    main: scaled(PRIORS.main, layout.main),
    noise: scaled(PRIORS.noise, layout.noise) + NOISE_FLOOR,
    sharpness: Float64Array.from(layout.families, ({ ordinalBase }) =>
      layout.mainLength === undefined ? 0 : 0.5 * (ordinalBase / scaled(PRIORS.mainLength, layout.mainLength)) ** 2,
    ),
    amplitudes: Float64Array.from(layout.families, (_, f) =>
      layout.amplitudes.length > 0 ? scaled(PRIORS.amplitude, layout.amplitudes[f]) : 1,
    ),
    costs: Float64Array.from(layout.costLengths, (position) => 1 / scaled(PRIORS.costLength, position)),
    ordinals: layout.families.map(({ ordinals }) => Float64Array.from(ordinals, (column) => 1 / value(column))),
    categories: layout.families.map(({ categories }) => Float64Array.from(categories, value)),
  };
}

export const testing = { PRIORS };

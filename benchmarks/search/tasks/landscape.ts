/**
 * A family of students that need no training: its exact parameter count and the accuracy that
 * training would give, both drawn by a seed within a fixed structure.
 *
 * | symbol   | meaning                                                                                       | shape |
 * | u        | places of the levels in [0, 1]: an ordinal's rank, a category's by the seed; .5 where inactive | [d]   |
 * | o        | the place of the best level of each dimension                                                  | [d]   |
 * | q(u)     | quality, without cost: `smooth` (z-scored) or `peak` (in [0, 1], 1 at o)                       |       |
 * | p        | parameters: least * exp(sum of growth_i v_i), v as u with places of its own for categories     |       |
 *
 * accuracy = plateau - drop exp(-ln(p / least) / saturation) + gain q(u), as accuracies saturate in
 * log cost.
 * smooth: a bowl around o and d + 4 ridges sin(2 pi f w.(u - .5) + phase), each over one to three
 * dimensions.
 * peak: the product of exp(-((u_i - o_i) / width)^2): poor nearly everywhere, with a way up from
 * anywhere.
 */
import type { Rng } from '../../../src/core/math/rng.ts';
import type { Configuration, Dimension, Level } from '../../../src/core/space/space.ts';

export interface DimensionPlan {
  readonly name: string;
  readonly role: Dimension['role'];
  readonly type: Dimension['type'];
  readonly levels: readonly Level[];
  /** Log of the factor by which its dearest level multiplies the parameters; under 0 where later
   * levels are cheaper. */
  readonly growth: number;
  readonly activeWhen?: Dimension['activeWhen'];
}

export interface FamilyPlan {
  readonly name: string;
  readonly dimensions: readonly DimensionPlan[];
  /** Parameters of the smallest member, about. */
  readonly least: number;
  readonly plateau: number;
  readonly drop: number;
  readonly saturation: number;
  readonly gain: number;
  readonly quality: 'smooth' | 'peak';
  /** `middle`: the middle or first levels; `worst`: the levels farthest from o. */
  readonly reference: 'middle' | 'worst';
}

/** `accuracy` and `params` of levels by index (-1: not active). */
export interface Landscape {
  readonly plan: FamilyPlan;
  readonly dimensions: readonly Dimension[];
  readonly reference: Configuration;
  readonly accuracy: (indices: readonly number[]) => number;
  readonly params: (indices: readonly number[]) => number;
}

export const LANDSCAPE = Object.freeze({
  /** Width of a peak's bell in each dimension: of the way from one end to the other. */
  peakWidth: 0.5,
  /** Where o may lie. */
  optimum: [0.1, 0.9],
  frequency: [0.25, 0.75],
  /** By how much the seed may change a growth or a plateau's distance from 1, up and down. */
  jitter: 0.15,
  /** Random members over which a smooth quality is z-scored, and the most it may be. */
  scored: 512,
  highest: 2.5,
});

export const between = (rng: Rng, [low = 0, high = 1]: readonly number[]): number => low + (high - low) * rng.uniform();
const around = (rng: Rng, value: number): number => value * (1 + LANDSCAPE.jitter * (2 * rng.uniform() - 1));

/** Places of a dimension's levels in [0, 1]; those of categories in an order by chance. */
export function placesOf({ type, levels }: Pick<DimensionPlan, 'type' | 'levels'>, rng: Rng): readonly number[] {
  const ranks = levels.map((_, i) => i / Math.max(1, levels.length - 1));
  return type === 'categorical' ? rng.shuffle(ranks) : ranks;
}

export type Quality = (u: readonly number[]) => number;

/** Ridges of `frequency` waves, from and to, over the whole of a dimension. */
export function smoothQuality(
  optimum: readonly number[],
  rng: Rng,
  frequency: readonly number[] = LANDSCAPE.frequency,
): Quality {
  const d = optimum.length;
  const weights = optimum.map(() => between(rng, [0.5, 1.5]));
  const ridges = Array.from({ length: d + 4 }, () => {
    const over = rng.shuffle(optimum.map((_, i) => i)).slice(0, 1 + rng.int(Math.min(3, d)));
    const direction = over.map((i) => ({ i, weight: rng.normal() }));
    const amplitude = rng.normal() / Math.sqrt(d + 4);
    return { direction, amplitude, frequency: between(rng, frequency), phase: 2 * Math.PI * rng.uniform() };
  });
  return (u) => {
    let value = 0;
    for (let i = 0; i < d; i++) value -= (weights[i] ?? 0) * ((u[i] ?? 0.5) - (optimum[i] ?? 0.5)) ** 2;
    for (const { direction, amplitude, frequency, phase } of ridges) {
      let along = 0;
      for (const { i, weight } of direction) along += weight * ((u[i] ?? 0.5) - 0.5);
      value += amplitude * Math.sin(2 * Math.PI * frequency * along + phase);
    }
    return value;
  };
}

/** The same quality with mean 0 and deviation 1 over random places. */
function zScored(quality: Quality, places: readonly (readonly number[])[], rng: Rng): Quality {
  const drawn = Array.from({ length: LANDSCAPE.scored }, () => {
    return quality(places.map((levels) => levels[rng.int(levels.length)] ?? 0.5));
  });
  const mean = drawn.reduce((total, value) => total + value, 0) / drawn.length;
  const deviation = Math.sqrt(drawn.reduce((total, value) => total + (value - mean) ** 2, 0) / drawn.length);
  return (u) => Math.min(LANDSCAPE.highest, (quality(u) - mean) / deviation);
}

function peakQuality(optimum: readonly number[]): Quality {
  return (u) => Math.exp(-optimum.reduce((total, o, i) => total + (((u[i] ?? 0.5) - o) / LANDSCAPE.peakWidth) ** 2, 0));
}

/** Levels by name, gates minded, of one index a dimension. */
function configuration(dimensions: readonly Dimension[], indices: readonly number[]): Configuration {
  const config: Record<string, Level> = {};
  dimensions.forEach(({ name, levels, activeWhen }, i) => {
    const gate = activeWhen && config[activeWhen.dimension];
    const level = levels[indices[i] ?? 0];
    if (level !== undefined && (!activeWhen || (gate !== undefined && activeWhen.levels.includes(gate)))) {
      config[name] = level;
    }
  });
  return config;
}

/** The family that a plan and a generator draw. */
export function createLandscape(plan: FamilyPlan, rng: Rng): Landscape {
  const dimensions = plan.dimensions.map(({ name, role, type, levels, activeWhen }): Dimension => {
    return { name, title: name, role, type, levels, ...(activeWhen && { activeWhen }) };
  });
  const places = plan.dimensions.map((dimension) => placesOf(dimension, rng));
  const growths = plan.dimensions.map((dimension) => {
    const growth = around(rng, dimension.growth);
    return placesOf(dimension, rng).map((place) => growth * (dimension.growth < 0 ? place - 1 : place));
  });
  const optimum = plan.dimensions.map(() => between(rng, LANDSCAPE.optimum));
  const plateau = 1 - around(rng, 1 - plan.plateau);
  const quality = plan.quality === 'peak' ? peakQuality(optimum) : zScored(smoothQuality(optimum, rng), places, rng);
  const logGrowth = (indices: readonly number[]): number =>
    indices.reduce((total, index, i) => total + (index < 0 ? 0 : (growths[i]?.[index] ?? NaN)), 0);
  const worst = places.map((levels, i) => {
    const distances = levels.map((place) => Math.abs(place - (optimum[i] ?? 0.5)));
    return distances.indexOf(Math.max(...distances));
  });
  const middle = dimensions.map(({ type, levels }) => (type === 'ordinal' ? Math.floor((levels.length - 1) / 2) : 0));
  return {
    plan,
    dimensions,
    reference: configuration(dimensions, plan.reference === 'worst' ? worst : middle),
    accuracy(indices) {
      const u = indices.map((index, i) => (index < 0 ? 0.5 : (places[i]?.[index] ?? NaN)));
      const cheap = Math.exp(-logGrowth(indices) / plan.saturation);
      return Math.min(0.999, Math.max(0.02, plateau - plan.drop * cheap + plan.gain * quality(u)));
    },
    params: (indices) => Math.round(plan.least * Math.exp(logGrowth(indices))),
  };
}

/** Calls `visit` with the indices of every member, in one array that is used again. */
export function forEachMember(dimensions: readonly Dimension[], visit: (indices: readonly number[]) => void): void {
  const gates = dimensions.map(({ activeWhen }) => {
    const at = dimensions.findIndex(({ name }) => name === activeWhen?.dimension);
    const open = new Set(activeWhen?.levels.map((level) => dimensions[at]?.levels.indexOf(level)));
    return { at, open };
  });
  const indices = dimensions.map(() => 0);
  const descend = (depth: number): void => {
    const levels = dimensions[depth]?.levels;
    const gate = gates[depth];
    if (!levels || !gate) return visit(indices);
    if (gate.at >= 0 && !gate.open.has(indices[gate.at])) {
      indices[depth] = -1;
      return descend(depth + 1);
    }
    for (let index = 0; index < levels.length; index++) {
      indices[depth] = index;
      descend(depth + 1);
    }
  };
  descend(0);
}

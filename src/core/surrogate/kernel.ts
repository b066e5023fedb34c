/**
 * The hierarchical kernel over all families (docs/trade.md, step 3) and its gradient.
 *
 *   k(a, b) = v + s0·M(c) + 1[f = f'] · ( sf + a_f · ( sfc·M(c) + sw·M(x)·exp(−Σ l_i 1[x_i ≠ x'_i]) + sm·A(x) ) )
 *   A(x)    = 1/D · ( Σ_ordinals 1 / (1 + ρ_f (x_j − x'_j)²) + Σ_categories 1[x_i = x'_i] )
 *
 * | symbol | meaning                                                             | shape       |
 * | v      | variance of the integrated constant mean                            |             |
 * | M(q)   | Matérn 5/2 of the scaled distance: (1 + r + r²/3) e^(−r), r = √5 ‖q − q'‖ |       |
 * | A(x)   | main effects: an additive kernel (Duvenaud et al. 2011, first order), rational quadratic of α = 1 in each ordinal | |
 * | c, x   | costs; ordinal and category columns, ordinals divided by their length scales | [m], [D] |
 * | ρ_f    | sharpness of main effects: half the squared ratio of the two length scales | [families] |
 * | W      | weights of the gradient's contraction: Σ_ij W_ij ∂K_ij/∂θ           | packed [n(n+1)/2] |
 *
 * Rows are scaled once for a setting of the hyperparameters, so that the inner loops only subtract and square.
 */
import type { Encoding, Point } from './encoding.ts';
import { MEAN_VARIANCE, NOISE_FLOOR } from './hyperparameters.ts';
import type { KernelTerms, Layout } from './hyperparameters.ts';
import { packedLength } from '../math/linear-algebra.ts';

/** Points with their columns divided by the length scales of one `KernelTerms`. */
export interface ScaledPoints {
  readonly n: number;
  readonly stride: number;
  readonly families: readonly number[];
  /** [n][stride] */
  readonly rows: Float64Array;
}

/** Where the columns of a row lie; the same for all points of a space. */
interface Span {
  readonly costs: number;
  readonly categories: number;
  readonly stride: number;
}

const spanOf = (encoding: Encoding): Span => ({
  costs: encoding.costs.length,
  categories: encoding.costs.length + encoding.ordinalWidth,
  stride: encoding.stride,
});

/** One point's row divided by the length scales, written at `offset` of `out`. */
function scaleInto(encoding: Encoding, terms: KernelTerms, point: Point, out: Float64Array, offset: number): void {
  const { costs, categories, stride } = spanOf(encoding);
  for (let j = 0; j < costs; j++) out[offset + j] = point.row[j]! * terms.costs[j]!;
  const ordinals = terms.ordinals[point.family]!;
  for (let j = 0; j < ordinals.length; j++) out[offset + costs + j] = point.row[costs + j]! * ordinals[j]!;
  for (let j = categories; j < stride; j++) out[offset + j] = point.row[j]!;
}

export function scalePoints(encoding: Encoding, terms: KernelTerms, points: readonly Point[]): ScaledPoints {
  const { stride } = encoding;
  const rows = new Float64Array(points.length * stride);
  points.forEach((point, i) => scaleInto(encoding, terms, point, rows, i * stride));
  return { n: points.length, stride, families: points.map((point) => point.family), rows };
}

/** M as a function of ‖q − q'‖². */
function matern(square: number): number {
  const r = Math.sqrt(5 * square);
  return (1 + r + (r * r) / 3) * Math.exp(-r);
}

/** −2 dM/d(‖q − q'‖²): times a coordinate's squared difference it is the derivative by the logarithm of its length scale. */
function maternSlope(square: number): number {
  const r = Math.sqrt(5 * square);
  return (5 / 3) * (1 + r) * Math.exp(-r);
}

/** a_f·sm/D: what one column adds to the covariance of two members of a family that agree in it. */
const mainShare = (terms: KernelTerms, family: number): number =>
  (terms.amplitudes[family]! * terms.main) /
  Math.max(1, terms.ordinals[family]!.length + terms.categories[family]!.length);

/** Whether the family has columns of its own: without, there are no main effects. */
const hasMain = (terms: KernelTerms, family: number): boolean =>
  terms.ordinals[family]!.length + terms.categories[family]!.length > 0;

function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, from: number, to: number): number {
  let sum = 0;
  for (let column = from; column < to; column++) {
    const difference = a[i + column]! - b[j + column]!;
    sum += difference * difference;
  }
  return sum;
}

function mismatch(rates: Float64Array, a: Float64Array, i: number, b: Float64Array, j: number, from: number): number {
  let sum = 0;
  for (let column = 0; column < rates.length; column++) {
    if (a[i + from + column] !== b[j + from + column]) sum += rates[column]!;
  }
  return sum;
}

/**
 * k between one scaled row and the points `from` to `to` - 1, written into `out` from `at` on. The one loop that all
 * predictions spend their time in: it keeps to numbers and typed arrays.
 */
function kernelRow(
  span: Span,
  terms: KernelTerms,
  row: Float64Array,
  offset: number,
  family: number,
  points: ScaledPoints,
  from: number,
  to: number,
  out: Float64Array,
  at: number,
): void {
  const { costs, categories } = span;
  const { rows, stride, families } = points;
  const rates = terms.categories[family]!;
  const last = costs + terms.ordinals[family]!.length;
  const { sharedCost } = terms;
  const amplitude = terms.amplitudes[family]!;
  const familyCost = amplitude * terms.familyCost;
  const within = amplitude * terms.within;
  const effect = mainShare(terms, family);
  const sharpness = terms.sharpness[family]!;
  const own = MEAN_VARIANCE + terms.family;
  const hasCosts = sharedCost > 0 || familyCost > 0;
  for (let j = from; j < to; j++) {
    const other = j * stride;
    const same = families[j] === family;
    let value = same ? own : MEAN_VARIANCE;
    if (hasCosts) {
      let square = 0;
      for (let column = 0; column < costs; column++) {
        const difference = row[offset + column]! - rows[other + column]!;
        square += difference * difference;
      }
      value += (same ? sharedCost + familyCost : sharedCost) * matern(square);
    }
    if (same) {
      let square = 0;
      let alike = 0;
      for (let column = costs; column < last; column++) {
        const difference = row[offset + column]! - rows[other + column]!;
        const part = difference * difference;
        square += part;
        alike += 1 / (1 + sharpness * part);
      }
      let apart = 0;
      for (let column = 0; column < rates.length; column++) {
        if (row[offset + categories + column] !== rows[other + categories + column]) apart += rates[column]!;
        else alike++;
      }
      const r = Math.sqrt(5 * square);
      value += within * (1 + r + (r * r) / 3) * Math.exp(-r - apart) + effect * alike;
    }
    out[at + j - from] = value;
  }
}

/** k(x, x): the prior variance of any point of a family, without noise. */
export const priorVariance = (terms: KernelTerms, family: number): number =>
  MEAN_VARIANCE +
  terms.sharedCost +
  terms.family +
  terms.amplitudes[family]! * (terms.familyCost + terms.within + (hasMain(terms, family) ? terms.main : 0));

/** K + noise·I of the points, packed. */
export function kernelMatrix(encoding: Encoding, terms: KernelTerms, points: ScaledPoints): Float64Array {
  const span = spanOf(encoding);
  const { n, stride, rows, families } = points;
  const packed = new Float64Array(packedLength(n));
  for (let i = 0; i < n; i++) {
    const start = packedLength(i);
    kernelRow(span, terms, rows, i * stride, families[i]!, points, 0, i, packed, start);
    packed[start + i] = priorVariance(terms, families[i]!) + terms.noise;
  }
  return packed;
}

/** One point's row divided by the length scales, written into `row` (`[stride]`): what `kernelToRow` wants of it. */
export function scaleRow(encoding: Encoding, terms: KernelTerms, point: Point, row: Float64Array): Float64Array {
  scaleInto(encoding, terms, point, row, 0);
  return row;
}

/** k of a scaled row to the points from index `from` on, written into the same places of `out` (`[n]` or longer). */
export function kernelToRow(
  encoding: Encoding,
  terms: KernelTerms,
  points: ScaledPoints,
  row: Float64Array,
  family: number,
  out: Float64Array,
  from: number,
): void {
  kernelRow(spanOf(encoding), terms, row, 0, family, points, from, points.n, out, from);
}

/** k of one point to each of the points, written into `out` (`[n]` or longer). */
export function kernelVector(
  encoding: Encoding,
  terms: KernelTerms,
  points: ScaledPoints,
  point: Point,
  out: Float64Array,
): Float64Array {
  const row = scaleRow(encoding, terms, point, new Float64Array(encoding.stride));
  kernelToRow(encoding, terms, points, row, point.family, out, 0);
  return out;
}

/** Σ_ij W_ij ∂(K + noise·I)_ij/∂θ over the full symmetric matrix, by θ: `[layout.count]`. */
export function kernelGradient(
  encoding: Encoding,
  layout: Layout,
  terms: KernelTerms,
  points: ScaledPoints,
  weights: Float64Array,
): Float64Array {
  const { costs, categories } = spanOf(encoding);
  const { n, stride, rows, families } = points;
  const gradient = new Float64Array(layout.count);
  const ordinalGradients = terms.ordinals.map((columns) => new Float64Array(columns.length));
  const categoryGradients = terms.categories.map((columns) => new Float64Array(columns.length));
  const costGradients = new Float64Array(costs);
  let shared = 0;
  let family = 0;
  // By family, as their amplitudes share them: Σ W·M(c), and Σ W times each whole term of the dimensions.
  const familyCosts = new Float64Array(terms.amplitudes.length);
  const withins = new Float64Array(terms.amplitudes.length);
  const mains = new Float64Array(terms.amplitudes.length);
  let mainLength = 0;
  let trace = 0;
  let position = 0;
  for (let i = 0; i < n; i++) {
    const a = i * stride;
    const f = families[i]!;
    const ordinals = ordinalGradients[f]!;
    const categoryRates = terms.categories[f]!;
    const amplitude = terms.amplitudes[f]!;
    const effect = mainShare(terms, f);
    const sharpness = terms.sharpness[f]!;
    for (let j = 0; j < i; j++) {
      const weight = 2 * weights[position++]!;
      const b = j * stride;
      const same = families[j] === f;
      const costVariance = terms.sharedCost + (same ? amplitude * terms.familyCost : 0);
      if (costVariance > 0) {
        const square = squaredDistance(rows, a, rows, b, 0, costs);
        const value = matern(square);
        shared += weight * value;
        if (same) familyCosts[f]! += weight * value;
        const slope = weight * costVariance * maternSlope(square);
        for (let column = 0; column < costs; column++)
          costGradients[column]! += slope * (rows[a + column]! - rows[b + column]!) ** 2;
      }
      if (!same) continue;
      family += weight;
      const square = squaredDistance(rows, a, rows, b, costs, costs + ordinals.length);
      const decay =
        weight * amplitude * terms.within * Math.exp(-mismatch(categoryRates, rows, a, rows, b, categories));
      const value = decay * matern(square);
      withins[f]! += value;
      const slope = decay * maternSlope(square);
      const share = weight * effect;
      let alike = 0;
      for (let column = 0; column < ordinals.length; column++) {
        const part = (rows[a + costs + column]! - rows[b + costs + column]!) ** 2;
        const near = 1 / (1 + sharpness * part);
        const steepness = 2 * share * sharpness * part * near * near;
        alike += near;
        mainLength += steepness;
        ordinals[column]! += slope * part + steepness;
      }
      const rates = categoryGradients[f]!;
      for (let column = 0; column < rates.length; column++) {
        if (rows[a + categories + column] !== rows[b + categories + column])
          rates[column]! -= value * categoryRates[column]!;
        else alike++;
      }
      mains[f]! += share * alike;
    }
    const own = weights[position++]!;
    trace += own;
    familyCosts[f]! += own;
    withins[f]! += own * amplitude * terms.within;
    if (hasMain(terms, f)) mains[f]! += own * amplitude * terms.main;
  }
  if (layout.sharedCost !== undefined) gradient[layout.sharedCost] = terms.sharedCost * (shared + trace);
  if (layout.family !== undefined) gradient[layout.family] = terms.family * (family + trace);
  terms.amplitudes.forEach((amplitude, f) => {
    const ofCosts = amplitude * terms.familyCost * familyCosts[f]!;
    if (layout.familyCost !== undefined) gradient[layout.familyCost]! += ofCosts;
    gradient[layout.within]! += withins[f]!;
    if (layout.main !== undefined) gradient[layout.main]! += mains[f]!;
    const index = layout.amplitudes[f];
    if (index !== undefined) gradient[index] = ofCosts + withins[f]! + mains[f]!;
  });
  if (layout.mainLength !== undefined) gradient[layout.mainLength] = mainLength;
  gradient[layout.noise] = (terms.noise - NOISE_FLOOR) * trace;
  layout.costLengths.forEach((index, column) => (gradient[index] = costGradients[column]!));
  layout.families.forEach(({ ordinals, categories: rates }, f) => {
    ordinals.forEach(({ role, own }, column) => {
      gradient[role]! += ordinalGradients[f]![column]!;
      gradient[own]! += ordinalGradients[f]![column]!;
    });
    rates.forEach(({ role, own }, column) => {
      gradient[role]! += categoryGradients[f]![column]!;
      gradient[own]! += categoryGradients[f]![column]!;
    });
  });
  return gradient;
}

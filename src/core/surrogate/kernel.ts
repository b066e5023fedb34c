/**
 * The hierarchical kernel over all families (docs/trade.md, step 3). Its gradient:
 * kernel-gradient.ts.
 *
 *   k(a, b) = v + s0·M(c) + 1[f = f'] · ( sf + a_f · g(x) )
 *   g(x)    = sfc·M(c) + sw·M(x)·exp(−Σ l_i 1[x_i ≠ x'_i]) + sm·A(x)
 *   A(x)    = 1/D · ( Σ_ordinals 1 / (1 + ρ_f (x_j − x'_j)²) + Σ_categories 1[x_i = x'_i] )
 *
 * | symbol | meaning                                                             | shape       |
 * | v      | variance of the integrated constant mean                            |             |
 * | M(q)   | Matérn 5/2 of the scaled distance: (1 + r + r²/3) e^(−r), r = √5 ‖q − q'‖ |       |
 * | A(x)   | main effects: an additive kernel (Duvenaud et al. 2011, first order), rational quadratic of α = 1 in each ordinal | |
 * | c, x   | costs; ordinal and category columns, ordinals divided by their length scales | [m], [D] |
 * | ρ_f    | sharpness of main effects: half the squared ratio of the two length scales | [families] |
 *
 * Rows are scaled once for a setting of the hyperparameters, so that the inner loops only subtract
 * and square.
 */
import type { Encoding, Point } from './encoding.ts';
import { MEAN_VARIANCE } from './hyperparameters.ts';
import type { KernelTerms } from './hyperparameters.ts';
import { packedLength } from '../math/linear-algebra.ts';
import { addMismatches, addSquares, squaredDistance } from '../math/row-sums.ts';

/** Points with their columns divided by the length scales of one `KernelTerms`. */
export interface ScaledPoints {
  readonly n: number;
  readonly stride: number;
  readonly families: readonly number[];
  /** [n][stride] */
  readonly rows: Float64Array;
}

/**
 * What a kernel matrix has found of each two points of one family, for its gradient: packed
 * `[n(n+1)/2]`, other places are not read.
 */
export interface Pairs {
  /** Σ (x_j − x'_j)² over the ordinals. */
  readonly squares: Float64Array;
  /** D·A(x). */
  readonly likenesses: Float64Array;
}

/** Where the category columns of a row begin. */
export const categoriesAt = ({ costs, ordinalWidth }: Encoding): number => costs.length + ordinalWidth;

/** Divides the row `[stride]` at `offset` of `rows`, a point's of that family, by the length
 * scales: what `kernelToRow` wants of it. */
export function scaleRow(encoding: Encoding, terms: KernelTerms, family: number, rows: Float64Array, offset = 0): void {
  const costs = encoding.costs.length;
  for (let j = 0; j < costs; j++) rows[offset + j]! *= terms.costs[j]!;
  const ordinals = terms.ordinals[family]!;
  for (let j = 0; j < ordinals.length; j++) rows[offset + costs + j]! *= ordinals[j]!;
}

export function scalePoints(encoding: Encoding, terms: KernelTerms, points: readonly Point[]): ScaledPoints {
  const { stride } = encoding;
  const rows = new Float64Array(points.length * stride);
  points.forEach(({ family, row }, i) => {
    rows.set(row, i * stride);
    scaleRow(encoding, terms, family, rows, i * stride);
  });
  return { n: points.length, stride, families: points.map((point) => point.family), rows };
}

/** M as a function of ‖q − q'‖². */
function matern(square: number): number {
  const r = Math.sqrt(5 * square);
  return (1 + r + (r * r) / 3) * Math.exp(-r);
}

/** a_f·sm/D: what one column adds to the covariance of two members of a family that agree in it. */
export const mainShare = (terms: KernelTerms, family: number): number =>
  (terms.amplitudes[family]! * terms.main) /
  Math.max(1, terms.ordinals[family]!.length + terms.categories[family]!.length);

/** Whether the family has columns of its own: without, there are no main effects. */
export const hasMain = (terms: KernelTerms, family: number): boolean =>
  terms.ordinals[family]!.length + terms.categories[family]!.length > 0;

/** Points that one pass of `kernelRow` takes at a time; what it notes of them stands in the scratch
 * below. */
const BLOCK = 128;
/** Of a block, its members of the row's own family, and of each ‖x − x'‖², Σ l_i 1[x_i ≠ x'_i] and
 * D·A(x). */
const kin = new Int32Array(BLOCK);
const squares = new Float64Array(BLOCK);
const apart = new Float64Array(BLOCK);
const alike = new Float64Array(BLOCK);

/**
 * k between one scaled row and the points `from` to `to` - 1, written into `out` from `at` on, and
 * to the same places of `pairs`. The one loop that all predictions spend their time in: it keeps to
 * numbers and typed arrays, and does one thing in each pass.
 */
function kernelRow(
  encoding: Encoding,
  terms: KernelTerms,
  row: Float64Array,
  offset: number,
  family: number,
  points: ScaledPoints,
  from: number,
  to: number,
  out: Float64Array,
  at: number,
  pairs?: Pairs,
): void {
  const costs = encoding.costs.length;
  const categories = categoriesAt(encoding);
  const { rows, stride, families } = points;
  const rates = terms.categories[family]!;
  const last = costs + terms.ordinals[family]!.length;
  const amplitude = terms.amplitudes[family]!;
  const within = amplitude * terms.within;
  const effect = mainShare(terms, family);
  const sharpness = terms.sharpness[family]!;
  const own = MEAN_VARIANCE + terms.family;
  const { sharedCost } = terms;
  const familyCost = amplitude * terms.familyCost;
  const hasCosts = sharedCost > 0 || familyCost > 0;
  for (let start = from; start < to; start += BLOCK) {
    const end = Math.min(to, start + BLOCK);
    const shift = at - from;
    let count = 0;
    for (let j = start; j < end; j++) {
      const same = families[j] === family;
      if (same) kin[count++] = j;
      let value = same ? own : MEAN_VARIANCE;
      if (hasCosts) {
        const square = squaredDistance(row, offset, rows, j * stride, 0, costs);
        value += (same ? sharedCost + familyCost : sharedCost) * matern(square);
      }
      out[shift + j] = value;
    }
    addSquares(row, offset, rows, stride, costs, last, sharpness, kin, count, squares, alike);
    addMismatches(row, offset, rows, stride, categories, rates, kin, count, apart, alike);
    for (let k = 0; k < count; k++) {
      const place = shift + kin[k]!;
      const r = Math.sqrt(5 * squares[k]!);
      out[place]! += within * (1 + r + (r * r) / 3) * Math.exp(-r - apart[k]!) + effect * alike[k]!;
      if (!pairs) continue;
      pairs.squares[place] = squares[k]!;
      pairs.likenesses[place] = alike[k]!;
    }
  }
}

/** k(x, x): the prior variance of any point of a family, without noise. */
export const priorVariance = (terms: KernelTerms, family: number): number =>
  MEAN_VARIANCE +
  terms.sharedCost +
  terms.family +
  terms.amplitudes[family]! * (terms.familyCost + terms.within + (hasMain(terms, family) ? terms.main : 0));

/** K + noise·I of the points, packed; `pairs` is filled for `kernelGradient`. */
export function kernelMatrix(
  encoding: Encoding,
  terms: KernelTerms,
  points: ScaledPoints,
  pairs?: Pairs,
): Float64Array {
  const { n, stride, rows, families } = points;
  const packed = new Float64Array(packedLength(n));
  for (let i = 0; i < n; i++) {
    const start = packedLength(i);
    kernelRow(encoding, terms, rows, i * stride, families[i]!, points, 0, i, packed, start, pairs);
    packed[start + i] = priorVariance(terms, families[i]!) + terms.noise;
  }
  return packed;
}

/** k of a scaled row to the points from index `from` on, written into the same places of `out`
 * (`[n]` or longer). */
export function kernelToRow(
  encoding: Encoding,
  terms: KernelTerms,
  points: ScaledPoints,
  row: Float64Array,
  family: number,
  out: Float64Array,
  from: number,
): void {
  kernelRow(encoding, terms, row, 0, family, points, from, points.n, out, from);
}

/** k of one point to each of the points, written into `out` (`[n]` or longer). */
export function kernelVector(
  encoding: Encoding,
  terms: KernelTerms,
  points: ScaledPoints,
  point: Point,
  out: Float64Array,
): Float64Array {
  const row = point.row.slice();
  scaleRow(encoding, terms, point.family, row);
  kernelToRow(encoding, terms, points, row, point.family, out, 0);
  return out;
}

/**
 * The gradient of the kernel matrix by the hyperparameters, contracted with weights: what a fit
 * follows.
 *
 * | symbol | meaning                                                             | shape             |
 * | K      | the kernel of the points (kernel.ts)                                | [n][n]            |
 * | W      | weights of the contraction: Σ_ij W_ij ∂K_ij/∂θ                      | packed [n(n+1)/2] |
 * | r, fall | √5 ‖q − q'‖ of costs or ordinals, and e^(−r)                        |                   |
 * | θ      | hyperparameters (hyperparameters.ts)                                | [layout.count]    |
 */
import type { Encoding } from './encoding.ts';
import { NOISE_FLOOR } from './hyperparameters.ts';
import type { KernelTerms, Layout } from './hyperparameters.ts';
import { categoriesAt, hasMain, mainShare } from './kernel.ts';
import type { Pairs, ScaledPoints } from './kernel.ts';
import { squaredDistance } from '../math/row-sums.ts';

/** M, and −2 dM/d(‖q − q'‖²): times a coordinate's squared difference that is the derivative by the
 * logarithm of its length scale. */
const maternOf = (r: number, fall: number): number => (1 + r + (r * r) / 3) * fall;
const slopeOf = (r: number, fall: number): number => (5 / 3) * (1 + r) * fall;

/** Σ_i l_i 1[x_i ≠ x'_i] over the category columns, which begin at `from`. */
function mismatch(rates: Float64Array, a: Float64Array, i: number, b: Float64Array, j: number, from: number): number {
  let sum = 0;
  for (let column = 0; column < rates.length; column++) {
    if (a[i + from + column] !== b[j + from + column]) sum += rates[column]!;
  }
  return sum;
}

/** Σ_ij W_ij ∂(K + noise·I)_ij/∂θ over the full symmetric matrix, by θ: `[layout.count]`. `pairs`:
 * as its matrix left them. */
export function kernelGradient(
  encoding: Encoding,
  layout: Layout,
  terms: KernelTerms,
  points: ScaledPoints,
  { squares: ordinalSquares, likenesses: alike }: Pairs,
  weights: Float64Array,
): Float64Array {
  const costs = encoding.costs.length;
  const categories = categoriesAt(encoding);
  const { n, stride, rows, families } = points;
  const gradient = new Float64Array(layout.count);
  const ordinalGradients = terms.ordinals.map((columns) => new Float64Array(columns.length));
  const categoryGradients = terms.categories.map((columns) => new Float64Array(columns.length));
  const costGradients = new Float64Array(costs);
  let shared = 0;
  let family = 0;
  // By family, as their amplitudes share them: Σ W·M(c), and Σ W times each whole term of the
  // dimensions.
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
    const last = costs + ordinals.length;
    for (let j = 0; j < i; j++) {
      const pair = position++;
      const weight = 2 * weights[pair]!;
      const b = j * stride;
      const same = families[j] === f;
      const costVariance = terms.sharedCost + (same ? amplitude * terms.familyCost : 0);
      if (costVariance > 0) {
        const r = Math.sqrt(5 * squaredDistance(rows, a, rows, b, 0, costs));
        const fall = Math.exp(-r);
        const value = maternOf(r, fall);
        shared += weight * value;
        if (same) familyCosts[f]! += weight * value;
        const slope = weight * costVariance * slopeOf(r, fall);
        for (let column = 0; column < costs; column++) {
          const difference = rows[a + column]! - rows[b + column]!;
          costGradients[column]! += slope * (difference * difference);
        }
      }
      if (!same) continue;
      family += weight;
      const kept = categoryRates.length > 0 ? Math.exp(-mismatch(categoryRates, rows, a, rows, b, categories)) : 1;
      const decay = weight * amplitude * terms.within * kept;
      const r = Math.sqrt(5 * ordinalSquares[pair]!);
      const fall = Math.exp(-r);
      const value = decay * maternOf(r, fall);
      withins[f]! += value;
      const slope = decay * slopeOf(r, fall);
      const share = weight * effect;
      const steep = 2 * share * sharpness;
      for (let column = costs; column < last; column++) {
        const difference = rows[a + column]! - rows[b + column]!;
        const part = difference * difference;
        const near = 1 / (1 + sharpness * part);
        const steepness = steep * part * near * near;
        mainLength += steepness;
        ordinals[column - costs]! += slope * part + steepness;
      }
      const rates = categoryGradients[f]!;
      for (let column = 0; column < rates.length; column++) {
        if (rows[a + categories + column] !== rows[b + categories + column])
          rates[column]! -= value * categoryRates[column]!;
      }
      mains[f]! += share * alike[pair]!;
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

/**
 * Upper bounds of posterior variances by part of the data. What some results leave unexplained is
 * never less than what all of them do, and a quarter of them costs a sixteenth.
 *
 * | symbol | meaning                                                | shape  |
 * | S      | places of the chosen results among the posterior's     | [s]    |
 * | L_S    | Cholesky factor of (K + noise·I) over S                | packed |
 * | k      | kernel of a candidate to all of the posterior's points | [n]    |
 */
import { cholesky, packedLength, solveLower } from '../math/linear-algebra.ts';
import type { Factor } from '../math/linear-algebra.ts';
import type { Gp } from './gp.ts';
import { kernelMatrix, scalePoints } from './kernel.ts';

export interface Subset {
  /** Rising. */
  readonly places: readonly number[];
  readonly factor: Factor;
  /** `[s]`, of the last call. */
  readonly scratch: Float64Array;
}

/** Rounding must not make of a bound less than what it bounds: this share of the prior variance is
 * added. */
const SLACK = 1e-8;

/** The `count` points that the given kernel vectors, together, have most in common with. */
export function mostTelling(vectors: readonly Float64Array[], n: number, count: number): readonly number[] {
  const weights = new Float64Array(n);
  for (const vector of vectors) for (let i = 0; i < n; i++) weights[i]! += vector[i]! * vector[i]!;
  const ranked = Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]! || a - b);
  return ranked.slice(0, count).sort((a, b) => a - b);
}

/** `undefined` where the subset's matrix cannot be factorised. */
export function createSubset(
  { model, terms, points, factor: whole }: Gp,
  places: readonly number[],
): Subset | undefined {
  const { encoding } = model;
  const chosen = places.map((place) => points[place]!);
  const packed = kernelMatrix(encoding, terms, scalePoints(encoding, terms, chosen));
  for (let i = 0; i < places.length; i++) packed[packedLength(i) + i]! += whole.jitter;
  const factor = cholesky(packed, places.length);
  return factor && { places, factor, scratch: new Float64Array(places.length) };
}

/** k(x, x) − ‖L_S⁻¹ k_S‖², at most a whisker more: σ² of a candidate is no larger. */
export function varianceBound({ places, factor, scratch }: Subset, vector: Float64Array, prior: number): number {
  for (let i = 0; i < places.length; i++) scratch[i] = vector[places[i]!]!;
  solveLower(factor, scratch, scratch);
  let variance = prior;
  for (let i = 0; i < places.length; i++) variance -= scratch[i]! * scratch[i]!;
  return variance + SLACK * prior;
}

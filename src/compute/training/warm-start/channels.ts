/**
 * Which channels of a parent the channels of a child come from.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | source | the parent's channel that each of the child's repeats; -1: none | `[channels]` |
 * | share | what a linear reader takes of each channel, 1 in all over those of one source | `[channels, out]` |
 */
import type { Rng } from '../../../core/math/rng.ts';

export type Sources = Int32Array;

/** A copy's share is its fair one times 1 - SPREAD to 1 + SPREAD, before all are made to sum to
 * 1. [R] */
const SPREAD = 0.5;

/** Channels of the parent in their order, each as often as it takes; of a wider parent every so
 * maniest. */
export const stretched = (channels: number, parent: number): Sources =>
  Int32Array.from({ length: channels }, (_, channel) => Math.floor((channel * parent) / channels));

export const straight = (channels: number): Sources => Int32Array.from({ length: channels }, (_, channel) => channel);

/** What comes from nowhere stands in for those of the parent's channels that nothing comes from, as
 * long as there are any. */
export function filled(source: Sources, parent: number): Sources {
  if (!source.includes(-1)) return source;
  const known = new Set(source);
  const lost = [...straight(parent)].filter((channel) => !known.has(channel));
  return source.map((channel) => (channel === -1 ? (lost.shift() ?? -1) : channel));
}

/**
 * Wider layers that compute the same (net2wider: Chen, Goodfellow and Shlens 2016): a reader takes
 * shares of the copies of a channel. The paper gives equal ones, and noise so that copies part.
 * Here they are unequal, for each of the reader's outputs others: copies part by their slopes,
 * and the function stays (Wang et al. 2024, LEMON).
 */
export function sharesOf(source: Sources, outputs: number, rng: Rng): Float32Array {
  const copies = new Map<number, number[]>();
  source.forEach((channel, index) => {
    if (channel >= 0) copies.set(channel, [...(copies.get(channel) ?? []), index]);
  });
  const shares = new Float32Array(source.length * outputs);
  for (const indices of copies.values()) {
    for (let output = 0; output < outputs; output += 1) {
      const weights = indices.map(() => (indices.length === 1 ? 1 : 1 + SPREAD * (2 * rng.uniform() - 1)));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      indices.forEach((index, copy) => (shares[index * outputs + output] = (weights[copy] ?? 0) / total));
    }
  }
  return shares;
}

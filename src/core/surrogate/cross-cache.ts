/**
 * What candidates have in common with the data, kept from one ask to the next while the
 * hyperparameters stand: kernel vectors, and how far they are solved against the factor. Only the
 * part of new data is computed. What is read from here is bit for bit what would be computed anew.
 *
 * | symbol | meaning                                     | shape |
 * | k      | kernel of a candidate to the data           | [n]   |
 * | u      | L⁻¹ k, so that σ² = k(x, x) − ‖u‖²          | [n]   |
 */
import { substitute } from '../math/linear-algebra.ts';
import type { CostedCandidate } from './encoding.ts';
import type { Gp } from './gp.ts';
import { kernelToRow, priorVariance, scaleRow } from './kernel.ts';

export interface CrossEntry {
  /** Index into `Encoding.families`. */
  readonly family: number;
  /** The candidate's row, scaled by the hyperparameters that the cache is for. */
  readonly row: Float64Array;
  /** k(x, x). */
  readonly prior: number;
  /** k to the data points `[0, length)`; what lies beyond is scratch. */
  values: Float64Array;
  length: number;
  /** u of the points `[0, solved)`, and k(x, x) − ‖u‖² over them; what lies beyond is scratch. */
  forward: Float64Array;
  solved: number;
  variance: number;
}

/** Puts a candidate's coordinates into a row of zeros, and returns the index of its family. */
export type RowWriter = (candidate: CostedCandidate, row: Float64Array) => number;

/** `key`: what a candidate's entry is kept under. */
type Keyed = CostedCandidate & { readonly key: string };

export interface CrossCache {
  readonly entries: Map<string, CrossEntry>;
  /** Doubles held. */
  size: number;
  /** What arrays are cut from, from `used` on: thousands of small ones an ask are dear to allocate
   * and to collect. */
  slab: Float64Array;
  used: number;
}

/** Doubles that may be held in all: 80 MB. */
const LARGEST = 10_000_000;
/** Doubles of a slab: half a megabyte. */
const SLAB = 65_536;

const NONE = new Float64Array(0);

export const createCrossCache = (): CrossCache => ({ entries: new Map(), size: 0, slab: NONE, used: 0 });

/** A new array of zeros. */
function cut(cache: CrossCache, length: number): Float64Array {
  if (cache.used + length > cache.slab.length) {
    cache.slab = new Float64Array(Math.max(SLAB, length));
    cache.used = 0;
  }
  const start = cache.used;
  cache.used += length;
  return cache.slab.subarray(start, cache.used);
}

const capacity = (n: number): number => n + 8 + (n >> 3);

/** A longer one with the first `kept` of an array. */
function grow(cache: CrossCache, array: Float64Array, kept: number, length: number): Float64Array {
  const grown = cut(cache, length);
  grown.set(array.subarray(0, kept));
  cache.size += grown.length - array.length;
  return grown;
}

/**
 * The candidate's entry, its k valid for all points of `gp`, the first `settled` of which are real
 * data and stay; the rest (pending trials) is computed each time. Valid until the next call for the
 * same key; arrays may be longer than the points are many.
 */
export function crossEntry(cache: CrossCache, gp: Gp, settled: number, candidate: Keyed, write: RowWriter): CrossEntry {
  const { encoding } = gp.model;
  const n = gp.points.length;
  const known = cache.entries.get(candidate.key);
  if (known?.length === n) return known;
  const entry = known ?? newEntry(cache, gp, candidate, write);
  if (entry.values.length < n) entry.values = grow(cache, entry.values, entry.length, capacity(n));
  kernelToRow(encoding, gp.terms, gp.scaled, entry.row, entry.family, entry.values, entry.length);
  entry.length = settled;
  if (cache.size > LARGEST) {
    cache.entries.delete(candidate.key);
    cache.size -= entry.values.length + entry.forward.length;
  } else if (!known) cache.entries.set(candidate.key, entry);
  return entry;
}

/** Without anything in common yet. */
function newEntry(cache: CrossCache, gp: Gp, candidate: Keyed, write: RowWriter): CrossEntry {
  const { model, terms, points } = gp;
  const row = cut(cache, model.encoding.stride);
  const family = write(candidate, row);
  scaleRow(model.encoding, terms, family, row);
  const prior = priorVariance(terms, family);
  const values = cut(cache, capacity(points.length));
  cache.size += values.length;
  return { family, row, prior, values, length: 0, forward: NONE, solved: 0, variance: prior };
}

/**
 * σ² given all points of `gp`, by forward substitution from where it was left: O(n) a new point.
 * The running value falls from the prior's to the posterior's: when `abandon` returns true for it,
 * it is returned as an upper bound, unfinished.
 */
export function crossVariance(
  cache: CrossCache,
  gp: Gp,
  settled: number,
  entry: CrossEntry,
  abandon: (upperBound: number) => boolean,
): number {
  const n = gp.points.length;
  if (entry.solved > 0 && abandon(entry.variance)) return entry.variance;
  const { values: factor } = gp.factor;
  const { values, solved } = entry;
  if (entry.forward.length < n) {
    entry.forward = grow(cache, entry.forward, solved, Math.max(values.length, capacity(n)));
  }
  const { forward } = entry;
  let { variance } = entry;
  for (let i = solved; i < n;) {
    const end = Math.min(n, (i | (LOOK_EVERY - 1)) + 1);
    substitute(factor, values, forward, 0, 0, i, end);
    for (; i < end; i++) {
      variance -= forward[i]! * forward[i]!;
      if (i >= settled) continue;
      entry.solved = i + 1;
      entry.variance = variance;
    }
    if (end % LOOK_EVERY === 0 && abandon(variance)) return variance;
  }
  return Math.max(variance, 1e-12);
}

/** Rows of the forward substitution between two questions whether to go on; a power of two. */
const LOOK_EVERY = 32;

/**
 * What candidates have in common with the data, kept from one ask to the next while the hyperparameters stand: kernel
 * vectors, and how far they are solved against the factor. Only the part of new data is computed. What is read from here
 * is bit for bit what would be computed anew.
 *
 * | symbol | meaning                                     | shape |
 * | k      | kernel of a candidate to the data           | [n]   |
 * | u      | L⁻¹ k, so that σ² = k(x, x) − ‖u‖²          | [n]   |
 */
import type { Point } from './encoding.ts';
import { substitute } from '../math/linear-algebra.ts';
import type { Gp } from './gp.ts';
import { kernelToRow, priorVariance, scaleRow } from './kernel.ts';

export interface CrossEntry {
  /** The candidate's row, scaled by the hyperparameters that the cache is for. */
  readonly row: Float64Array;
  /** k to the data points `[0, length)`; what lies beyond is scratch. */
  readonly values: Float64Array;
  length: number;
  /** u of the points `[0, solved)`, and k(x, x) − ‖u‖² over them; what lies beyond is scratch. */
  forward: Float64Array | undefined;
  solved: number;
  variance: number;
}

export interface CrossCache {
  readonly entries: Map<string, CrossEntry>;
  /** Doubles held. */
  size: number;
  /** What arrays are cut from, from `used` on: thousands of small ones an ask are dear to allocate and to collect. */
  slab: Float64Array;
  used: number;
}

/** Doubles that may be held in all: 80 MB. */
const LARGEST = 10_000_000;
/** Doubles of a slab: half a megabyte. */
const SLAB = 65_536;

export const createCrossCache = (): CrossCache => ({
  ...{ entries: new Map(), size: 0 },
  ...{ slab: new Float64Array(0), used: 0 },
});

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

/**
 * The entry of the candidate `key`, its k valid for all points of `gp`, the first `settled` of which are real data and stay;
 * the rest (pending trials) is computed each time. Valid until the next call for the same key; arrays may be longer than
 * the points are many.
 */
export function crossEntry(cache: CrossCache, gp: Gp, settled: number, key: string, point: Point): CrossEntry {
  const n = gp.points.length;
  const { encoding } = gp.model;
  const known = cache.entries.get(key);
  if (known && known.values.length >= n) {
    kernelToRow(encoding, gp.terms, gp.scaled, known.row, point.family, known.values, known.length);
    known.length = settled;
    return known;
  }
  const row = known?.row ?? scaleRow(encoding, gp.terms, point, cut(cache, encoding.stride));
  const values = cut(cache, capacity(n));
  if (known) values.set(known.values.subarray(0, known.length));
  kernelToRow(encoding, gp.terms, gp.scaled, row, point.family, values, known?.length ?? 0);
  const entry: CrossEntry = {
    ...{ row, values, length: settled },
    forward: known?.forward,
    solved: known?.solved ?? 0,
    variance: known?.variance ?? priorVariance(gp.terms, point.family),
  };
  const size = cache.size + values.length - (known?.values.length ?? 0);
  if (size <= LARGEST) {
    cache.entries.set(key, entry);
    cache.size = size;
  }
  return entry;
}

/**
 * σ² given all points of `gp`, by forward substitution from where it was left: O(n) a new point. The running value falls from
 * the prior's to the posterior's: when `abandon` returns true for it, it is returned as an upper bound, unfinished.
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
  const { values } = entry;
  const forward = roomFor(cache, entry, n);
  let { variance } = entry;
  for (let i = entry.solved; i < n;) {
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

/** Where u goes. */
function roomFor(cache: CrossCache, entry: CrossEntry, n: number): Float64Array {
  const { forward } = entry;
  if (forward && forward.length >= n) return forward;
  const grown = cut(cache, Math.max(entry.values.length, capacity(n)));
  if (forward) grown.set(forward.subarray(0, entry.solved));
  cache.size += grown.length - (forward?.length ?? 0);
  entry.forward = grown;
  return grown;
}

/**
 * Kernel vectors between candidates and data, kept from one ask to the next while the hyperparameters stand: only the
 * entries of new data are computed. What is read from here is bit for bit what would be computed anew.
 */
import type { Point } from './encoding.ts';
import type { Gp } from './gp.ts';
import { kernelToRow, scaleRow } from './kernel.ts';

interface Entry {
  /** The candidate's row, scaled by the hyperparameters that the cache is for. */
  readonly row: Float64Array;
  /** Kernel to the data points `[0, length)`; what lies beyond is scratch. */
  readonly values: Float64Array;
  length: number;
}

export interface CrossCache {
  readonly entries: Map<string, Entry>;
  /** Doubles held. */
  size: number;
}

/** Doubles that may be held in all: 48 MB. */
const LARGEST = 6_000_000;

export const createCrossCache = (): CrossCache => ({ entries: new Map(), size: 0 });

/**
 * The vector of the candidate `key` to all points of `gp`, the first `settled` of which are real data and stay; the rest
 * (pending trials) is computed each time. The result is valid until the next call for the same key, and may be longer
 * than the points are many.
 */
export function crossVector(cache: CrossCache, gp: Gp, settled: number, key: string, point: Point): Float64Array {
  const n = gp.points.length;
  const { encoding } = gp.model;
  const known = cache.entries.get(key);
  if (known && known.values.length >= n) {
    kernelToRow(encoding, gp.terms, gp.scaled, known.row, point.family, known.values, known.length);
    known.length = settled;
    return known.values;
  }
  const row = known?.row ?? scaleRow(encoding, gp.terms, point);
  const values = new Float64Array(n + 8 + (n >> 3));
  if (known) values.set(known.values.subarray(0, known.length));
  kernelToRow(encoding, gp.terms, gp.scaled, row, point.family, values, known?.length ?? 0);
  const size = cache.size + values.length - (known?.values.length ?? 0);
  if (size <= LARGEST) {
    cache.entries.set(key, { row, values, length: settled });
    cache.size = size;
  }
  return values;
}

/**
 * Kendall's tau-b of lists in which items may stand more than once, and its bootstrap over items.
 *
 * symbol    meaning                                                       shape
 * a, b      places of the values of the two lists, equal for equal ones   [n]
 * w         how often each item stands in a resample                      [n]
 * s, u, v   as in record-table/kendall-tau.ts, each pair of items as often as it is there
 *
 * Counts go by a tree of partial sums over b (Fenwick 1994), items in the order of a: O(n log n).
 */
import { quantileOfSorted } from '../../src/core/math/quantile.ts';
import { createRng } from '../../src/core/math/rng.ts';

/** Two lists of the same items, ready to be correlated. */
interface Paired {
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Items by rising a. */
  readonly order: Int32Array;
  readonly groupsOfB: number;
}

/** From 1, without gaps. */
function places(values: readonly number[]): Int32Array {
  const sorted = [...new Set(values)].sort((x, y) => x - y);
  const place = new Map(sorted.map((value, index) => [value, index + 1]));
  return Int32Array.from(values, (value) => place.get(value) ?? 0);
}

function pair(first: readonly number[], second: readonly number[]): Paired {
  const [a, b] = [places(first), places(second)];
  const order = Int32Array.from(first, (_, i) => i).sort((i, j) => a[i]! - a[j]!);
  return { a, b, order, groupsOfB: b.reduce((most, place) => Math.max(most, place), 0) };
}

/** NaN where a list is constant. `w` `[n]`. */
function weightedTau({ a, b, order, groupsOfB }: Paired, w: Float64Array): number {
  const tree = new Float64Array(groupsOfB + 1);
  const before = (place: number): number => {
    let sum = 0;
    for (let at = place; at > 0; at -= at & -at) sum += tree[at]!;
    return sum;
  };
  const ofB = new Float64Array(groupsOfB + 1);
  let [s, seen, tiedA] = [0, 0, 0];
  for (let start = 0, end = 0; start < order.length; start = end) {
    let group = 0;
    for (end = start; end < order.length && a[order[end]!] === a[order[start]!]; end++) {
      const item = order[end]!;
      s += w[item]! * (before(b[item]! - 1) - (seen - before(b[item]!)));
      group += w[item]!;
    }
    for (let i = start; i < end; i++) {
      const item = order[i]!;
      ofB[b[item]!]! += w[item]!;
      for (let at = b[item]!; at <= groupsOfB; at += at & -at) tree[at]! += w[item]!;
    }
    seen += group;
    tiedA += group * group;
  }
  const tiedB = ofB.reduce((sum, count) => sum + count * count, 0);
  return s / Math.sqrt(((seen * seen - tiedA) / 2) * ((seen * seen - tiedB) / 2));
}

export interface Estimate {
  readonly value: number;
  /** 95 % percentile interval. */
  readonly lower: number;
  readonly upper: number;
}

export interface TauComparison {
  readonly one: Estimate;
  readonly other: Estimate;
  /** The other's less the one's, in the same resamples. */
  readonly gain: Estimate;
}

/** Which of two predictors ranks as the target does? All `[n]`, finite. Same input, same answer. */
export function compareTaus(
  one: readonly number[],
  other: readonly number[],
  target: readonly number[],
  resamples = 1000,
): TauComparison {
  const pairs = [one, other].map((list) => pair(list, target));
  const rng = createRng(1);
  const count = target.length;
  const taus = (w: Float64Array): readonly number[] => pairs.map((both) => weightedTau(both, w));
  const drawn = Array.from({ length: resamples }, () => {
    const w = new Float64Array(count);
    for (let i = 0; i < count; i++) w[rng.int(count)]! += 1;
    return taus(w);
  });
  const read = (of: (taus: readonly number[]) => number): Estimate => {
    const sorted = Float64Array.from(drawn, of).sort();
    const whole = of(taus(new Float64Array(count).fill(1)));
    return { value: whole, lower: quantileOfSorted(sorted, 0.025), upper: quantileOfSorted(sorted, 0.975) };
  };
  const first = ([tau = NaN]: readonly number[]): number => tau;
  const second = ([, tau = NaN]: readonly number[]): number => tau;
  return { one: read(first), other: read(second), gain: read((both) => second(both) - first(both)) };
}

export const testing = { pair, weightedTau };

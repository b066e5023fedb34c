/**
 * Nondomination ranks and crowding distances of Deb, Pratap, Agarwal and Meyarivan 2002 (NSGA-II).
 *
 * | symbol | meaning                                          | shape    |
 * | points | corners: objectives, all to be minimised         | `[n][m]` |
 * | rank   | 0 for the front, 1 for the front without it, ... | `[n]`    |
 */
import { dominates } from './dominance.ts';
import type { Corner } from './dominance.ts';

/** Fast nondominated sorting (section III.A): `[n]`. Equal points have equal ranks. */
export function nondominationRanks(points: readonly Corner[]): readonly number[] {
  const ranks = new Array<number>(points.length).fill(0);
  const beats: number[][] = points.map(() => []);
  const beatenBy = new Int32Array(points.length);
  points.forEach((a, i) => {
    for (let k = i + 1; k < points.length; k++) {
      const b = points[k]!;
      if (dominates(a, b)) {
        beats[i]!.push(k);
        beatenBy[k]! += 1;
      } else if (dominates(b, a)) {
        beats[k]!.push(i);
        beatenBy[i]! += 1;
      }
    }
  });
  let front = points.flatMap((_, i) => (beatenBy[i] === 0 ? [i] : []));
  for (let rank = 0; front.length > 0; rank++) {
    const next: number[] = [];
    for (const i of front) {
      ranks[i] = rank;
      for (const k of beats[i]!) {
        beatenBy[k]! -= 1;
        if (beatenBy[k] === 0) next.push(k);
      }
    }
    front = next;
  }
  return ranks;
}

/** Crowding distances of one front (section III.B): `[n]`, sums over objectives of the gap between
 * a point's neighbours. */
export function crowdingDistances(points: readonly Corner[]): readonly number[] {
  const distances = new Array<number>(points.length).fill(0);
  for (let j = 0; j < (points[0]?.length ?? 0); j++) {
    const order = points.map((_, i) => i).sort((a, b) => points[a]![j]! - points[b]![j]! || a - b);
    const at = (place: number): number => points[order[place]!]![j]!;
    const range = at(order.length - 1) - at(0);
    order.forEach((i, place) => {
      if (place === 0 || place === order.length - 1) distances[i] = Infinity;
      else if (range > 0) distances[i]! += (at(place + 1) - at(place - 1)) / range;
    });
  }
  return distances;
}

/**
 * The volume that points dominate below a reference point, kept up to date as points come in.
 *
 * | symbol | meaning                                             | shape    |
 * | d      | dimensions, all minimised                           |          |
 * | r      | reference point: a point counts where it is below it | `[d]`    |
 * | front  | points that no other covers                         | `[k][d]` |
 *
 * A new point adds what it alone dominates (its exclusive volume: While, Bradstreet and Barone
 * 2012). In two dimensions that lies between its neighbours on the staircase, found by bisection;
 * in more it is what the front leaves free of the box between the point and the reference.
 */
import { covers, isWithin } from './dominance.ts';
import type { Corner } from './dominance.ts';
import { eachFreeBox } from './free-boxes.ts';

export interface DominatedVolume {
  /** Adds a point `[d]` and gives the volume of all points so far. */
  add(point: Corner): number;
}

export function createDominatedVolume(r: Corner): DominatedVolume {
  const addToFront = r.length === 2 ? createStaircase(r) : createFront(r);
  let volume = 0;
  return {
    add(point) {
      if (isWithin(point, r)) volume += addToFront(point);
      return volume;
    },
  };
}

/** Any dimension. Returns what a point below the reference adds, and takes it in. */
function createFront(r: Corner): (point: Corner) => number {
  const d = r.length;
  let front: Corner[] = [];
  return (point) => {
    if (front.some((other) => covers(other, point, d))) return 0;
    const gained = exclusiveVolume(front, point, r);
    front = front.filter((other) => !covers(point, other, d));
    front.push(point);
    return gained;
  };
}

/** Volume between a point and `r` that no point of the front dominates. */
function exclusiveVolume(front: readonly Corner[], point: Corner, r: Corner): number {
  let total = 0;
  eachFreeBox(front, point, r, (lower, upper) => {
    let volume = 1;
    for (let j = 0; j < lower.length; j++) volume *= upper[j]! - lower[j]!;
    total += volume;
  });
  return total;
}

/** Of each corner what would be lost without it, `[n]`: nothing where it is not below the
 * reference, or twice there. */
export const exclusiveVolumes = (corners: readonly Corner[], r: Corner): readonly number[] =>
  corners.map((corner, i) => (isWithin(corner, r) ? exclusiveVolume(corners.toSpliced(i, 1), corner, r) : 0));

/** Indices of `count` of the corners, each the one that adds most to those before it; equals in
 * their order, and last those that are not below the reference. */
export function widestSubset(corners: readonly Corner[], r: Corner, count: number): readonly number[] {
  const left = new Set(corners.keys());
  const taken: number[] = [];
  while (taken.length < count && left.size > 0) {
    const before = taken.map((i) => corners[i]!);
    let [next, most] = [-1, -Infinity];
    for (const i of left) {
      const gained = isWithin(corners[i]!, r) ? exclusiveVolume(before, corners[i]!, r) : 0;
      if (gained > most) [next, most] = [i, gained];
    }
    left.delete(next);
    taken.push(next);
  }
  return taken;
}

/** Two dimensions: the front from left to right, falling. A search is O(log k), and each point
 * leaves it once at most. */
function createStaircase(r: Corner): (point: Corner) => number {
  const front: Corner[] = [];
  /** How many stand left of `x`, or above it. */
  function placeOf(x: number): number {
    let [low, high] = [0, front.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (front[middle]![0]! < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  return (point) => {
    const [x, y] = [point[0]!, point[1]!];
    const place = placeOf(x);
    let edge = front[place - 1]?.[1] ?? r[1]!;
    const equal = front[place];
    if (edge <= y || (equal && covers(equal, point, 2))) return 0;
    let end = place;
    let gained = 0;
    let left = x;
    for (; end < front.length && front[end]![1]! >= y; end++) {
      gained += (front[end]![0]! - left) * (edge - y);
      [left, edge] = [front[end]![0]!, front[end]![1]!];
    }
    gained += ((front[end]?.[0] ?? r[0]!) - left) * (edge - y);
    front.splice(place, end - place, point);
    return gained;
  };
}

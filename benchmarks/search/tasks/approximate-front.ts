/**
 * The front of families too large to list, found by local search: coordinate ascent towards the
 * best accuracy under each of some log-spaced limits, then exchanges of one level from all that is
 * on the front, until none adds to it. What is found are members, so their volume is a lower bound
 * of the true front's, and a share of it may end a little above one.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planeFront } from '../../../src/core/geometry/pareto-front.ts';
import { createRng, split } from '../../../src/core/math/rng.ts';
import type { Rng } from '../../../src/core/math/rng.ts';
import { settler } from './surface.ts';
import type { Indices, Surface } from './surface.ts';

/** Accuracy and parameters. */
export type FrontPoint = readonly [number, number];

export interface FrontSearch {
  /** The least and the largest limit on parameters. */
  readonly low: number;
  readonly high: number;
  /** What parameters a limit times e cost, in accuracy: more than they bring. */
  readonly price: number;
  readonly seed: number;
}

const SEARCH = Object.freeze({ limits: 24, starts: 3, sweeps: 12, pairs: 200, rounds: 40 });

interface Found {
  readonly surface: Surface;
  readonly indices: Indices;
  readonly accuracy: number;
  readonly params: number;
}

/** Members one exchange away. */
function* exchanges({ dimensions }: Surface, settle: (indices: Indices) => Indices, indices: Indices) {
  for (const [i, { levels }] of dimensions.entries()) {
    if (indices[i]! < 0) continue;
    for (let level = 0; level < levels.length; level++) {
      if (level !== indices[i]) yield settle(indices.with(i, level));
    }
  }
}

/** Uphill by one dimension at a time, and where none helps by pairs of them, drawn. */
function ascend(surface: Surface, start: Indices, merit: (indices: Indices) => number, rng: Rng): Indices {
  const { dimensions } = surface;
  const settle = settler(dimensions);
  let [here, height] = [start, merit(start)];
  const take = (next: Indices): boolean => {
    const value = merit(next);
    if (!(value > height + 1e-12)) return false;
    [here, height] = [next, value];
    return true;
  };
  for (let sweep = 0; sweep < SEARCH.sweeps; sweep++) {
    let moved = false;
    for (const i of rng.shuffle(dimensions.map((_, index) => index))) {
      const from = here;
      if (from[i]! < 0) continue;
      for (let level = 0; level < dimensions[i]!.levels.length; level++) {
        if (level !== here[i] && take(settle(from.with(i, level)))) moved = true;
      }
    }
    for (let pair = 0; pair < SEARCH.pairs && !moved; pair++) {
      const [i, j] = [rng.int(dimensions.length), rng.int(dimensions.length)];
      if (here[i]! < 0 || here[j]! < 0) continue;
      const both = here.with(i, rng.int(dimensions[i]!.levels.length)).with(j, rng.int(dimensions[j]!.levels.length));
      if (take(settle(both))) moved = true;
    }
    if (!moved) break;
  }
  return here;
}

/** Where coordinate ascent ends under each limit; a limit's best end is a start of the next. */
function ascents(surface: Surface, { low, high, price }: FrontSearch, rng: Rng): readonly Indices[] {
  const settle = settler(surface.dimensions);
  const ends: Indices[] = [];
  let warm: Indices | undefined;
  for (let step = 0; step < SEARCH.limits; step++) {
    const limit = low * (high / low) ** (step / (SEARCH.limits - 1));
    const merit = (indices: Indices): number =>
      surface.accuracy(indices) - price * Math.max(0, Math.log(surface.params(indices) / limit));
    const drawn = Array.from({ length: SEARCH.starts }, () =>
      settle(surface.dimensions.map(({ levels }) => rng.int(levels.length))),
    );
    const reached = [...(warm ? [warm] : []), ...drawn].map((start) => ascend(surface, start, merit, rng));
    warm = reached.reduce((best, end) => (merit(end) > merit(best) ? end : best));
    ends.push(...reached);
  }
  return ends;
}

/** By rising parameters. */
export function approximateFront(surfaces: readonly Surface[], search: FrontSearch): readonly FrontPoint[] {
  const found = (surface: Surface, indices: Indices): Found => {
    return { surface, indices, accuracy: surface.accuracy(indices), params: surface.params(indices) };
  };
  const frontOf = (points: readonly Found[]): readonly Found[] => {
    const within = points.filter(({ params }) => params <= search.high);
    const costs = Float64Array.from(within, ({ params }) => params);
    return planeFront(
      costs,
      Float64Array.from(within, ({ accuracy }) => accuracy),
    ).map((i) => within[i]!);
  };
  let front = frontOf(
    surfaces.flatMap((surface, k) => {
      return ascents(surface, search, createRng(split(search.seed, k))).map((indices) => found(surface, indices));
    }),
  );
  const seen = new Set<Found>();
  for (let round = 0; round < SEARCH.rounds; round++) {
    const fresh = front.filter((point) => !seen.has(point));
    if (fresh.length === 0) break;
    for (const point of fresh) seen.add(point);
    const near = fresh.flatMap(({ surface, indices }) => {
      return [...exchanges(surface, settler(surface.dimensions), indices)].map((next) => found(surface, next));
    });
    front = frontOf([...front, ...near]);
  }
  return front.map(({ accuracy, params }) => [accuracy, params]);
}

const CACHE = fileURLToPath(new URL('../../../.cache/search-fronts', import.meta.url));

/** What was found before under this name, or is found now; `name` tells of all that decides it. */
export function rememberedFront(name: string, find: () => readonly FrontPoint[]): readonly FrontPoint[] {
  const file = join(CACHE, `${name}.json`);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as readonly FrontPoint[]; // written below alone
  } catch {
    // Not there yet, or cut off.
  }
  const front = find();
  mkdirSync(CACHE, { recursive: true });
  // Several processes may look for it at once.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(front));
  renameSync(`${file}.${process.pid}`, file);
  return front;
}

/**
 * The baseline of somebody who searches nothing: every family's reference student, its widths
 * scaled, distilled like all others. As a player it trains them in an order by chance and then has
 * no more; student by student it is compared with what a search found at no more params.
 */
import { median } from '../../src/core/math/quantile.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { meanOf } from '../study/statistics.ts';
import { isPredefined, paramsOf } from './pool.ts';
import type { Pool, PoolStudent } from './pool.ts';

/** Places in the pool of the predefined students, shuffled by the seed, as far as the budget
 * goes. */
export function trainPredefined({ students, budget }: Pool, seed: number): readonly number[] {
  const places = students.flatMap((student, place) => (isPredefined(student) ? [place] : []));
  return createRng(seed).shuffle(places).slice(0, budget);
}

export interface Gain {
  readonly predefined: PoolStudent;
  /** Score of the search's choice at no more params, minus the predefined student's; mean over
   * searches; NaN of none. */
  readonly gain: number;
  /** Searches that had a student so small. */
  readonly searches: number;
}

/** Of each predefined student. `searches` `[k][n]`: places of the students that each search
 * trained. */
export function gainsOver(pool: Pool, searches: readonly (readonly number[])[], score: string): readonly Gain[] {
  return pool.students.filter(isPredefined).map((predefined) => {
    const gains = searches
      .map((trained) => bestWithin(pool, trained, paramsOf(predefined)))
      .filter((student) => student !== undefined)
      .map((student) => (student.metrics[score] ?? NaN) - (predefined.metrics[score] ?? NaN))
      .filter(Number.isFinite);
    return { predefined, gain: gains.reduce((sum, gain) => sum + gain, 0) / gains.length, searches: gains.length };
  });
}

export interface Smaller {
  /** Params of a predefined student over those of the smallest that is told to be as accurate:
   * median over predefined students, one that is not matched counting as 0. */
  readonly ratio: number;
  /** Score of the latter minus the former's: mean over those that are matched. */
  readonly gain: number;
  readonly matched: number;
}

/** Of one search. `trained` `[n]`: places of the students that it trained. */
export function smallerOf(pool: Pool, trained: readonly number[], score: string): Smaller {
  const own = trained.flatMap((place) => pool.students[place] ?? []);
  const matches = pool.students.filter(isPredefined).map((predefined) => {
    const told = predefined.metrics[pool.search] ?? NaN;
    const asAccurate = own.filter(({ metrics }) => (metrics[pool.search] ?? NaN) >= told);
    const smallest = asAccurate.reduce<PoolStudent | undefined>(
      (least, one) => (least && paramsOf(least) <= paramsOf(one) ? least : one),
      undefined,
    );
    if (smallest === undefined) return { ratio: 0, gain: NaN };
    const gain = (smallest.metrics[score] ?? NaN) - (predefined.metrics[score] ?? NaN);
    return { ratio: paramsOf(predefined) / paramsOf(smallest), gain };
  });
  const gains = matches.map(({ gain }) => gain).filter(Number.isFinite);
  return { ratio: median(matches.map(({ ratio }) => ratio)), gain: meanOf(gains), matched: gains.length };
}

/** By what the search was told; of those trained with at most so many params. */
function bestWithin({ students, search }: Pool, trained: readonly number[], most: number): PoolStudent | undefined {
  let best: PoolStudent | undefined;
  for (const place of trained) {
    const student = students[place];
    const accuracy = student?.metrics[search] ?? NaN;
    if (student === undefined || !Number.isFinite(accuracy) || !(paramsOf(student) <= most)) continue;
    if (best === undefined || accuracy > (best.metrics[search] ?? NaN)) best = student;
  }
  return best;
}

/**
 * What a search's students are worth: it chooses by what it was told, and its choice is scored by
 * what it never saw.
 *
 * symbol    meaning                                                                       shape
 * trained   places in the pool of the students trained, in order                           [n]
 * chosen    front, by the search's accuracy and params, of the first t of them
 * share     hypervolume of the chosen by the score and params, as a share of the whole
 *           pool's; it may fall, where validation misleads                                 [n]
 * endpoint  mean over t = 1..budget of log10(max(1e-4, 1 - share)): lower is better
 */
import type { AnytimeCurve } from '../../src/core/anytime.ts';
import { hypervolume } from '../../src/core/geometry/hypervolume.ts';
import { paretoItems } from '../../src/core/geometry/pareto-front.ts';
import { objectivesBy, referenceBy } from './pool.ts';
import type { Pool, PoolStudent } from './pool.ts';

/** The whole pool's hypervolume by `score`: what a searcher would reach who knew the test
 * images. */
export const wholeVolume = (pool: Pool, score: string): number => volumeOf(pool, pool.students, score);

function volumeOf({ source }: Pool, students: readonly PoolStudent[], score: string): number {
  const metrics = students.map((student) => student.metrics);
  return hypervolume(metrics, objectivesBy(score), referenceBy(source, score));
}

/** The front by the search's accuracy of the students given. */
export function chosenOf({ search }: Pick<Pool, 'search'>, students: readonly PoolStudent[]): readonly PoolStudent[] {
  return paretoItems(students, ({ metrics }) => metrics, objectivesBy(search));
}

/** Shares after each training `[n]`; `whole` as `wholeVolume` gives it. */
export function chosenShares(pool: Pool, trained: readonly number[], score: string, whole: number): AnytimeCurve {
  let chosen: readonly PoolStudent[] = [];
  return trained.map((place) => {
    const student = pool.students[place];
    // The front of a front and one more is the front of all.
    if (student) chosen = chosenOf(pool, [...chosen, student]);
    return whole > 0 ? volumeOf(pool, chosen, score) / whole : NaN;
  });
}

/** Seconds of the training of each student trained `[n]`; of one without a time, the pool's
 * mean. */
export function trainingSeconds({ students }: Pool, trained: readonly number[]): readonly number[] {
  const known = students.map(secondsOf).filter(Number.isFinite);
  const mean = known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
  return trained.map((place) => {
    const student = students[place];
    const seconds = student ? secondsOf(student) : NaN;
    return Number.isFinite(seconds) ? seconds : mean;
  });
}

const secondsOf = ({ metrics }: PoolStudent): number => metrics['cpuSeconds'] ?? NaN;

/** The share of what was finished within so many seconds; 0 before anything was. `seconds` `[n]`:
 * of each step. */
export function shareWithin(shares: AnytimeCurve, seconds: readonly number[], most: number): number {
  let [spent, share] = [0, 0];
  for (const [index, own] of seconds.entries()) {
    spent += own;
    if (spent > most) break;
    share = shares[index] ?? share;
  }
  return share;
}

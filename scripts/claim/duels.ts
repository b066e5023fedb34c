/** TRADE beside each rival, in each direction of training seeds, by hypervolume and in points. */
import type { Pair } from './compare.ts';
import { meanAdvantage } from '../study/limits.ts';
import type { Offered } from '../study/limits.ts';
import { meanOf } from '../study/statistics.ts';
import { paramsOf } from './pool.ts';
import type { Pool } from './pool.ts';
import { CHOSEN, EARLY_SHARE, LIMITS, REFERENCES, RIVALS } from './protocol.ts';
import type { Signal } from './protocol.ts';
import { points } from './report-words.ts';
import { chosenOf } from './scores.ts';
import { gamesOf, sharesOf, trainedBy, trainedPredefined } from './study.ts';
import type { FindGame, Studies, Study, Trained } from './study.ts';

/** What somebody trained of a pool. */
interface Searched {
  readonly pool: Pool;
  readonly trained: Trained;
}

/** Two searches of one direction, their choices worth `score`. */
export interface Side {
  readonly chosen: Searched;
  readonly other: Searched;
  readonly score: string;
}

export interface Duel {
  readonly id: string;
  /** One a direction. */
  readonly sides: readonly Side[];
}

/** Id of the duel of searches with and without a teacher. */
export const TEACHER = 'teacher';

/** TRADE against each rival with and without reference students, and the predefined students:
 * `RIVAL/REFERENCES`. */
export function duelsOf(find: FindGame, { all }: Pick<Studies, 'all'>): readonly Duel[] {
  const rivals = REFERENCES.flatMap((references) =>
    RIVALS.map((rival): Duel => {
      const by = ({ main }: Study, player: typeof CHOSEN | typeof rival): Searched => {
        const pool = main[references];
        return { pool, trained: trainedBy(gamesOf(find, pool, player)) };
      };
      const sides = all.map((study) => {
        return { chosen: by(study, CHOSEN), other: by(study, rival), score: study.score };
      });
      return { id: `${rival}/${references}`, sides };
    }),
  );
  const predefined = all.map(({ main: { none: pool }, score }): Side => {
    const chosen = trainedBy(gamesOf(find, pool, CHOSEN));
    return { chosen: { pool, trained: chosen }, other: { pool, trained: trainedPredefined(pool) }, score };
  });
  return [...rivals, { id: 'predefined/none', sides: predefined }];
}

/** TRADE searching with the teacher against TRADE searching by labels alone, their choices scored
 * distilled. By labels all were trained with one seed only: a score by labels cannot be swapped. */
export function teacherDuel(find: FindGame, { all }: Pick<Studies, 'all'>): Duel {
  const by = ({ signals }: Study, signal: Signal): Searched => {
    const pool = signals[signal];
    return { pool, trained: trainedBy(gamesOf(find, pool, CHOSEN)) };
  };
  const sides = all.map((study) => {
    return { chosen: by(study, 'kd'), other: by(study, 'plain'), score: study.score };
  });
  return { id: TEACHER, sides };
}

/** As the endpoint's test takes it. */
export function pairOf({ chosen, other, score }: Side): Pair {
  const curves = ({ pool, trained }: Searched) => sharesOf(pool, trained, score);
  return { chosen: curves(chosen), other: curves(other), budget: chosen.pool.budget };
}

/** Trainings after which effects in points are told: early, and at the end. */
export const pointCounts = (budget: number): readonly [number, number] => [Math.round(EARLY_SHARE * budget), budget];

/** Test accuracy (a fraction) that the chosen's front offers more than the other's, both after
 * `count` trainings: mean over limits of params and paired search seeds; NaN of none. */
export function advantageAfter({ chosen, other, score }: Side, count: number): number {
  const gaps = [...chosen.trained].flatMap(([seed, places]) => {
    const rival = other.trained.get(seed);
    if (!rival) return [];
    return [
      meanAdvantage(frontOf(chosen.pool, places, score, count), frontOf(other.pool, rival, score, count), LIMITS),
    ];
  });
  return meanOf(gaps);
}

/** The choice after `count` trainings. */
export function frontOf(pool: Pool, places: readonly number[], score: string, count: number): readonly Offered[] {
  const trained = places.slice(0, count).flatMap((place) => pool.students[place] ?? []);
  return chosenOf(pool, trained).map((student) => {
    const { metrics } = student;
    return { params: paramsOf(student), told: metrics[pool.search] ?? NaN, score: metrics[score] ?? NaN };
  });
}

/** `+0.45, +0.12`: early, and at the end. */
export const pointsText = (side: Side): string =>
  pointCounts(side.chosen.pool.budget)
    .map((count) => points(advantageAfter(side, count)))
    .filter((text) => text !== '')
    .join(', ');

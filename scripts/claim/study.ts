/** The protocol laid on a table: pools, the games to be played on them, and curves of the games
 * that are there. */
import type { AnytimeCurve, SeededCurves } from '../../src/core/anytime.ts';
import type { RecordedTable } from '../../src/core/strategies/recorded-table.ts';
import type { GameOrder, GameRecord } from './games.ts';
import { createPool } from './pool.ts';
import type { Pool } from './pool.ts';
import { trainPredefined } from './predefined.ts';
import { LEAST_BUDGET, LEAST_POOL, PLAYERS, REFERENCES, SCORES, SEEDS, SIGNALS, STAND_IN_SCORE } from './protocol.ts';
import type { Player, References, Signal } from './protocol.ts';
import { chosenShares, wholeVolume } from './scores.ts';

export interface Study {
  /** Students distilled, trainings that failed among them. */
  readonly students: number;
  readonly failed: number;
  /** How the choice is scored, distilled. */
  readonly score: string;
  /** Another seed's test accuracy is not there yet. */
  readonly isProvisional: boolean;
  /** The comparison of strategies, by whether reference students are given. */
  readonly main: Readonly<Record<References, Pool>>;
  /** The same students searched with and without a teacher; no references are given. */
  readonly signals: Readonly<Record<Signal, Pool>>;
}

export function createStudy(table: RecordedTable): Study {
  const rows = table.families.flatMap((family) => family.rows);
  const scored = createPool(table, { search: SIGNALS.kd, scores: [SCORES.kd], references: 'none' });
  const isProvisional = scored.students.length < LEAST_POOL;
  const score = isProvisional ? STAND_IN_SCORE : SCORES.kd;
  const main = (references: References): Pool =>
    createPool(table, { search: SIGNALS.kd, scores: [score], references, keepFailed: true });
  const both = [...Object.values(SIGNALS), score, SCORES.plain];
  const signal = (name: Signal): Pool => createPool(table, { search: SIGNALS[name], scores: both, references: 'none' });
  return {
    students: rows.length,
    failed: rows.filter(({ metrics }) => Number.isNaN(metrics[SIGNALS.kd])).length,
    ...{ score, isProvisional },
    main: { none: main('none'), all: main('all') },
    signals: { kd: signal('kd'), plain: signal('plain') },
  };
}

/** Enough students to search among. */
export const isPlayable = ({ budget }: Pool): boolean => budget >= LEAST_BUDGET;

/** All games of the protocol, each once; none on a pool that is too small. */
export function ordersOf({ main, signals }: Study): readonly GameOrder[] {
  const pools = new Map(
    [...REFERENCES.map((references) => main[references]), signals.kd, signals.plain].map((pool) => [
      pool.fingerprint,
      pool,
    ]),
  );
  // Seed by seed: what is there at any time is paired.
  return [...pools.values()]
    .filter(isPlayable)
    .flatMap((pool) => SEEDS.flatMap((seed) => PLAYERS.map((player) => ({ pool, player, seed }))));
}

/** The games of one player on a pool, by seed, as far as they were played. */
export type FindGame = (order: GameOrder) => GameRecord | undefined;

export function gamesOf(find: FindGame, pool: Pool, player: Player): ReadonlyMap<number, GameRecord> {
  return new Map(
    SEEDS.flatMap((seed) => {
      const game = find({ pool, player, seed });
      return game ? [[seed, game] as const] : [];
    }),
  );
}

/** Shares by seed of the students that each of these trained. */
export function sharesOf(pool: Pool, trained: ReadonlyMap<number, readonly number[]>, score: string): SeededCurves {
  const whole = wholeVolume(pool, score);
  return new Map(
    [...trained].map(([seed, places]): [number, AnytimeCurve] => [seed, chosenShares(pool, places, score, whole)]),
  );
}

export const trainedBy = (games: ReadonlyMap<number, GameRecord>): ReadonlyMap<number, readonly number[]> =>
  new Map([...games].map(([seed, { trained }]) => [seed, trained]));

/** What who searches nothing trains, by seed. */
export const trainedPredefined = (pool: Pool): ReadonlyMap<number, readonly number[]> =>
  new Map(SEEDS.map((seed) => [seed, trainPredefined(pool, seed)]));

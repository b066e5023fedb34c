/** The protocol laid on a table: pools, the games to be played on them, and curves of the games
 * that are there. */
import type { AnytimeCurve, SeededCurves } from '../../src/core/anytime.ts';
import type { RecordedTable } from '../../src/core/strategies/recorded-table.ts';
import type { GameOrder, GameRecord } from './games.ts';
import { createPool } from './pool.ts';
import type { Pool } from './pool.ts';
import { trainPredefined } from './predefined.ts';
import { DIRECTIONS, LEAST_BUDGET, LEAST_POOL, PLAIN, PLAYERS, REFERENCES, SEEDS, STAND_IN_SCORE } from './protocol.ts';
import type { Direction, Player, References, Signal } from './protocol.ts';
import { chosenShares, wholeVolume } from './scores.ts';

/** One direction of the protocol. */
export interface Study {
  /** Of its seeds. */
  readonly title: string;
  /** What a search is told of a distilled student. */
  readonly search: string;
  /** How the choice is scored, distilled. */
  readonly score: string;
  /** The comparison of strategies, by whether reference students are given. */
  readonly main: Readonly<Record<References, Pool>>;
  /** The same students searched with and without a teacher; no references are given. */
  readonly signals: Readonly<Record<Signal, Pool>>;
}

export interface Studies {
  /** Students distilled, trainings that failed among them. */
  readonly students: number;
  readonly failed: number;
  /** Another seed's test accuracy is not there yet. */
  readonly isProvisional: boolean;
  /** Of `DIRECTIONS`: the first, and the second where enough students have what it takes. */
  readonly all: readonly [Study, ...Study[]];
}

export function createStudies(table: RecordedTable): Studies {
  const [forth, back] = DIRECTIONS;
  const isThere = ({ search, score }: Direction): boolean =>
    createPool(table, { search, scores: [score], references: 'none' }).students.length >= LEAST_POOL;
  const isProvisional = !isThere(forth);
  const first = createStudy(table, isProvisional ? { ...forth, score: STAND_IN_SCORE } : forth, true);
  const rows = table.families.flatMap((family) => family.rows);
  return {
    students: rows.length,
    failed: rows.filter(({ metrics }) => Number.isNaN(metrics[forth.search])).length,
    isProvisional,
    // Of a second seed that is not there nobody knows whether it failed: it is left out.
    all: !isProvisional && isThere(back) ? [first, createStudy(table, back, false)] : [first],
  };
}

function createStudy(table: RecordedTable, direction: Record<keyof Direction, string>, keepFailed: boolean): Study {
  const { search, score } = direction;
  const main = (references: References): Pool => createPool(table, { search, scores: [score], references, keepFailed });
  const both = [search, PLAIN.search, score, PLAIN.score];
  const signal = (told: string): Pool => createPool(table, { search: told, scores: both, references: 'none' });
  return {
    ...direction,
    main: { none: main('none'), all: main('all') },
    signals: { kd: signal(search), plain: signal(PLAIN.search) },
  };
}

/** Enough students to search among. */
export const isPlayable = ({ budget }: Pool): boolean => budget >= LEAST_BUDGET;

/** All games of the protocol, each once; none on a pool that is too small. */
export function ordersOf({ all }: Pick<Studies, 'all'>): readonly GameOrder[] {
  const pools = new Map(
    all.flatMap(({ main, signals }) =>
      [...REFERENCES.map((references) => main[references]), signals.kd, signals.plain].map(
        (pool) => [pool.fingerprint, pool] as const,
      ),
    ),
  );
  // Seed by seed: what is there at any time is paired.
  return [...pools.values()]
    .filter(isPlayable)
    .flatMap((pool) => SEEDS.flatMap((seed) => PLAYERS.map((player) => ({ pool, player, seed }))));
}

/** The games of one player on a pool, by seed, as far as they were played. */
export type FindGame = (order: GameOrder) => GameRecord | undefined;

export function gamesOf(
  find: FindGame,
  pool: Pool,
  player: Player,
  seeds: readonly number[] = SEEDS,
): ReadonlyMap<number, GameRecord> {
  return new Map(
    seeds.flatMap((seed) => {
      const game = find({ pool, player, seed });
      return game ? [[seed, game] as const] : [];
    }),
  );
}

/** Places of the students that each search trained, in order, by seed. */
export type Trained = ReadonlyMap<number, readonly number[]>;

/** Shares by seed of the students that each of these trained. */
export function sharesOf(pool: Pool, trained: Trained, score: string): SeededCurves {
  const whole = wholeVolume(pool, score);
  return new Map(
    [...trained].map(([seed, places]): [number, AnytimeCurve] => [seed, chosenShares(pool, places, score, whole)]),
  );
}

export const trainedBy = (games: ReadonlyMap<number, GameRecord>): Trained =>
  new Map([...games].map(([seed, { trained }]) => [seed, trained]));

/** What who searches nothing trains, by seed. */
export const trainedPredefined = (pool: Pool): Trained =>
  new Map(SEEDS.map((seed) => [seed, trainPredefined(pool, seed)]));

/**
 * Games that are played once and kept: a JSON line each, told apart by the pool (students, what a
 * search is told of them, budget), the code of `src/core`, player and seed. What is there is not
 * played again.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { strategyInfo } from '../../src/core/strategies/registry.ts';
import { playGame } from '../../src/core/strategies/replay.ts';
import { candidateKey } from '../../src/core/space/candidate-key.ts';
import { writeAtomically } from '../../src/compute/files/atomic-file.ts';
import { originOf } from '../../benchmarks/search/records.ts';
import type { Origin } from '../../benchmarks/search/records.ts';
import { appendRow, readRecord } from '../study/record.ts';
import { openGame } from './pool.ts';
import type { Pool } from './pool.ts';
import type { Player } from './protocol.ts';

export interface GameRecord {
  /** `<pool>/<player>/<seed>@<code>` */
  readonly id: string;
  readonly pool: string;
  readonly player: Player;
  readonly seed: number;
  readonly version: number;
  /** Hash of the code that played. */
  readonly code: string;
  /** Places in the pool of the students trained, in order `[n]`. */
  readonly trained: readonly number[];
  /** Epochs spent by then, of short trainings too `[n]`; where games count them. */
  readonly epochs?: readonly number[];
  /** Milliseconds of processor time of each ask `[n]`. */
  readonly askMs: readonly number[];
  readonly origin: Origin;
}

export interface GameOrder {
  readonly pool: Pool;
  readonly player: Player;
  readonly seed: number;
}

const placeOf = (pool: string, player: string, seed: number): string => `${pool}/${player}/${seed}`;
const recordId = (place: string, code: string): string => `${place}@${code}`;

/** Kept games by pool, player and seed: of the present code where there is one, else of an earlier
 * one. */
export interface GameBook {
  readonly find: (order: GameOrder) => GameRecord | undefined;
  readonly isFresh: (record: GameRecord) => boolean;
  /** Those of these orders alone stay, in their order; of an earlier code only where no other
   * is. */
  readonly keepOnly: (orders: readonly GameOrder[]) => void;
  readonly add: (record: GameRecord) => void;
}

/** `code`: the present one's hash. */
export function openBook(file: string, code: string): GameBook {
  const byPlace = new Map<string, GameRecord>();
  const isFresh = (record: GameRecord): boolean => record.code === code;
  const take = (record: GameRecord): void => {
    const place = placeOf(record.pool, record.player, record.seed);
    const known = byPlace.get(place);
    if (known === undefined || isFresh(record) || !isFresh(known)) byPlace.set(place, record);
  };
  readRecord<GameRecord>(file).forEach(take);
  const find = ({ pool, player, seed }: GameOrder): GameRecord | undefined =>
    byPlace.get(placeOf(pool.fingerprint, player, seed));
  return {
    find,
    isFresh,
    add(record) {
      mkdirSync(dirname(file), { recursive: true });
      appendRow(file, record);
      take(record);
    },
    keepOnly(orders) {
      const kept = new Set(orders.map(find).filter((record) => record !== undefined));
      const text = [...kept].map((record) => `${JSON.stringify(record)}\n`).join('');
      if (existsSync(file) || kept.size > 0) writeAtomically(file, Buffer.from(text));
    },
  };
}

/** Plays it in this process. */
export function playOrder({ pool, player, seed }: GameOrder, code: string, now: () => number): GameRecord {
  const places = new Map(pool.students.map(({ id }, place) => [id, place]));
  const options = { references: pool.references === 'all', ...pool.options };
  const { played, askMs, epochs } = playGame(openGame(pool, seed), { strategy: player, seed, options, now });
  return {
    id: recordId(placeOf(pool.fingerprint, player, seed), code),
    ...{ pool: pool.fingerprint, player, seed, version: strategyInfo(player).version, code },
    trained: played.map(({ candidate }) => places.get(candidateKey(candidate)) ?? NaN),
    ...(pool.budgetEpochs !== undefined && { epochs }),
    askMs: askMs.map((value) => Number(value.toPrecision(3))),
    origin: originOf(new Date()),
  };
}

/** Processor time of this process in milliseconds: a busy machine does not make a player slow. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { playInSlots } from '../../../benchmarks/scale/slots-game.ts';
import type { TimedGame } from '../../../benchmarks/scale/slots-game.ts';
import { candidateKey } from '../../../src/core/space/candidate-key.ts';
import { createTableGame, playGame } from '../../../src/core/strategies/replay.ts';
import type { Played } from '../../../src/core/strategies/replay.ts';
import { readTable } from '../../../src/host/replays/table.ts';

const TABLE = fileURLToPath(new URL('../../../resources/tables/fashion-kd.json', import.meta.url));
const table = readTable(readFileSync(TABLE, 'utf8'), TABLE);
const gameOf = (budget: number) => createTableGame(table, { seed: 3, budget, noLegs: true });
const timed = (budget: number, secondsOf: TimedGame['secondsOf'] = () => 10): TimedGame => ({
  game: gameOf(budget),
  secondsOf,
});
const keys = (played: readonly Played[]): readonly string[] => played.map(({ candidate }) => candidateKey(candidate));
const still = { now: () => 0, seed: 3 };

/** Seconds that follow from the student's seed, from 1 to 100. */
const uneven: TimedGame['secondsOf'] = (_, seed) => 1 + (seed % 100);

describe('a game by slots', () => {
  it.each(['gp-ehvi', 'trade', 'evolution', 'random'] as const)(
    'with one slot is the ordinary game, letter for letter, however long each training takes: %s',
    (strategy) => {
      const one = playInSlots(timed(40, uneven), { ...still, strategy, slots: 1 });
      const ordinary = playGame(gameOf(40), { ...still, strategy });
      expect(one.played).toEqual(ordinary.played);
      expect(one.curve).toEqual(ordinary.curve);
      expect(one.ends.at(-1)).toBe(one.trainingSeconds);
    },
  );

  it.each(['gp-ehvi', 'evolution'] as const)(
    'with k slots and equal times is the ordinary game in batches of k: %s',
    (strategy) => {
      const slots = 8;
      const many = playInSlots(timed(40), { ...still, strategy, slots });
      expect(many.played).toEqual(playGame(gameOf(40), { ...still, strategy, batch: slots }).played);
      // Five batches of ten seconds.
      expect(many.ends).toEqual(Array.from({ length: 40 }, (_, i) => 10 * (1 + Math.floor(i / slots))));
      expect(many.asks.map(({ students }) => students)).toEqual([8, 8, 8, 8, 8]);
    },
  );

  it('tells what ends first and fills its slot alone, and never trains more than it has slots for', () => {
    const slots = 4;
    const { ends, asks, trainingSeconds } = playInSlots(timed(40, uneven), { ...still, strategy: 'random', slots });
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(asks[0]?.students).toBe(slots);
    expect(asks.slice(1).every(({ students }) => students < slots)).toBe(true);
    expect(asks.reduce((sum, { students }) => sum + students, 0)).toBe(40);
    // The slots are never idle before the last 40 are begun: Graham's bound of list scheduling.
    const longest = 100;
    expect(ends.at(-1)).toBeGreaterThanOrEqual(trainingSeconds / slots);
    expect(ends.at(-1)).toBeLessThanOrEqual(trainingSeconds / slots + longest);
  });

  it('trains the same students whatever the slots where the strategy does not listen', () => {
    const order = (slots: number) =>
      keys(playInSlots(timed(40, uneven), { ...still, strategy: 'random', slots }).played);
    expect(order(1)).not.toEqual(order(16));
    expect([...order(16)].sort()).toEqual([...order(1)].sort());
  });

  it('tells as long as results come once everything is proposed, and then ends', () => {
    const students = table.families.reduce((sum, { rows }) => sum + rows.length, 0);
    const { played } = playInSlots(timed(1000, uneven), { ...still, strategy: 'random', slots: 512 });
    expect(played).toHaveLength(students);
  });

  it('asks no sooner than so many seconds after the last ask, for all that is free by then', () => {
    // All ten end after a second, and wait for the third.
    const options = { ...still, strategy: 'random', slots: 10, everySeconds: 3 } as const;
    const { asks, ends } = playInSlots(
      timed(40, () => 1),
      options,
    );
    expect(asks.map(({ students }) => students)).toEqual([10, 10, 10, 10]);
    expect([...new Set(ends)]).toEqual([1, 4, 7, 10]);
  });
});

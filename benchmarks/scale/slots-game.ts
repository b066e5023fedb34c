/**
 * A game whose trainings take time and run side by side: discrete events, as the run loop of the
 * host has them (`src/host/runs/search-on.ts`). Whenever slots are free the strategy is asked for
 * as many students, and what has ended is told in the order of the ends. Those that end at the same
 * moment are all told before the next ask, in the order in which they were proposed.
 *
 * Time is that of the trainings alone. An ask takes none; its processor time is told beside. With
 * `everySeconds` it comes no sooner than so long after the last, for all slots that are free by
 * then, as where one process has to answer for hundreds.
 */
import { countSpending } from '../../src/core/budget.ts';
import type { Proposal } from '../../src/core/records/events.ts';
import { openStrategy } from '../../src/core/strategies/registry.ts';
import type { Game, Played } from '../../src/core/strategies/replay.ts';
import type { Candidate } from '../../src/core/space/space.ts';

/** A game of whole trainings, and the seconds that the training of a candidate takes; `seed` is the
 * trial's own. */
export interface TimedGame {
  readonly game: Game;
  readonly secondsOf: (candidate: Candidate, seed: number) => number;
}

export interface SlotsOptions {
  readonly strategy: string;
  readonly seed: number;
  /** Trainings side by side. */
  readonly slots: number;
  /** From one ask to the next, at least; absent: 0. */
  readonly everySeconds?: number;
  /** Milliseconds from any fixed origin, of whichever clock asks are told by. */
  readonly now: () => number;
}

/** An ask that gave students: how many, and what it took. */
export interface TimedAsk {
  readonly students: number;
  readonly ms: number;
}

/** By training, in the order of their ends `[n]`. */
export interface SlotsResult {
  readonly played: readonly Played[];
  /** Seconds from the start to the end of each. */
  readonly ends: readonly number[];
  readonly curve: readonly number[];
  readonly asks: readonly TimedAsk[];
  /** Of all trainings together. */
  readonly trainingSeconds: number;
}

interface Running extends Pick<Proposal, 'trial' | 'candidate' | 'seed'> {
  readonly ends: number;
}

/** Plays until the budget is spent or the strategy has nothing more to propose. */
export function playInSlots({ game, secondsOf }: TimedGame, play: SlotsOptions): SlotsResult {
  const { strategy, seed, slots, everySeconds = 0, now } = play;
  const { problem, answer } = game;
  const player = openStrategy(strategy, { problem, seed, options: {}, legs: [] });
  const spending = countSpending({ budget: { trials: problem.budget }, recipe: { epochs: 1 } });
  const running: Running[] = [];
  const result = { played: [] as Played[], ends: [] as number[], asks: [] as TimedAsk[] };
  let [time, nextAsk, trainingSeconds] = [0, 0, 0];

  /** Whether anything was begun. */
  function ask(count: number): boolean {
    const start = now();
    const event = player.ask(count);
    const ms = now() - start;
    const { proposals } = event;
    if (proposals.length === 0) return false;
    result.asks.push({ students: proposals.length, ms });
    nextAsk = time + everySeconds;
    player.fold(event);
    spending.fold(event);
    for (const { trial, candidate, seed: own } of proposals) {
      const seconds = secondsOf(candidate, own);
      trainingSeconds += seconds;
      running.push({ trial, candidate, seed: own, ends: time + seconds });
    }
    return true;
  }

  const nextEnd = (): number => running.reduce((first, { ends }) => Math.min(first, ends), Infinity);

  /** All that end at the next moment at which any does. */
  function hear(): void {
    time = nextEnd();
    const ended = running.filter(({ ends }) => ends === time).sort((a, b) => a.trial - b.trial);
    running.splice(0, running.length, ...running.filter(({ ends }) => ends !== time));
    for (const { trial, candidate, seed: own } of ended) {
      const metrics = answer(candidate, trial, own);
      const told = { type: 'told', trial, metrics } as const;
      player.fold(told);
      spending.fold(told);
      result.played.push({ candidate, metrics });
      result.ends.push(time);
    }
  }

  for (;;) {
    // An empty answer means to wait for a result, and where none is to come it is the last word.
    const count = spending.room(slots - running.length, 0);
    if (count > 0 && time >= nextAsk && ask(count)) continue;
    if (count > 0 && time < nextAsk && nextAsk < nextEnd()) time = nextAsk;
    else if (running.length > 0) hear();
    else break;
  }
  return { ...result, trainingSeconds, curve: game.score(result.played) };
}

/** What is kept of a game by slots: where its score rose, and what its asks took. */
import { median, quantile } from '../../src/core/math/quantile.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { randomMember } from '../../src/core/space/lattice.ts';
import { strategyInfo } from '../../src/core/strategies/registry.ts';
import type { StrategyId } from '../../src/core/strategies/registry.ts';
import { codeHash, filesHash, hashOf } from '../search/hashes.ts';
import { gameHash, originOf } from '../search/records.ts';
import type { Origin } from '../search/records.ts';
import { playInSlots } from './slots-game.ts';
import type { SlotsResult, TimedGame } from './slots-game.ts';
import type { TimedTask } from './timed-tasks.ts';

const LOOP = 'benchmarks/scale/slots-game.ts';

/** One game to be played. */
export interface SlotsMatch {
  readonly task: string;
  readonly strategy: StrategyId;
  readonly slots: number;
  readonly seed: number;
  readonly budget: number;
  readonly everySeconds: number;
}

/** The score after so many trainings, and seconds. */
export type Step = readonly [trainings: number, seconds: number, share: number];

export interface SlotsRow extends SlotsMatch {
  readonly id: string;
  readonly version: number;
  readonly trainings: number;
  /** To the end of the last training, and of all trainings together. */
  readonly seconds: number;
  readonly trainingSeconds: number;
  /** Where the share rose. */
  readonly steps: readonly Step[];
  /** Milliseconds of processor time of all asks together, and for a student of one of the last
   * `LATE_ASKS`: median and 95th percentile. */
  readonly askMs: { readonly all: number; readonly late: readonly [number, number] };
  readonly origin: Origin;
}

const LATE_ASKS = 50;

const short = (value: number): number => Number(value.toPrecision(6));

/** Where the share rises `[n]` -> steps. */
export function stepsOf({ curve, ends }: Pick<SlotsResult, 'curve' | 'ends'>): readonly Step[] {
  return curve.flatMap((share, i) => {
    return share > (i > 0 ? curve[i - 1]! : 0) ? [[i + 1, short(ends[i]!), short(share)] as const] : [];
  });
}

export const matchWords = ({ task, strategy, slots, seed, budget, everySeconds }: SlotsMatch): string =>
  `${task} ${strategy} slots=${slots} seed=${seed} budget=${budget} every=${everySeconds}`;

/** Of the game's answers and times, and of the code that plays it: what neither has changed for
 * need not be played again. */
export function idOf(match: SlotsMatch, task: TimedTask): string {
  const hash = hashOf(gameOf(match, task), codeHash([match.strategy]), filesHash([LOOP]));
  return `${matchWords(match)} ${hash}`;
}

const games = new Map<string, string>();

function gameOf({ seed, budget }: SlotsMatch, task: TimedTask): string {
  const key = `${task.name} ${seed} ${budget}`;
  const known = games.get(key) ?? hashOfGame(task.open(seed, budget));
  games.set(key, known);
  return known;
}

/** Members of each family by whose seconds a game is known. */
const TIMED = 4;

function hashOfGame({ game, secondsOf }: TimedGame): string {
  const rng = createRng(1);
  const seconds = game.problem.space.families.flatMap((family) =>
    Array.from({ length: TIMED }, (_, seed) => {
      return secondsOf({ family: family.name, config: randomMember(family, rng.uniform) }, seed);
    }),
  );
  return hashOf(gameHash(game), JSON.stringify(seconds));
}

const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export function playRow(match: SlotsMatch, task: TimedTask): SlotsRow {
  const { strategy, slots, seed, budget, everySeconds } = match;
  const result = playInSlots(task.open(seed, budget), { strategy, seed, slots, everySeconds, now: processorTime });
  const { asks, ends, trainingSeconds } = result;
  const late = asks.slice(1).slice(-LATE_ASKS);
  const each = late.map(({ ms, students }) => ms / students);
  return {
    id: idOf(match, task),
    ...match,
    version: strategyInfo(strategy).version,
    trainings: ends.length,
    seconds: short(ends.at(-1) ?? 0),
    trainingSeconds: short(trainingSeconds),
    steps: stepsOf(result),
    askMs: {
      all: short(asks.reduce((sum, { ms }) => sum + ms, 0)),
      late: [short(median(each)), short(quantile(each, 0.95))],
    },
    origin: originOf(new Date()),
  };
}

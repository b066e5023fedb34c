/** Plays on one table in a process of its own, one game at a time, in games and seconds. */
import type { TableView } from '../../bridge/schemas/replay.ts';
import type { Limit } from '../../core/objective.ts';
import { embeddingIn } from '../library/embedding.ts';
import { startWorker } from '../processes/channel.ts';
import { processEntry } from '../processes/process-entry.ts';
import type { GameOrder, GameWatcher, StrategyWorker } from '../processes/strategy-worker.ts';

export type PlayedGame = Awaited<ReturnType<StrategyWorker['play']>>;

export interface ReplayPlayer {
  readonly table: TableView;
  /** Throws `config.invalid` for a strategy that cannot play on this table. */
  check(strategies: readonly string[]): Promise<void>;
  /** `tell` hears, ten times a second at most, what share of the budget is spent. Undefined where
   * it was closed meanwhile. */
  play(order: GameOrder, tell: (share: number) => void): Promise<PlayedGame | undefined>;
  /** Ends the game in hand, too. */
  close(): Promise<void>;
}

/** `resources`: the program's own. Throws what is wrong with the table or the limits, naming `file`
 * and field. Close it in the end. */
export async function openReplay(
  { text, file }: { readonly text: string; readonly file: string },
  resources: string,
  limits: readonly Limit[] = [],
): Promise<ReplayPlayer> {
  let progress: (share: number) => void = () => undefined;
  const watcher: GameWatcher = { progress: (share) => progress(share) };
  const { remote, close } = startWorker<StrategyWorker>(processEntry('strategy-worker'), watcher);
  let isClosed = false;
  try {
    return {
      table: await remote.openTable(text, file, limits, embeddingIn(resources)),
      check: (strategies) => remote.checkGames(strategies),
      play: async (order, tell) => {
        progress = tell;
        try {
          return await remote.play(order);
        } catch (error) {
          if (isClosed) return undefined;
          throw error;
        }
      },
      close: () => {
        isClosed = true;
        return close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A game that was played, or is being played. */
export interface GameTime {
  readonly strategy: string;
  readonly seconds: number;
  /** Part of it that is done, (0, 1]. */
  readonly share: number;
}

/**
 * Seconds until every strategy has played `seeds` games, by what its own games took; undefined
 * until each has begun one. Late asks are the dear ones: a game's first tenth says nothing yet.
 */
export function secondsLeft(
  strategies: readonly string[],
  seeds: number,
  games: readonly GameTime[],
): number | undefined {
  let left = 0;
  for (const strategy of strategies) {
    const own = games.filter((game) => game.strategy === strategy && game.share >= 0.1);
    const done = own.reduce((sum, { share }) => sum + share, 0);
    if (done === 0) return undefined;
    const each = own.reduce((sum, { seconds }) => sum + seconds, 0) / done;
    left += Math.max(0, seeds - done) * each;
  }
  return left;
}

/** The host's side of the replay worker: one table, one game at a time, in games and seconds. */
import type { TableView } from '../../bridge/schemas/replay.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Limit } from '../../core/objective.ts';
import { endProcess, startProcess } from '../processes/own-process.ts';
import { nodeBinary, processEntry } from '../processes/process-entry.ts';
import type { GameOrder, PlayedGame, ReplayAnswer, ReplayRequest } from './protocol.ts';

export interface ReplayPlayer {
  readonly table: TableView;
  /** `tell` hears, ten times a second at most, what share of the budget is spent. Undefined where
   * it was closed meanwhile. */
  play(order: GameOrder, tell: (share: number) => void): Promise<PlayedGame | undefined>;
  /** Ends the game in hand, too. */
  close(): Promise<void>;
}

/** Throws what is wrong with the table or the limits, naming `file` and field. Close it in the
 * end. */
export async function openReplay(text: string, file: string, limits: readonly Limit[] = []): Promise<ReplayPlayer> {
  const own = startProcess(processEntry('replay-worker'), nodeBinary(undefined));
  let isClosed = false;

  function ask(request: ReplayRequest, tell: (share: number) => void = () => undefined): Promise<ReplayAnswer> {
    return new Promise((resolve, reject) => {
      const hear = (message: unknown): void => {
        // Sound: the other end of this channel is our own worker.
        const answer = message as ReplayAnswer;
        if (answer.type === 'progress') return tell(answer.share);
        own.child.off('message', hear);
        if (answer.type !== 'refused') resolve(answer);
        else reject(new WorkbenchError(answer.code, answer.message, answer.place));
      };
      own.child.on('message', hear);
      void own.gone.then((how) =>
        reject(new WorkbenchError('internal', `The replay's process died: ${how}.${own.tail()}`)),
      );
      own.child.send(request, () => undefined); // a failed send is followed by `exit`
    });
  }

  async function close(): Promise<void> {
    isClosed = true;
    await endProcess(own);
  }

  try {
    const opened = await ask({ type: 'open', text, file, limits });
    if (opened.type !== 'opened') throw new WorkbenchError('internal', `The replay worker answered "${opened.type}".`);
    return {
      table: opened.table,
      play: async (order, tell) => {
        try {
          const answer = await ask({ type: 'play', order }, tell);
          return answer.type === 'played' ? answer.game : undefined;
        } catch (error) {
          if (isClosed) return undefined;
          throw error;
        }
      },
      close,
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

/** The games of one replay, one after the other: how far it is, and what has been played so far. */
import type { GameResultView, ReplaySummaryView, ReplayView } from '../../bridge/schemas/replay.ts';
import { scoreAfter, spreadAfter } from '../../core/anytime.ts';
import { secondsLeft } from './player.ts';
import type { GameTime, ReplayPlayer } from './player.ts';

export type Ending = 'finished' | 'failed' | 'stopped' | 'interrupted' | 'discarded';

/** One that waits for its turn, or has it. */
export interface ActiveReplay {
  summary: ReplaySummaryView;
  readonly results: GameResultView[];
  readonly player: ReplayPlayer;
  isPlaying: boolean;
  /** What it ends as when it is told to end. */
  ending?: Exclude<Ending, 'finished' | 'failed'>;
  /** Settles when its turn is over. */
  turn: Promise<void>;
}

interface Played {
  readonly change: (next: Partial<ReplaySummaryView>) => void;
  /** Writes down what there is. */
  readonly keep: (replay: ReplayView) => void;
  /** Milliseconds from any fixed origin. */
  readonly clock: () => number;
}

/** What is being played is written down this often: a kill costs no more. */
const KEEP_MS = 30_000;

/** Until all are played, or it is told to end. */
export async function playGames(one: ActiveReplay, { change, keep, clock }: Played): Promise<void> {
  const start = clock();
  const secondsSince = (then: number): number => (clock() - then) / 1000;
  const times: GameTime[] = [];
  let written = start;
  const { strategies, seeds, budget, budgetEpochs, batch, single, limits, legs = true } = one.summary;
  const spent = budgetEpochs === undefined ? { budget } : { budgetEpochs };

  async function play(strategy: string, seed: number): Promise<boolean> {
    const began = clock();
    const tell = (share: number): void => {
      const left = secondsLeft(strategies, seeds, [...times, { strategy, share, seconds: secondsSince(began) }]);
      const progress = { strategy, seed, done: one.results.length + share };
      const live = { ...progress, ...(left !== undefined && { secondsLeft: left }) };
      change({ state: 'running', seconds: secondsSince(start), live });
    };
    tell(0);
    const game = await one.player.play({ strategy, seed, ...spent, batch, single, limits, noLegs: !legs }, tell);
    if (game === undefined) return false;
    one.results.push({ strategy, seed, ...game });
    times.push({ strategy, share: 1, seconds: secondsSince(began) });
    const scores = scoresOf(one.results, strategies);
    change({ played: one.results.length, scores, seconds: secondsSince(start) });
    return true;
  }

  // All strategies play a seed before any plays the next: what there is at any time is paired.
  for (let seed = 1; seed <= seeds; seed += 1) {
    for (const strategy of strategies) {
      if (one.ending !== undefined || !(await play(strategy, seed))) return;
      if (clock() - written < KEEP_MS) continue;
      written = clock();
      keep({ summary: one.summary, results: one.results });
    }
  }
}

function scoresOf(results: readonly GameResultView[], strategies: readonly string[]): ReplaySummaryView['scores'] {
  return strategies.flatMap((strategy) => {
    const curves = results.filter((game) => game.strategy === strategy).map(({ hypervolume }) => hypervolume);
    const ends = curves.map((curve) => [scoreAfter(curve, curve.length)]);
    return ends.length === 0 ? [] : [{ strategy, hypervolume: spreadAfter(ends, 1, 'maximize').median }];
  });
}

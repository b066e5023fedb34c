/** What a replay came to as lines of a table: medians at round counts of trainings, with the worst
 * seed. */
import { byEpoch, readingCounts, scoreAfter, spreadAfter, timesOfAsks } from '../../core/anytime.ts';
import type { AnytimeCurve } from '../../core/anytime.ts';
import { quantile } from '../../core/math/quantile.ts';
import type { Goal } from '../../core/objective.ts';
import type { PlayedGame } from '../replays/player.ts';
import { millisecondsText } from './latency-text.ts';
import { textTable } from './text-table.ts';

/** What is played for. */
export interface ReplayTerms {
  /** The first objective's. */
  readonly metric: string;
  readonly goal: Goal;
  /** Proposals an ask. */
  readonly batch: number;
  /** The budget, where games are read by epochs instead of by trainings. */
  readonly epochs?: number | undefined;
}

/** Of one strategy. */
export function replayText(games: readonly PlayedGame[], terms: ReplayTerms): readonly string[] {
  const { metric, goal, batch, epochs } = terms;
  const columns = [
    epochs === undefined ? '>trained' : '>epochs',
    '>hypervolume',
    '>worst seed',
    `>best ${metric}`,
    '>worst seed',
  ];
  const curvesOf = (measure: Measure): readonly AnytimeCurve[] => games.map((game) => curveOf(game, measure, terms));
  const rows = readingCounts(lengthOf(games, terms)).map((count) => {
    const volume = spreadAfter(curvesOf('hypervolume'), count, 'maximize');
    const best = spreadAfter(curvesOf('best'), count, goal);
    return [
      String(count),
      ...[volume.median, volume.worst].map(shareText),
      ...[best.median, best.worst].map(valueText),
    ];
  });
  const [median, tail] = askText(games, batch);
  return [...textTable(columns, rows), '', `Time of an ask: median ${median} ms, 95th percentile ${tail} ms`];
}

export type Measure = 'hypervolume' | 'best';

/** Trainings of the longest game, or the epochs by which all are read. */
export const lengthOf = (games: readonly PlayedGame[], { epochs }: Pick<ReplayTerms, 'epochs'>): number =>
  epochs ?? Math.max(0, ...games.map(({ rows }) => rows.length));

/** By training or by epoch. */
export function curveOf(game: PlayedGame, measure: Measure, { epochs }: Pick<ReplayTerms, 'epochs'>): AnytimeCurve {
  if (epochs === undefined) return game[measure];
  return byEpoch(game[measure], game.epochs ?? [], epochs, measure === 'hypervolume' ? 0 : NaN);
}

/** Median and 95th percentile of the times of all asks, in milliseconds. */
export function askText(games: readonly PlayedGame[], batch: number): readonly string[] {
  const times = games.flatMap(({ askMs }) => timesOfAsks(askMs, batch));
  return [0.5, 0.95].map((share) => millisecondsText(quantile(times, share)));
}

/** One line a game, for who watches: what it came to, and what it took. */
export function gameText({ hypervolume, best, rows, epochs }: PlayedGame): string {
  const [volume, value] = [hypervolume, best].map((curve) => scoreAfter(curve, rows.length));
  const spent = epochs === undefined ? '' : ` in ${epochs.at(-1) ?? 0} epochs`;
  return `${rows.length} trained${spent}, hypervolume ${shareText(volume ?? NaN)}, best ${valueText(value ?? NaN)}`;
}

export const shareText = (share: number): string => (Number.isFinite(share) ? share.toFixed(4) : '-');
export const valueText = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(6))) : '-';

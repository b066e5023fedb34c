/** What the games of a replay say, as rows for tables and files: pure, from the records alone. */
import type { GameResultView, ReplaySummaryView, ReplayView } from '../../bridge/schemas/replay.ts';
import { jsonWithWords } from '../../core/written-numbers.ts';
import type { Comparison, SeededCurves, Spread } from '../../core/anytime.ts';
import { byEpoch, compareWith, reachedBy, readingCounts, spreadAfter, timesOfAsks } from '../../core/anytime.ts';
import { quantile } from '../../core/math/quantile.ts';
import type { Goal } from '../../core/objective.ts';
import { csvText } from '../../bridge/words/csv-text.ts';
import { digits, formatPercent, formatPlural } from '../format.ts';

/** What a curve shows. */
export type Measure = 'hypervolume' | 'best';

export function goalOf({ table }: Pick<ReplaySummaryView, 'table'>, measure: Measure): Goal {
  return measure === 'hypervolume' ? 'maximize' : (table.objectives[0]?.goal ?? 'maximize');
}

/** A share as `98.71 %`; a best value as the table has it. */
export function scoreText(value: number, measure: Measure): string {
  if (!Number.isFinite(value)) return '–';
  return measure === 'hypervolume' ? formatPercent(value, 2) : digits(value, 5);
}

/** By seed. */
function curvesOf(results: readonly GameResultView[], strategy: string, measure: Measure): SeededCurves {
  return new Map(
    results.filter((game) => game.strategy === strategy).map((game) => [game.seed, game[measure]] as const),
  );
}

/** What curves count. */
export type Over = 'trainings' | 'epochs';

/** Of the longest game: the budget, or less where the table ran out. */
export function lengthOf(results: readonly Pick<GameResultView, 'hypervolume'>[]): number {
  return results.reduce((longest, { hypervolume }) => Math.max(longest, hypervolume.length), 0);
}

/** Games of which each says what it had spent. */
export const hasEpochs = ({ results }: ReplayView): boolean =>
  results.length > 0 && results.every(({ epochs }) => epochs !== undefined);

/** The same games by epochs instead of by trainings: everything that is read of their curves is
 * then of so many epochs. What went past the budget, with the last training, is left out. */
export function byEpochs({ summary, results }: ReplayView): ReplayView {
  const { budget, budgetEpochs, table } = summary;
  const spent = Math.max(0, ...results.map(({ epochs = [] }) => epochs.at(-1) ?? 0));
  const total = budgetEpochs ?? (table.epochs === undefined ? spent : budget * table.epochs);
  const length = Math.min(total, spent);
  return {
    summary,
    results: results.map((game) => ({
      ...game,
      hypervolume: byEpoch(game.hypervolume, game.epochs ?? [], length, 0),
      best: byEpoch(game.best, game.epochs ?? [], length, NaN),
    })),
  };
}

/** `100 trainings`, `320 epochs without short trainings` */
export function budgetText({ budget, budgetEpochs, legs, table }: ReplaySummaryView): string {
  const amount = budgetEpochs === undefined ? formatPlural(budget, 'training') : formatPlural(budgetEpochs, 'epoch');
  return table.legs !== undefined && legs === false ? `${amount} without short trainings` : amount;
}

export function strategyCurves({ summary, results }: ReplayView, measure: Measure) {
  return summary.strategies.map((strategy) => ({
    strategy,
    curves: [...curvesOf(results, strategy, measure).values()],
  }));
}

interface CountRow {
  readonly strategy: string;
  readonly spreads: readonly Spread[];
}

/** Medians, quartiles and worst seeds at round counts of trainings. */
export function countTable(replay: ReplayView, measure: Measure) {
  const counts = readingCounts(lengthOf(replay.results));
  const goal = goalOf(replay.summary, measure);
  const rows = strategyCurves(replay, measure).map(({ strategy, curves }) => ({
    strategy,
    seeds: curves.length,
    spreads: counts.map((count) => spreadAfter(curves, count, goal)),
  }));
  return { counts, rows };
}

/** Which of the rows is the best in a column; undefined where several are. */
export function leaderOf(rows: readonly CountRow[], column: number, goal: Goal): string | undefined {
  const sign = goal === 'maximize' ? 1 : -1;
  const medians = rows.map(({ spreads }) => sign * (spreads[column]?.median ?? NaN));
  const best = Math.max(...medians.filter(Number.isFinite));
  const leaders = rows.filter((_, index) => medians[index] === best);
  return leaders.length === 1 ? leaders[0]?.strategy : undefined;
}

/** What a strategy reached in the median at the end, rounded to the easier side, so that it stays
 * reached. */
export function endOf(replay: ReplayView, measure: Measure, strategy: string): number | undefined {
  const goal = goalOf(replay.summary, measure);
  const curves = [...curvesOf(replay.results, strategy, measure).values()];
  const { median } = spreadAfter(curves, lengthOf(replay.results), goal);
  if (!Number.isFinite(median)) return undefined;
  const step = 10 ** (measure === 'hypervolume' ? 4 : Math.max(0, 4 - Math.ceil(Math.log10(Math.abs(median) || 1))));
  return (goal === 'maximize' ? Math.floor(median * step) : Math.ceil(median * step)) / step;
}

/** The strategy that came to least: every other one got as far, and the question is when. */
export function weakestOf(replay: ReplayView, measure: Measure): string | undefined {
  const sign = goalOf(replay.summary, measure) === 'maximize' ? 1 : -1;
  const ends = replay.summary.strategies.map((strategy) => ({ strategy, end: endOf(replay, measure, strategy) }));
  return ends
    .filter(({ end }) => end !== undefined)
    .sort((left, right) => sign * ((left.end ?? 0) - (right.end ?? 0)))[0]?.strategy;
}

export function thresholdRows(replay: ReplayView, measure: Measure, threshold: number) {
  const goal = goalOf(replay.summary, measure);
  return strategyCurves(replay, measure).map(({ strategy, curves }) => ({
    strategy,
    ...reachedBy(curves, threshold, goal),
  }));
}

/** Milliseconds; `gameMs`: of all asks of a game together, in the median. A batch's rows share the
 * time of their ask: it counts once. */
export function askRows({ summary, results }: ReplayView) {
  return summary.strategies.map((strategy) => {
    const games = results
      .filter((game) => game.strategy === strategy)
      .map(({ askMs }) => timesOfAsks(askMs, summary.batch));
    const all = games.flat();
    const sums = games.map((asks) => asks.reduce((sum, ms) => sum + ms, 0));
    return { strategy, median: quantile(all, 0.5), p95: quantile(all, 0.95), gameMs: quantile(sums, 0.5) };
  });
}

/** The chosen strategy against each of the others, by the area under log10(1 - share) at equal
 * trainings. */
export function comparisons({ summary, results }: ReplayView, chosen: string): readonly Comparison[] {
  const others = summary.strategies.filter((strategy) => strategy !== chosen);
  return compareWith(
    curvesOf(results, chosen, 'hypervolume'),
    new Map(others.map((strategy) => [strategy, curvesOf(results, strategy, 'hypervolume')])),
    lengthOf(results),
  );
}

/** One line a training. */
export function replayCsv({ results }: ReplayView): string {
  const isCounted = results.some(({ epochs }) => epochs !== undefined);
  const rows = results.flatMap(({ strategy, seed, hypervolume, best, askMs, rows: trained, epochs }) =>
    trained.map((row, index) => [
      strategy,
      ...[seed, index + 1, hypervolume[index], best[index], askMs[index], row].map(String),
      ...(isCounted ? [String(epochs?.[index] ?? '')] : []),
    ]),
  );
  const columns = ['strategy', 'seed', 'training', 'hypervolume', 'best', 'ask_ms', 'row'];
  return csvText({ columns: [...columns, ...(isCounted ? ['epochs'] : [])], rows });
}

/** As the workspace keeps it; NaN and the infinities as words. */
export const replayJson = (replay: ReplayView): string => jsonWithWords(replay);

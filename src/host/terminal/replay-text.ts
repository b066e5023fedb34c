/** What a replay came to as lines of a table: medians at round counts of trainings, with the worst seed. */
import { readingCounts, scoreAfter, spreadAfter } from '../../core/anytime.ts';
import { quantile } from '../../core/math/quantile.ts';
import type { Goal } from '../../core/objective.ts';
import type { PlayedGame } from '../replay-protocol.ts';
import { millisecondsText } from './latency-text.ts';
import { textTable } from './text-table.ts';
import type { Column } from './text-table.ts';

/** `metric`, `goal`: the first objective's. */
export function replayText(
  games: readonly PlayedGame[],
  { metric, goal }: { readonly metric: string; readonly goal: Goal },
): readonly string[] {
  const columns: readonly Column[] = [
    { title: 'trained', align: 'right' },
    { title: 'hypervolume', align: 'right' },
    { title: 'worst seed', align: 'right' },
    { title: `best ${metric}`, align: 'right' },
    { title: 'worst seed', align: 'right' },
  ];
  const length = Math.max(0, ...games.map(({ rows }) => rows.length));
  const rows = readingCounts(length).map((count) => {
    const volume = spreadAfter(
      games.map(({ hypervolume }) => hypervolume),
      count,
      'maximize',
    );
    const best = spreadAfter(
      games.map((game) => game.best),
      count,
      goal,
    );
    return [
      String(count),
      ...[volume.median, volume.worst].map(shareText),
      ...[best.median, best.worst].map(valueText),
    ];
  });
  const times = games.flatMap(({ askMs }) => askMs);
  const [median, tail] = [quantile(times, 0.5), quantile(times, 0.95)].map(millisecondsText);
  return [...textTable(columns, rows), '', `Time of an ask: median ${median} ms, 95th percentile ${tail} ms`];
}

/** One line a game, for who watches: what it came to, and what it took. */
export function gameText({ hypervolume, best, rows }: PlayedGame): string {
  const [volume, value] = [hypervolume, best].map((curve) => scoreAfter(curve, rows.length));
  return `${rows.length} trained, hypervolume ${shareText(volume ?? NaN)}, best ${valueText(value ?? NaN)}`;
}

const shareText = (share: number): string => (Number.isFinite(share) ? share.toFixed(4) : '-');
const valueText = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(6))) : '-');

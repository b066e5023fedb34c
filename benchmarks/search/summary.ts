/** From records to medians, bands and ask times. */
import { quantile } from '../../src/core/math/quantile.ts';
import type { Goal } from '../../src/core/objective.ts';
import type { MatchRecord } from './records.ts';

/** Trials after which scores are compared. */
export const COUNTS: readonly number[] = [10, 20, 24, 50, 100, 200, 300];
/** Asks whose times are taken together at a count: those of the last so many trials. */
const ASKS = 20;

export interface Point {
  readonly count: number;
  readonly median: number;
  /** Quartiles of the scores over seeds. */
  readonly band: readonly [number, number];
  /** Every seed's score. */
  readonly all: readonly number[];
}

/** Scores of one strategy on one task after each of `COUNTS` within the budget; a game that ended
 * early keeps its last. */
export function anytime(records: readonly MatchRecord[]): readonly Point[] {
  const longest = records.reduce((most, { budget }) => Math.max(most, budget), 0);
  return COUNTS.filter((count) => count <= longest).map((count) => {
    const all = records.map(({ curve }) => curve[Math.min(count, curve.length) - 1] ?? NaN);
    const at = (share: number): number => quantile(all, share);
    return { count, median: at(0.5), band: [at(0.25), at(0.75)], all };
  });
}

/** Median over seeds (of two in the middle the later) of the first trial with a score of `level` or
 * better; else infinite. */
export function trialsUntil(records: readonly MatchRecord[], level: number, direction: Goal): number {
  const good = (score: number): boolean => (direction === 'maximize' ? score >= level : score <= level);
  const firsts = records.map(({ curve }) => {
    const index = curve.findIndex(good);
    return index < 0 ? Infinity : index + 1;
  });
  return firsts.sort((a, b) => a - b)[Math.floor(firsts.length / 2)] ?? NaN;
}

/** Median and 95th percentile of the milliseconds of single asks just before a count; NaN where
 * nobody came so far. */
export function askTimes(records: readonly MatchRecord[], count: number): readonly [number, number] {
  const times = records.flatMap(({ askMs }) => (askMs.length < count ? [] : askMs.slice(count - ASKS, count)));
  return [quantile(times, 0.5), quantile(times, 0.95)];
}

type ByCount<T> = Readonly<Record<string, T>>;
type ByTask<T> = Readonly<Record<string, Readonly<Record<string, ByCount<T>>>>>;

export interface Summary {
  /** By task, strategy and count. */
  readonly medians: ByTask<number>;
  /** Quartiles, likewise. */
  readonly bands: ByTask<readonly [number, number]>;
  /** By strategy and count, over all tasks that came so far. */
  readonly askMs: Readonly<Record<string, ByCount<readonly [number, number]>>>;
}

const group = <T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly [string, readonly T[]])[] => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups];
};

export const byTask = (records: readonly MatchRecord[]) => group(records, ({ task }) => task);
export const byStrategy = (records: readonly MatchRecord[]) => group(records, ({ strategy }) => strategy);

export function summarise(records: readonly MatchRecord[]): Summary {
  const played = records.filter(({ curve }) => curve.length > 0);
  const each = <T>(of: (point: Point) => T): ByTask<T> =>
    Object.fromEntries(
      byTask(played).map(([task, ofTask]) => {
        const strategies = byStrategy(ofTask).map(([strategy, own]) => {
          return [strategy, Object.fromEntries(anytime(own).map((point) => [point.count, of(point)]))];
        });
        return [task, Object.fromEntries(strategies)];
      }),
    );
  const askMs = byStrategy(played).map(([strategy, own]) => {
    const counts = COUNTS.filter((count) => count >= ASKS && own.some(({ askMs: times }) => times.length >= count));
    return [strategy, Object.fromEntries(counts.map((count) => [count, askTimes(own, count)]))];
  });
  return { medians: each(({ median }) => median), bands: each(({ band }) => band), askMs: Object.fromEntries(askMs) };
}

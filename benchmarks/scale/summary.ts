/** From games by slots to figures: what a search has after equal trainings, after equal time, and
 * what its asks took. */
import { median, quantile } from '../../src/core/math/quantile.ts';
import type { SlotsRow } from './rows.ts';

/** Trainings and seconds after which shares are compared, and shares that time is counted to. */
export const COUNTS: readonly number[] = [20, 50, 100, 200, 300, 512, 768];
export const SECONDS: readonly number[] = [60, 300, 900, 3600];
export const SHARES: readonly number[] = [0.9, 0.95, 0.98, 0.99];

/** Median and quartiles over seeds. */
export type Band = readonly [median: number, lower: number, upper: number];
type By<T> = Readonly<Record<string, T>>;

export interface SlotsFigures {
  readonly seeds: number;
  /** Share of the hypervolume. */
  readonly afterTrainings: By<Band>;
  /** Of the games with the fewest slots by the same seeds: mean difference, and its standard
   * error. */
  readonly against: By<readonly [number, number]>;
  /** Likewise, where not every game had spent its budget before the one of `SECONDS` before. */
  readonly afterSeconds: By<Band>;
  /** Median of the seconds until a share; infinite where half of the games never have it. */
  readonly secondsUntil: By<number>;
  /** To the end of the last training. */
  readonly seconds: number;
  readonly trainings: number;
  /** Share of the time that a slot trains. */
  readonly busy: number;
  /** Processor time of all asks of a game in seconds, and milliseconds a student late in it: median
   * and 95th percentile. */
  readonly askSeconds: number;
  readonly askMs: readonly [number, number];
}

export type SlotsSummary = By<By<By<SlotsFigures>>>;

const bandOf = (values: readonly number[]): Band => [median(values), quantile(values, 0.25), quantile(values, 0.75)];

export const shareAfter = ({ steps }: Pick<SlotsRow, 'steps'>, trainings: number): number =>
  steps.findLast(([count]) => count <= trainings)?.[2] ?? 0;

export const shareAt = ({ steps }: Pick<SlotsRow, 'steps'>, seconds: number): number =>
  steps.findLast(([, at]) => at <= seconds)?.[2] ?? 0;

const secondsTo = ({ steps }: SlotsRow, share: number): number =>
  steps.find(([, , has]) => has >= share)?.[1] ?? Infinity;

/** Of two in the middle the later: of infinite ones no mean can be taken. */
const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Mean over the seeds that both have, and its standard error. */
function paired(rows: readonly SlotsRow[], others: readonly SlotsRow[], count: number): readonly [number, number] {
  const gains = rows.flatMap((row) => {
    const other = others.find(({ seed }) => seed === row.seed);
    return other ? [shareAfter(row, count) - shareAfter(other, count)] : [];
  });
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / (gains.length - 1) / gains.length)];
}

function figuresOf(rows: readonly SlotsRow[], fewest: readonly SlotsRow[]): SlotsFigures {
  const each = <T>(keys: readonly number[], of: (key: number) => T): By<T> =>
    Object.fromEntries(keys.map((key) => [key, of(key)]));
  const least = Math.min(...rows.map(({ trainings }) => trainings));
  const longest = Math.max(...rows.map(({ seconds }) => seconds));
  const counts = COUNTS.filter((count) => count <= least);
  const reached = counts.filter((count) => fewest.every(({ trainings }) => count <= trainings));
  const marks = SECONDS.filter((_, i) => (SECONDS[i - 1] ?? 0) < longest);
  const middleOf = (of: (row: SlotsRow) => number): number => median(rows.map(of));
  return {
    seeds: rows.length,
    afterTrainings: each(counts, (count) => bandOf(rows.map((row) => shareAfter(row, count)))),
    against: rows === fewest ? {} : each(reached, (count) => paired(rows, fewest, count)),
    afterSeconds: each(marks, (mark) => bandOf(rows.map((row) => shareAt(row, mark)))),
    secondsUntil: each(SHARES, (share) => middle(rows.map((row) => secondsTo(row, share)))),
    seconds: middleOf(({ seconds }) => seconds),
    trainings: middleOf(({ trainings }) => trainings),
    busy: middleOf(({ trainingSeconds, slots, seconds }) => trainingSeconds / (slots * seconds)),
    askSeconds: middleOf(({ askMs }) => askMs.all / 1000),
    askMs: [middleOf(({ askMs }) => askMs.late[0]), middleOf(({ askMs }) => askMs.late[1])],
  };
}

const namesOf = <K extends keyof SlotsRow>(rows: readonly SlotsRow[], key: K): readonly SlotsRow[K][] => [
  ...new Set(rows.map((row) => row[key])),
];

export function summarise(rows: readonly SlotsRow[]): SlotsSummary {
  const byTask = namesOf(rows, 'task').map((task) => {
    const ofTask = rows.filter((row) => row.task === task);
    const byStrategy = namesOf(ofTask, 'strategy').map((strategy) => {
      const own = ofTask.filter((row) => row.strategy === strategy);
      const counts = namesOf(own, 'slots').toSorted((a, b) => a - b);
      const groups = counts.map((slots) => own.filter((row) => row.slots === slots));
      const figures = groups.map((group, i) => [counts[i]!, figuresOf(group, groups[0]!)] as const);
      return [strategy, Object.fromEntries(figures)] as const;
    });
    return [task, Object.fromEntries(byStrategy)] as const;
  });
  return Object.fromEntries(byTask);
}

const bandText = ([middleOne, lower, upper]: Band): string =>
  `${middleOne.toFixed(4)} (${lower.toFixed(3)} ${upper.toFixed(3)})`;

const listText = <T>(by: By<T>, text: (value: T) => string): string =>
  Object.entries(by)
    .map(([key, value]) => `${key}: ${text(value)}`)
    .join('  ');

const secondsText = (seconds: number): string => (Number.isFinite(seconds) ? seconds.toFixed(0) : 'never');

export function reportLines(summary: SlotsSummary): readonly string[] {
  return Object.entries(summary).flatMap(([task, strategies]) => {
    const lines = Object.entries(strategies).flatMap(([strategy, bySlots]) => {
      return Object.entries(bySlots).flatMap(([slots, figures]) => {
        const { seeds, trainings, seconds, busy, askSeconds, askMs } = figures;
        return [
          `  ${strategy}, ${slots} slots: ${seeds} seeds, ${trainings} trainings in ${seconds.toFixed(0)} s, ` +
            `slots busy ${(100 * busy).toFixed(0)} % of it`,
          `    share after trainings   ${listText(figures.afterTrainings, bandText)}`,
          ...(Object.keys(figures.against).length > 0
            ? [`    minus the fewest slots' ${listText(figures.against, differenceText)}`]
            : []),
          `    share after seconds     ${listText(figures.afterSeconds, bandText)}`,
          `    seconds until a share   ${listText(figures.secondsUntil, secondsText)}`,
          `    asks, processor time    ${askSeconds.toFixed(1)} s in all, late ` +
            `${askMs.map((ms) => ms.toFixed(1)).join(' / ')} ms a student`,
        ];
      });
    });
    return ['', `${task}: median (quartiles)`, ...lines];
  });
}

const differenceText = ([mean, error]: readonly [number, number]): string =>
  `${mean > 0 ? '+' : ''}${mean.toFixed(4)} ± ${error.toFixed(4)}`;

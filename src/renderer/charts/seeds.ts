/** Accuracies of the same students with several seeds: a row a student, a mark a training, and what
 * the search had said. */
import type { Spread, TrainedStudent } from '../../core/seeds.ts';
import type { Trial } from '../../core/records/trial.ts';
import { formatPercent, formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import { trialTitle } from '../words.ts';
import { shareRange } from './parts/axis-range.ts';
import type { ChartView } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import { frame, xAxis, yAxis } from './parts/frame.ts';

export interface SeededStudent extends TrainedStudent {
  /** Short enough for an axis. */
  readonly title: string;
  /** Validation accuracy of its one training in the search that found it. */
  readonly searched?: number | undefined;
}

/** A finished training in its student's row, as it is walked and said. */
export interface SeededPoint {
  readonly trial: Trial;
  readonly row: number;
  readonly words: string;
}

/** Student by student, in the order of their trainings. */
export const seededPoints = (students: readonly SeededStudent[]): readonly SeededPoint[] =>
  students.flatMap(({ title, trials }, row) =>
    trials
      .filter(({ state }) => state === 'finished')
      .map((trial) => ({ trial, row, words: `${title}, ${trialTitle(trial)}: ${accuracyWords(trial)}` })),
  );

const accuracyWords = ({ metrics, testAccuracy }: Trial): string =>
  `validation ${formatPercent(metrics['accuracy'], 2)}` +
  (testAccuracy === undefined ? '' : `, test ${formatPercent(testAccuracy, 2)}`);

/** Marks that no family has among the first, as a row holds one student. */
const PLACES = { validation: 0, test: 9, search: 4 } as const;

export function seedsChart(students: readonly SeededStudent[], theme: Theme): ChartView {
  const base = frame(theme);
  const colors = chartColors(theme);
  const points = seededPoints(students);
  const place = (row: number, value: number | undefined, words: string) => {
    if (value === undefined || !Number.isFinite(value)) return [];
    const text = `${students[row]?.title ?? ''}\n${words}: ${formatPercent(value, 2)}`;
    return [{ value: [100 * value, row], tooltip: { formatter: () => text } }];
  };
  const marks = (name: string, mark: number, of: (trial: Trial) => number | undefined) => ({
    ...{
      type: 'scatter' as const,
      id: name,
      name,
      ...markOf(mark, theme),
      symbolSize: 10,
      itemStyle: { opacity: 0.85 },
    },
    data: points.flatMap(({ trial, row }) =>
      place(row, of(trial), `${trialTitle(trial)}, ${name.toLowerCase()}`).map((datum) => ({ id: trial.id, ...datum })),
    ),
  });
  const search = {
    ...{ type: 'scatter' as const, id: 'search', name: 'In the search', symbolSize: 12 },
    ...markOf(PLACES.search, theme),
    data: students.flatMap(({ searched }, row) => place(row, searched, 'In the search, validation')),
  };
  const series = [
    marks('Validation', PLACES.validation, ({ metrics }) => metrics['accuracy']),
    marks('Test', PLACES.test, ({ testAccuracy }) => testAccuracy),
    ...(search.data.length > 0 ? [search] : []),
  ];
  const shown = series.flatMap(({ data }) => data.map(({ value }) => (value[0] ?? NaN) / 100));
  const { min = 0, max = 1, interval = 0.2 } = shareRange(shown);
  return {
    summary: summaryOf(students),
    table: {
      columns: [
        'Student',
        'Trainings',
        'Validation, mean',
        '± between seeds',
        'Test, mean',
        '± between seeds',
        'In the search',
      ],
      rows: students.map(({ title, accuracy, testAccuracy, searched: value }) => [
        ...[title, String(accuracy.count), meanText(accuracy), deviationText(accuracy)],
        ...[meanText(testAccuracy), deviationText(testAccuracy), formatPercent(value, 2)],
      ]),
    },
    option: {
      ...base,
      grid: { left: 8, right: 20, top: 34, bottom: 42, containLabel: true },
      xAxis: xAxis(theme, {
        type: 'value',
        name: 'Accuracy (%)',
        min: 100 * min,
        max: 100 * max,
        interval: 100 * interval,
      }),
      yAxis: yAxis(theme, {
        type: 'category',
        inverse: true,
        data: students.map(({ title }) => title),
        axisTick: { show: false },
        splitLine: { show: true, lineStyle: { color: colors.grid } },
        axisLabel: { color: colors.text, fontSize: 11, width: 180, overflow: 'truncate' },
      }),
      series,
    },
  };
}

const meanText = ({ count, mean }: Spread): string => (count > 0 ? formatPercent(mean, 2) : '–');
const deviationText = ({ deviation }: Spread): string =>
  Number.isFinite(deviation) ? (100 * deviation).toFixed(2) : '–';

/** The steadiest and the least steady student. */
function summaryOf(students: readonly SeededStudent[]): string {
  const spread = students.filter(({ accuracy }) => Number.isFinite(accuracy.deviation));
  const [first] = spread;
  if (!first) return 'No student has finished two trainings yet.';
  const by = (better: (a: number, b: number) => boolean): SeededStudent =>
    spread.reduce((one, other) => (better(other.accuracy.deviation, one.accuracy.deviation) ? other : one), first);
  const best = students.reduce((one, other) => (other.accuracy.mean > one.accuracy.mean ? other : one), first);
  const text = ({ accuracy }: SeededStudent): string => `${deviationText(accuracy)} points`;
  const seeds = spread.length === 1 ? text(first) : `${text(by((a, b) => a < b))} to ${text(by((a, b) => a > b))}`;
  return (
    `${best.title} is best with ${meanText(best.accuracy)} over ` +
    `${formatPlural(best.accuracy.count, 'training')}; seeds differ by ${seeds}.`
  );
}

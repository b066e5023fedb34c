/** Examples of each class in the splits of a data set. */
import { IMAGE_NOUN, saidOf } from '../../core/data-kinds.ts';
import type { Noun } from '../../core/data-kinds.ts';
import type { BalanceView } from '../../bridge/schemas/library.ts';
import { formatCount, formatExact, formatExamples, formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import type { ChartView } from './chart.ts';
import { markOf } from './chart.ts';
import { CLASS_GRID, classAxis } from './parts/class-axis.ts';
import { frame, tickLabels, yAxis } from './parts/frame.ts';

const SPLITS = [
  { key: 'train', title: 'Training' },
  { key: 'validation', title: 'Validation' },
  { key: 'test', title: 'Test' },
] as const satisfies readonly { readonly key: keyof BalanceView; readonly title: string }[];

export function classBalanceChart(
  balance: BalanceView,
  classes: readonly string[],
  theme: Theme,
  noun: Noun = IMAGE_NOUN,
): ChartView {
  const base = frame(theme);
  return {
    summary: summaryOf(balance, classes, noun),
    table: {
      columns: ['Class', ...SPLITS.map(({ title }) => title)],
      rows: classes.map((name, label) => [name, ...SPLITS.map(({ key }) => formatExact(balance[key][label] ?? 0))]),
    },
    option: {
      ...base,
      grid: CLASS_GRID,
      xAxis: classAxis(classes, theme),
      yAxis: yAxis(theme, {
        type: 'value',
        name: saidOf(noun, '{Many}'),
        nameGap: 32,
        minInterval: 1,
        axisLabel: tickLabels(theme, formatCount),
      }),
      series: SPLITS.map(({ key, title }, place) => ({
        ...{ type: 'bar' as const, id: key, name: title, stack: 'examples', barCategoryGap: '26%' },
        color: markOf(place, theme).color,
        data: classes.map((name, label) => ({
          value: balance[key][label] ?? 0,
          tooltip: {
            formatter: () => `${name}\n${title}: ${formatExamples(balance[key][label] ?? 0, noun)}`,
          },
        })),
      })),
    },
  };
}

function summaryOf({ train }: BalanceView, classes: readonly string[], noun: Noun): string {
  const least = Math.min(...train);
  const most = Math.max(...train);
  if (train.length === 0) return 'There are no classes.';
  if (least === most) return `Each of ${classes.length} classes has ${formatExamples(most, noun, 'training ')}.`;
  const nameOf = (count: number): string => classes[train.indexOf(count)] ?? '';
  return (
    `${formatPlural(classes.length, 'class', 'classes')}, from ${formatExamples(least, noun, 'training ')} ` +
    `(${nameOf(least)}) to ${formatExact(most)} (${nameOf(most)}).`
  );
}

/** How many students fit the budget, by the logarithm of their parameters. */
import type { PreviewView } from '../../bridge/schemas/records.ts';
import { formatCount, formatExact, formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import type { ChartView } from './chart.ts';
import { chartColors } from './chart.ts';
import { frame, tickLabels, xAxis, yAxis } from './parts/frame.ts';

/** `isAbout`: the counts are estimates. */
export function histogramChart(bins: PreviewView['histogram'], theme: Theme, isAbout = false): ChartView {
  const colors = chartColors(theme);
  const base = frame(theme);
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  const students = isAbout ? `About ${formatCount(total)} students` : formatPlural(total, 'student');
  const range = (bin: PreviewView['histogram'][number]): string =>
    `${formatCount(10 ** bin.from)} to ${formatCount(10 ** bin.to)}`;
  const [first, last] = [bins.find((bin) => bin.count > 0), bins.findLast((bin) => bin.count > 0)];
  return {
    summary:
      first && last
        ? `${students} between ${formatCount(10 ** first.from)} and ` + `${formatCount(10 ** last.to)} parameters.`
        : 'No student fits the budget.',
    table: { columns: ['Parameters', 'Students'], rows: bins.map((bin) => [range(bin), formatExact(bin.count)]) },
    option: {
      ...base,
      legend: { show: false },
      grid: { left: 44, right: 10, top: 10, bottom: 36 },
      xAxis: xAxis(theme, {
        type: 'category',
        name: 'Parameters (log scale)',
        nameGap: 22,
        data: bins.map((bin) => formatCount(10 ** ((bin.from + bin.to) / 2))),
        axisTick: { show: false },
      }),
      yAxis: yAxis(theme, {
        type: 'value',
        axisLabel: tickLabels(theme, formatCount),
        minInterval: 1,
        splitNumber: 3,
      }),
      series: [
        {
          ...{ type: 'bar', id: 'students', name: 'Students', barCategoryGap: '12%' },
          itemStyle: { color: colors.accent, opacity: 0.85 },
          data: bins.map((bin) => ({
            value: bin.count,
            tooltip: { formatter: () => `${range(bin)} parameters\n${formatPlural(bin.count, 'student')}` },
          })),
        },
      ],
    },
  };
}

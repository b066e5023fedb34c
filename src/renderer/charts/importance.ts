/** Share of a metric's variance that each parameter accounts for by itself. */
import { formatPercent } from '../format.ts';
import type { Importance } from '../run/parameters.ts';
import type { Theme } from '../theme.ts';
import { METRIC_SPECS } from '../trial-metrics.ts';
import type { TrialMetric } from '../trial-metrics.ts';
import type { ChartView } from './chart.ts';
import { chartColors } from './chart.ts';
import { frame, xAxis, yAxis } from './parts/frame.ts';

export function importanceChart(rows: readonly Importance[], metric: TrialMetric, theme: Theme): ChartView {
  const colors = chartColors(theme);
  const base = frame(theme);
  const told = rows.filter(({ share }) => Number.isFinite(share));
  const { noun } = METRIC_SPECS[metric];
  const [first] = told;
  return {
    summary: first
      ? `${first.title} alone accounts for ${formatPercent(first.share, 0)} of the variance of ${noun} among ` +
        `${first.students} students.`
      : 'Too few students to tell.',
    table: {
      columns: ['Parameter', `Share of the variance of ${noun}`, 'Levels tried', 'Students'],
      rows: rows.map(({ title, share, levels, students }) => [
        title,
        Number.isFinite(share) ? formatPercent(share) : 'cannot be told',
        String(levels),
        String(students),
      ]),
    },
    option: {
      ...base,
      legend: { show: false },
      grid: { left: 8, right: 48, top: 6, bottom: 36, containLabel: true },
      xAxis: xAxis(theme, { type: 'value', name: 'Share of the variance (%)', min: 0, max: 100, interval: 25 }),
      yAxis: yAxis(theme, {
        type: 'category',
        inverse: true,
        data: told.map(({ title }) => title),
        axisTick: { show: false },
        axisLabel: { color: colors.text, fontSize: 11, width: 112, overflow: 'truncate' },
      }),
      series: [
        {
          type: 'bar',
          id: 'importance',
          barMaxWidth: 16,
          itemStyle: { color: colors.accent, opacity: 0.85 },
          label: {
            ...{ show: true, position: 'right', color: colors.text, fontSize: 11 },
            formatter: (item: { readonly dataIndex: number }) => formatPercent(told[item.dataIndex]?.share, 0),
          },
          data: told.map(({ title, share, levels, students }) => ({
            value: share * 100,
            tooltip: {
              formatter: () => `${title}: ${formatPercent(share)}\n${levels} levels among ${students} students`,
            },
          })),
        },
      ],
    },
  };
}

/** How the passes of a student are distributed: the share of them that took no longer than so many
 * milliseconds. */
import type { LatencyView } from '../../bridge/schemas/records.ts';
import { LATENCY_ENGINES, medianMs, tailMs } from '../../core/latency.ts';
import { formatExact, formatMilliseconds } from '../format.ts';
import type { Theme } from '../theme.ts';
import { engineTitle } from '../words.ts';
import type { ChartView } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import { LINE_LEGEND, frame, namedLegend, xAxis, yAxis } from './parts/frame.ts';
import { stairs } from './parts/stairs.ts';

const titleOf = ({ engine, batch }: Pick<LatencyView, 'engine' | 'batch'>): string =>
  `${engineTitle(engine)} × ${batch}`;

/** Of the panel beside a student, in a window of 1280. */
const LEAST_PIXELS = 290;

/** For the legend: two names share a line. */
const shortTitle = (title: string): string => title.replace('ONNX Runtime', 'ONNX');

/** `measured`: one of each engine and batch size. */
export function latencyChart(measured: readonly LatencyView[], theme: Theme): ChartView {
  const colors = chartColors(theme);
  const base = frame(theme);
  return {
    summary: summaryOf(measured),
    table: {
      columns: ['Engine and batch', 'Passes', 'Fastest', 'Median', '90th percentile', 'Slowest'],
      rows: measured.map((row) => [
        titleOf(row),
        formatExact(row.timingsMs.length),
        formatMilliseconds(Math.min(...row.timingsMs)),
        formatMilliseconds(medianMs(row.timingsMs)),
        formatMilliseconds(tailMs(row.timingsMs)),
        formatMilliseconds(Math.max(...row.timingsMs)),
      ]),
    },
    option: {
      ...base,
      // All four at once, also where the panel is narrow.
      ...namedLegend(
        { ...base, legend: { ...base.legend, left: 0, right: 0, itemGap: 8, formatter: shortTitle } },
        measured.map((row) => shortTitle(titleOf(row))),
        { left: 50, right: 16, bottom: 40 },
        { ...LINE_LEGEND, pixels: LEAST_PIXELS },
      ),
      xAxis: xAxis(theme, {
        type: 'log',
        name: 'Milliseconds a pass (log scale)',
        ...rangeOf(measured),
        axisLabel: { color: colors.muted, fontSize: 11, formatter: (value: number) => String(value) },
      }),
      yAxis: yAxis(theme, {
        type: 'value',
        name: 'Passes no longer (%)',
        nameGap: 34,
        min: 0,
        max: 100,
        interval: 25,
      }),
      series: measured.flatMap((row) => {
        const { color, symbol } = markOf(LATENCY_ENGINES.indexOf(row.engine), theme);
        const sorted = [...row.timingsMs].sort((left, right) => left - right);
        return stairs({
          id: `${row.engine}-${row.batch}`,
          name: titleOf(row),
          step: 'end',
          color,
          ...{ symbol, showSymbol: false },
          lineStyle: { color, width: 2, type: row.batch === 1 ? ('solid' as const) : ('dashed' as const) },
          data: sorted.map((ms, index) => [ms, (100 * (index + 1)) / sorted.length]),
          markPoint: {
            symbol,
            symbolSize: 8,
            itemStyle: { color },
            label: { show: false },
            data: [
              { name: 'median', coord: [medianMs(sorted), 50] },
              { name: '90th percentile', coord: [tailMs(sorted), 90] },
            ],
            tooltip: {
              formatter: (params: unknown) => `${titleOf(row)}\n${markText(params)}`,
            },
          },
        });
      }),
    },
  };
}

/** Sound: ECharts hands a mark's tooltip its own datum, which stands above. */
function markText(params: unknown): string {
  const { name, data } = params as { readonly name: string; readonly data: { readonly coord: readonly number[] } };
  return `${name} ${formatMilliseconds(data.coord[0])}`;
}

/** From 1, 2 or 5 times a power of ten to another, around all passes. */
function rangeOf(measured: readonly LatencyView[]): { readonly min?: number; readonly max?: number } {
  const all = measured.flatMap(({ timingsMs }) => [...timingsMs]).filter((ms) => ms > 0);
  if (all.length === 0) return {};
  const step = (value: number, round: (value: number) => number): number => {
    const power = 10 ** Math.floor(Math.log10(value));
    const steps = [1, 2, 5, 10].map((factor) => factor * power);
    const fitting = round === Math.floor ? steps.findLast((one) => one <= value) : steps.find((one) => one >= value);
    // Powers of ten below one are not exact.
    return Number((fitting ?? value).toPrecision(6));
  };
  return { min: step(Math.min(...all), Math.floor), max: step(Math.max(...all), Math.ceil) };
}

function summaryOf(measured: readonly LatencyView[]): string {
  if (measured.length === 0) return 'Latency was not measured.';
  const parts = measured.map(
    (row) =>
      `${titleOf(row)}: median ${formatMilliseconds(medianMs(row.timingsMs))}, 90th percentile ` +
      `${formatMilliseconds(tailMs(row.timingsMs))}`,
  );
  return `${parts.join('; ')}.`;
}

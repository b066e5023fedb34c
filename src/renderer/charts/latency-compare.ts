/** Latencies of several students on one engine and batch size: the share of passes that took no
 * longer. */
import type { LatencyView } from '../../bridge/schemas/records.ts';
import { medianMs, tailMs } from '../../core/latency.ts';
import { formatExact, formatMilliseconds } from '../format.ts';
import type { Theme } from '../theme.ts';
import { engineTitle } from '../words.ts';
import { logRange } from './parts/axis-range.ts';
import type { ChartView, MarkPlace } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import { LINE_LEGEND, frame, namedLegend, xAxis, yAxis } from './parts/frame.ts';
import { stairs } from './parts/stairs.ts';

export interface TimedNetwork {
  readonly key: string;
  readonly title: string;
  readonly place: MarkPlace;
  readonly measured: Pick<LatencyView, 'engine' | 'batch' | 'timingsMs'>;
}

export function latencyCompareChart(networks: readonly TimedNetwork[], theme: Theme): ChartView {
  const base = frame(theme);
  const colors = chartColors(theme);
  const all = networks.flatMap(({ measured }) => [...measured.timingsMs]).filter((ms) => ms > 0);
  const [first] = networks;
  const medians = networks.map(({ title, measured }) => `${title} ${formatMilliseconds(medianMs(measured.timingsMs))}`);
  return {
    summary: first
      ? `${engineTitle(first.measured.engine)}, ${first.measured.batch} at once: ${medians.join(', ')} in the median.`
      : 'No latency was measured.',
    table: {
      columns: ['Network', 'Passes', 'Fastest', 'Median', '90th percentile', 'Slowest'],
      rows: networks.map(({ title, measured: { timingsMs } }) => [
        title,
        formatExact(timingsMs.length),
        formatMilliseconds(Math.min(...timingsMs)),
        formatMilliseconds(medianMs(timingsMs)),
        formatMilliseconds(tailMs(timingsMs)),
        formatMilliseconds(Math.max(...timingsMs)),
      ]),
    },
    option: {
      ...base,
      ...namedLegend(
        base,
        networks.map(({ title }) => title),
        { left: 50, right: 20, bottom: 42 },
        LINE_LEGEND,
      ),
      xAxis: xAxis(theme, {
        ...{ type: 'log', name: 'Milliseconds a pass (log scale)' },
        ...(all.length > 0 ? logRange(all) : { min: 0.01, max: 10 }),
        axisLabel: { color: colors.muted, fontSize: 11, formatter: (value: number) => String(value) },
      }),
      yAxis: yAxis(theme, { type: 'value', name: 'Passes no longer (%)', nameGap: 34, min: 0, max: 100, interval: 25 }),
      series: networks.flatMap(({ key, title, place, measured }) => {
        const { color, symbol } = markOf(place, theme);
        const sorted = [...measured.timingsMs].sort((left, right) => left - right);
        return stairs({
          ...{ id: key, name: title, step: 'end', color, symbol, showSymbol: false },
          lineStyle: { color, width: 2 },
          data: sorted.map((ms, index) => [ms, (100 * (index + 1)) / sorted.length]),
          markPoint: {
            ...{ symbol, symbolSize: 9, itemStyle: { color }, label: { show: false } },
            data: [{ name: title, coord: [medianMs(sorted), 50] }],
            tooltip: { formatter: () => `${title}\nmedian ${formatMilliseconds(medianMs(sorted))}` },
          },
        });
      }),
    },
  };
}

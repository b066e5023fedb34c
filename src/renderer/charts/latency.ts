/** How the passes of networks are distributed: the share of them that took no longer than so many
 * milliseconds. */
import type { EChartsOption } from 'echarts';
import type { LatencyRow } from '../../core/latency.ts';
import { LATENCY_ENGINES, medianMs, tailMs } from '../../core/latency.ts';
import { formatExact, formatMilliseconds } from '../format.ts';
import type { Theme } from '../theme.ts';
import { engineTitle } from '../words.ts';
import type { AxisRange } from './parts/axis-range.ts';
import { logRange } from './parts/axis-range.ts';
import type { ChartView, DrawnNetwork, Mark } from './chart.ts';
import { markOf } from './chart.ts';
import { LINE_LEGEND, frame, namedLegend, tickLabels, xAxis, yAxis } from './parts/frame.ts';
import { stairs } from './parts/stairs.ts';
import type { Stairs } from './parts/stairs.ts';

/** Of the panel beside a student, in a window of 1280. */
const LEAST_PIXELS = 290;

/** Of one student. `measured`: one of each engine and batch size. */
export function latencyChart(measured: readonly LatencyRow[], theme: Theme): ChartView {
  const base = frame(theme);
  const titles = measured.map(titleOf);
  return {
    summary: summaryOf(measured),
    table: tableOf('Engine and batch', titles, measured),
    option: {
      ...base,
      // All four at once, also where the panel is narrow.
      ...namedLegend(
        { ...base, legend: { ...base.legend, left: 0, right: 0, itemGap: 8, formatter: shortTitle } },
        titles.map(shortTitle),
        { left: 50, right: 16, bottom: 40 },
        { ...LINE_LEGEND, pixels: LEAST_PIXELS },
      ),
      ...axesOf(rangeOf(measured), theme),
      series: measured.flatMap((row) => {
        const [median, tail] = [medianMs(row.timingsMs), tailMs(row.timingsMs)];
        const mark = markOf(LATENCY_ENGINES.indexOf(row.engine), theme);
        const id = `${row.engine}-${row.batch}`;
        return passes({ id, name: titleOf(row), isDashed: row.batch !== 1, ...mark }, row, {
          symbolSize: 8,
          data: [
            { name: 'median', coord: [median, 50] },
            { name: '90th percentile', coord: [tail, 90] },
          ],
          tooltip: { formatter: (params: unknown) => `${titleOf(row)}\n${markText(params)}` },
        });
      }),
    },
  };
}

interface TimedNetwork extends DrawnNetwork {
  readonly measured: Pick<LatencyRow, 'engine' | 'batch' | 'timingsMs'>;
}

/** Of several students on one engine and batch size. */
export function latencyCompareChart(networks: readonly TimedNetwork[], theme: Theme): ChartView {
  const base = frame(theme);
  const [titles, rows] = [networks.map(({ title }) => title), networks.map(({ measured }) => measured)];
  const all = positive(rows);
  const [first] = rows;
  const medians = networks.map(({ title, measured }) => `${title} ${formatMilliseconds(medianMs(measured.timingsMs))}`);
  return {
    summary: first
      ? `${engineTitle(first.engine)}, ${first.batch} at once: ${medians.join(', ')} in the median.`
      : 'No latency was measured.',
    table: tableOf('Network', titles, rows),
    option: {
      ...base,
      ...namedLegend(base, titles, { left: 50, right: 20, bottom: 42 }, LINE_LEGEND),
      ...axesOf(all.length > 0 ? logRange(all) : { min: 0.01, max: 10 }, theme),
      series: networks.flatMap(({ key, title, place, measured }) => {
        const median = medianMs(measured.timingsMs);
        return passes({ id: key, name: title, ...markOf(place, theme) }, measured, {
          ...{ symbolSize: 9, data: [{ name: title, coord: [median, 50] }] },
          tooltip: { formatter: () => `${title}\nmedian ${formatMilliseconds(median)}` },
        });
      }),
    },
  };
}

type Timed = Pick<LatencyRow, 'timingsMs'>;

function passes(
  {
    id,
    name,
    color,
    symbol,
    isDashed,
  }: Mark & { readonly id: string; readonly name: string; readonly isDashed?: boolean },
  { timingsMs }: Timed,
  marks: Stairs['markPoint'],
) {
  const sorted = [...timingsMs].sort((left, right) => left - right);
  return stairs({
    ...{ id, name, step: 'end', color, symbol, showSymbol: false },
    lineStyle: { color, width: 2, type: isDashed ? 'dashed' : 'solid' },
    data: sorted.map((ms, index) => [ms, (100 * (index + 1)) / sorted.length]),
    markPoint: { symbol, itemStyle: { color }, label: { show: false }, ...marks },
  });
}

function axesOf(range: AxisRange, theme: Theme): EChartsOption {
  const axisLabel = tickLabels(theme, String);
  return {
    xAxis: xAxis(theme, { type: 'log', name: 'Milliseconds a pass (log scale)', ...range, axisLabel }),
    yAxis: yAxis(theme, { type: 'value', name: 'Passes no longer (%)', nameGap: 34, min: 0, max: 100, interval: 25 }),
  };
}

function tableOf(subject: string, titles: readonly string[], rows: readonly Timed[]): ChartView['table'] {
  return {
    columns: [subject, 'Passes', 'Fastest', 'Median', '90th percentile', 'Slowest'],
    rows: rows.map(({ timingsMs: ms }, index) => [
      ...[titles[index] ?? '', formatExact(ms.length)],
      ...[Math.min(...ms), medianMs(ms), tailMs(ms), Math.max(...ms)].map(formatMilliseconds),
    ]),
  };
}

const titleOf = ({ engine, batch }: Pick<LatencyRow, 'engine' | 'batch'>): string =>
  `${engineTitle(engine)} × ${batch}`;

/** For the legend: two names share a line. */
const shortTitle = (title: string): string => title.replace('ONNX Runtime', 'ONNX');

/** Sound: ECharts hands a mark's tooltip its own datum, which stands above. */
function markText(params: unknown): string {
  const { name, data } = params as { readonly name: string; readonly data: { readonly coord: readonly number[] } };
  return `${name} ${formatMilliseconds(data.coord[0])}`;
}

const positive = (rows: readonly Timed[]): readonly number[] =>
  rows.flatMap(({ timingsMs }) => [...timingsMs]).filter((ms) => ms > 0);

/** Without any room around all passes. */
function rangeOf(measured: readonly LatencyRow[]): AxisRange {
  const all = positive(measured);
  return all.length > 0 ? logRange(all, 0) : {};
}

function summaryOf(measured: readonly LatencyRow[]): string {
  if (measured.length === 0) return 'Latency was not measured.';
  const parts = measured.map(
    (row) =>
      `${titleOf(row)}: median ${formatMilliseconds(medianMs(row.timingsMs))}, 90th percentile ` +
      `${formatMilliseconds(tailMs(row.timingsMs))}`,
  );
  return `${parts.join('; ')}.`;
}

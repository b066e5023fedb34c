/** Hypervolume of the front after each finished student. */
import { formatCount, formatPercent, formatPlural } from '../format.ts';
import { formatVolume } from '../hypervolume-share.ts';
import type { Theme } from '../theme.ts';
import type { ChartView } from './chart.ts';
import { chartColors } from './chart.ts';
import { frame, xAxis, yAxis } from './frame.ts';

export interface HypervolumeInput {
  /** After 1, 2, ..., n finished students. */
  readonly history: readonly number[];
  /** Students the run may train: the axis does not move while it goes. */
  readonly trials: number;
  /** In words, such as `accuracy × parameters`. */
  readonly unit: string;
  /** Volume of the reference box, where it is known: the history is shown as a share of it. */
  readonly box?: number | undefined;
}

export function hypervolumeChart(input: HypervolumeInput, theme: Theme): ChartView {
  const colors = chartColors(theme);
  const base = frame(theme);
  const { box } = input;
  const text = (volume: number): string => (box === undefined ? formatVolume(volume) : formatPercent(volume / box, 2));
  const title = `Hypervolume (${box === undefined ? input.unit : '% of the reference box'})`;
  const last = input.history.at(-1) ?? 0;
  const gains = input.history.filter((value, index) => value > (input.history[index - 1] ?? 0)).length;
  return {
    summary:
      input.history.length === 0
        ? 'No student has finished yet.'
        : `Hypervolume ${text(last)}${box === undefined ? '' : ' of the reference box'} after ${formatPlural(input.history.length, 'finished student')}; ${gains} of them enlarged it.`,
    table: {
      columns: ['Finished students', title],
      rows: input.history.map((value, index) => [String(index + 1), text(value)]),
    },
    option: {
      ...base,
      legend: { show: false },
      grid: { left: 64, right: 20, top: 16, bottom: 42 },
      xAxis: xAxis(theme, {
        type: 'value',
        name: 'Finished students',
        min: 0,
        max: Math.max(input.trials, input.history.length, 1),
        minInterval: 1,
        splitLine: { show: false },
      }),
      yAxis: yAxis(theme, {
        type: 'value',
        name: title,
        nameGap: 50,
        scale: true,
        axisLabel: { color: colors.muted, fontSize: 11, formatter: (value: number) => formatCount(value) },
      }),
      tooltip: {
        ...base.tooltip,
        trigger: 'axis',
        formatter: (params: unknown) => {
          // Sound: ECharts hands an axis tooltip a list of points with the data given below.
          const [point] = params as readonly { readonly data: readonly [number, number] }[];
          return point
            ? `After ${formatPlural(point.data[0], 'student')}\nHypervolume ${text(input.history[point.data[0] - 1] ?? NaN)}`
            : '';
        },
      },
      series: [
        {
          type: 'line',
          id: 'hypervolume',
          name: 'Hypervolume',
          step: 'end',
          symbol: 'circle',
          symbolSize: 5,
          showSymbol: input.history.length <= 60,
          color: colors.accent,
          lineStyle: { color: colors.accent, width: 2 },
          data: input.history.map((value, index) => [index + 1, box === undefined ? value : (value / box) * 100]),
        },
      ],
    },
  };
}

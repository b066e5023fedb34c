/** Hypervolume of the front after each finished student; several runs on one reference box. */
import type { EChartsOption } from 'echarts';
import { formatCount, formatPercent, formatPlural } from '../format.ts';
import { formatVolume } from '../hypervolume-share.ts';
import type { Theme } from '../theme.ts';
import type { ChartView } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import { LINE_LEGEND, axisTooltip, countAxis, frame, tickLabels, yAxis } from './parts/frame.ts';
import { stairs } from './parts/stairs.ts';

export interface HypervolumeInput {
  /** After `step`, 2 `step`, ..., n `step` finished students. */
  readonly history: readonly number[];
  readonly step: number;
  /** Students the run may train: the axis does not move while it goes. */
  readonly trials: number;
  /** In words, such as `accuracy × parameters`. */
  readonly unit: string;
  /** Volume of the reference box, where it is known: the history is shown as a share of it. */
  readonly box?: number | undefined;
  /** Of this run, where there are others beside it. */
  readonly name?: string;
  /** Other runs, measured from the same reference point; after 1, 2, ..., n finished students
   * each. */
  readonly others?: readonly {
    readonly id: string;
    readonly name: string;
    readonly history: readonly number[];
    readonly place: number;
  }[];
  /** A moment to mark: after so many finished students. */
  readonly after?: number | undefined;
  /** In little room: no title of the vertical axis. */
  readonly isSmall?: boolean;
}

type Line = ReturnType<typeof linesOf>[number];

/** This run's, then those of the others. */
function linesOf({ name = 'Hypervolume', history, step, others = [] }: HypervolumeInput, theme: Theme) {
  return [
    { id: 'hypervolume', name, history, step, color: chartColors(theme).accent, isOwn: true },
    ...others.map((other) => ({ ...other, step: 1, color: markOf(other.place, theme).color, isOwn: false })),
  ];
}

export function hypervolumeChart(input: HypervolumeInput, theme: Theme): ChartView {
  const { box } = input;
  const lines = linesOf(input, theme);
  const text = (volume: number): string => (box === undefined ? formatVolume(volume) : formatPercent(volume / box, 2));
  const title = `Hypervolume (${box === undefined ? input.unit : '% of the reference box'})`;
  const moments = [
    ...new Set(lines.flatMap(({ history, step }) => history.map((_value, index) => (index + 1) * step))),
  ];
  moments.sort((left, right) => left - right);
  return {
    summary: summaryOf(input, lines, text),
    table: {
      columns: ['Finished students', ...(lines.length > 1 ? lines.map(({ name }) => name) : [title])],
      rows: moments.map((moment) => [String(moment), ...lines.map((line) => textAt(line, moment, text))]),
    },
    option: optionOf(input, lines, { title, text, last: moments.at(-1) ?? 0 }, theme),
  };
}

/** Empty beyond its end and between its values. */
function textAt({ history, step }: Line, moment: number, text: (volume: number) => string): string {
  const value = history[moment / step - 1];
  return value === undefined ? '' : text(value);
}

function optionOf(
  input: HypervolumeInput,
  lines: readonly Line[],
  words: { readonly title: string; readonly text: (volume: number) => string; readonly last: number },
  theme: Theme,
): EChartsOption {
  const colors = chartColors(theme);
  const base = frame(theme);
  const { box, after } = input;
  const isAlone = lines.length === 1;
  return {
    ...base,
    legend: { ...base.legend, ...LINE_LEGEND, show: !isAlone },
    grid: { left: input.isSmall ? 44 : 64, right: 20, top: isAlone ? 16 : 34, bottom: 42 },
    xAxis: countAxis(theme, 'Finished students', Math.max(input.trials, words.last, 1)),
    yAxis: yAxis(theme, {
      type: 'value',
      ...(!input.isSmall && { name: words.title, nameGap: 50 }),
      ...(input.isSmall && { splitNumber: 3 }),
      scale: true,
      axisLabel: tickLabels(theme, formatCount),
    }),
    tooltip: axisTooltip(base, (at) => {
      const values = lines.flatMap((line) => {
        const value = textAt(line, at, words.text);
        return value === '' ? [] : [`${line.name} ${value}`];
      });
      return [`After ${formatPlural(at, 'student')}`, ...values].join('\n');
    }),
    series: lines.flatMap(({ id, name, history, step, color, isOwn }) =>
      stairs({
        ...{ id, name, step: 'end' as const, symbol: 'circle', symbolSize: 5, color },
        showSymbol: history.length <= 60,
        lineStyle: { color, width: isOwn ? 2 : 1.5, ...(!isOwn && { type: 'dashed' as const }) },
        data: history.map((value, index) => [(index + 1) * step, box === undefined ? value : (value / box) * 100]),
        ...(isOwn &&
          after !== undefined && {
            markLine: {
              ...{ silent: true, symbol: 'none', data: [{ xAxis: after }] },
              lineStyle: { color: colors.text, type: 'dotted' as const },
              label: { show: false },
            },
          }),
      }),
    ),
  };
}

function summaryOf(
  { history, step, box }: HypervolumeInput,
  lines: readonly Line[],
  text: (volume: number) => string,
): string {
  if (history.length === 0) return 'No student has finished yet.';
  const gains = history.filter((value, index) => value > (history[index - 1] ?? 0)).length;
  const share = box === undefined ? '' : ' of the reference box';
  const own =
    `Hypervolume ${text(history.at(-1) ?? 0)}${share} after ` +
    `${formatPlural(history.length * step, 'finished student')}${step === 1 ? `; ${gains} of them enlarged it` : ''}.`;
  const others = lines.flatMap(({ isOwn, name, history: other }) =>
    isOwn ? [] : [`${name} ${text(other.at(-1) ?? 0)} after ${other.length}`],
  );
  return others.length === 0 ? own : `${own} ${others.join('; ')}.`;
}

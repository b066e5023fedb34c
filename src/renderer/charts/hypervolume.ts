/** Hypervolume of the front after each finished student; several runs on one reference box. */
import type { EChartsOption } from 'echarts';
import { digits, formatCount, formatDuration, formatPercent, formatPlural } from '../format.ts';
import { formatVolume } from '../hypervolume-share.ts';
import type { Theme } from '../theme.ts';
import type { ChartView } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import { LINE_LEGEND, axisTooltip, countAxis, frame, tickLabels, xAxis, yAxis } from './parts/frame.ts';
import { stairs } from './parts/stairs.ts';

export interface HypervolumeInput {
  /** After `step`, 2 `step`, ..., n `step` finished students. */
  readonly history: readonly number[];
  readonly step: number;
  /** Where each of them stands on the axis, rising; absent: after so many finished students. */
  readonly places?: readonly number[];
  /** What the axis counts, of all trainings together; absent: finished students. */
  readonly over?: 'epochs' | 'seconds';
  /** What the run may spend, where that is known: the axis does not move while it goes. */
  readonly total: number;
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
    readonly places?: readonly number[];
    readonly place: number;
  }[];
  /** A moment to mark: after so many finished students. */
  readonly after?: number | undefined;
  /** In little room: no title of the vertical axis. */
  readonly isSmall?: boolean;
}

type Line = ReturnType<typeof linesOf>[number];

/** This run's, then those of the others. */
function linesOf({ name = 'Hypervolume', others = [], ...own }: HypervolumeInput, theme: Theme) {
  const counted = (history: readonly number[], step: number): readonly number[] =>
    history.map((_value, index) => (index + 1) * step);
  const { history, step, places = counted(history, step) } = own;
  return [
    { id: 'hypervolume', name, history, places, color: chartColors(theme).accent, isOwn: true },
    ...others.map((other) => ({
      ...{ ...other, places: other.places ?? counted(other.history, 1) },
      ...{ color: markOf(other.place, theme).color, isOwn: false },
    })),
  ];
}

/** What stands on the axis, and how a place on it is told. */
const AXES = {
  students: { title: 'Finished students', after: (at: number) => formatPlural(at, 'student'), cell: String },
  epochs: { title: 'Epochs trained', after: (at: number) => formatPlural(Math.round(at), 'epoch'), cell: String },
  seconds: { title: 'Time of training', after: formatDuration, cell: (at: number) => `${digits(at, 4)} s` },
} as const;

export function hypervolumeChart(input: HypervolumeInput, theme: Theme): ChartView {
  const { box } = input;
  const lines = linesOf(input, theme);
  const text = (volume: number): string => (box === undefined ? formatVolume(volume) : formatPercent(volume / box, 2));
  const title = `Hypervolume (${box === undefined ? input.unit : '% of the reference box'})`;
  const moments = [...new Set(lines.flatMap(({ places }) => places))];
  const axis = AXES[input.over ?? 'students'];
  moments.sort((left, right) => left - right);
  return {
    summary: summaryOf(input, lines, text),
    table: {
      columns: [axis.title, ...(lines.length > 1 ? lines.map(({ name }) => name) : [title])],
      rows: moments.map((moment) => [axis.cell(moment), ...lines.map((line) => textAt(line, moment, text))]),
    },
    option: optionOf(input, lines, { title, text, last: moments.at(-1) ?? 0 }, theme),
  };
}

/** Empty beyond its end and between its values. */
function textAt({ history, places }: Line, moment: number, text: (volume: number) => string): string {
  const value = history[places.lastIndexOf(moment)];
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
    xAxis: horizontalAxis(input, words.last, theme),
    yAxis: yAxis(theme, {
      type: 'value',
      ...(!input.isSmall && { name: words.title, nameGap: 50 }),
      ...(input.isSmall && { splitNumber: 2 }),
      scale: true,
      axisLabel: tickLabels(theme, formatCount),
    }),
    tooltip: axisTooltip(base, (at) => {
      const values = lines.flatMap((line) => {
        const value = textAt(line, at, words.text);
        return value === '' ? [] : [`${line.name} ${value}`];
      });
      return [`After ${AXES[input.over ?? 'students'].after(at)}`, ...values].join('\n');
    }),
    series: lines.flatMap(({ id, name, history, places, color, isOwn }) =>
      stairs({
        ...{ id, name, step: 'end' as const, symbol: 'circle', symbolSize: 5, color },
        showSymbol: history.length <= 60,
        lineStyle: { color, width: isOwn ? 2 : 1.5, ...(!isOwn && { type: 'dashed' as const }) },
        data: history.map((value, index) => [places[index] ?? NaN, box === undefined ? value : (value / box) * 100]),
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

function horizontalAxis({ over, total }: HypervolumeInput, last: number, theme: Theme) {
  const { title } = AXES[over ?? 'students'];
  if (over !== 'seconds') return countAxis(theme, title, Math.max(total, last, 1));
  const axisLabel = tickLabels(theme, formatDuration);
  return xAxis(theme, { type: 'value', name: title, min: 0, splitLine: { show: false }, axisLabel });
}

function summaryOf(
  { history, step, box, over, places = [] }: HypervolumeInput,
  lines: readonly Line[],
  text: (volume: number) => string,
): string {
  if (history.length === 0) return over ? 'What the trainings cost is being read.' : 'No student has finished yet.';
  const gains = history.filter((value, index) => value > (history[index - 1] ?? 0)).length;
  const share = box === undefined ? '' : ' of the reference box';
  const students = formatPlural(history.length * step, 'finished student');
  const enlarged = step === 1 ? `; ${gains} of them enlarged it` : '';
  const spent = over === undefined ? '' : ` in ${AXES[over].after(places.at(-1) ?? 0)} of training`;
  const own = `Hypervolume ${text(history.at(-1) ?? 0)}${share} after ${students}${spent}${enlarged}.`;
  const others = lines.flatMap(({ isOwn, name, history: other, places: its }) => {
    // Its costs are on their way.
    if (isOwn || other.length === 0) return [];
    const after = over === undefined ? String(other.length) : AXES[over].after(its.at(-1) ?? 0);
    return [`${name} ${text(other.at(-1) ?? 0)} after ${after}`];
  });
  return others.length === 0 ? own : `${own} ${others.join('; ')}.`;
}

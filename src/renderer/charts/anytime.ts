/** How good each strategy was after so many trainings: the median over the seeds, in a band from
 * quartile to quartile. */
import type { AnytimeCurve, Spread } from '../../core/anytime.ts';
import { GAP_FLOOR, logGap, readingCounts, spreadAfter } from '../../core/anytime.ts';
import type { Goal } from '../../core/objective.ts';
import { formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import type { AxisRange } from './parts/axis-range.ts';
import type { ChartColors, ChartTable, ChartView } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import {
  LINE_LEGEND,
  axisTooltip,
  countAxis,
  frame,
  legendLines,
  levelLine,
  orGap,
  tickLabels,
  yAxis,
} from './parts/frame.ts';

export interface AnytimeSeries {
  readonly title: string;
  /** Of its mark. */
  readonly place: number;
  /** Of each seed. */
  readonly curves: readonly AnytimeCurve[];
}

export interface AnytimeInput {
  readonly series: readonly AnytimeSeries[];
  /** With its unit. */
  readonly title: string;
  readonly goal: Goal;
  readonly text: (value: number) => string;
  /** The best there can be, where that is known. */
  readonly limit?: number;
  /** Of shares: what is missing to the whole, on a logarithmic scale. */
  readonly isGap?: boolean;
  /** The axis does not move while seeds come in. */
  readonly budget: number;
  /** What the axis counts; trainings where it is absent. */
  readonly over?: 'epochs';
  /** Drawn as a dashed line. */
  readonly threshold?: number | undefined;
}

/** Symbols on a line: enough to tell it, too few to hide it. */
const SYMBOLS = 9;
const DASHES: readonly ('solid' | 'dashed' | 'dotted' | number[])[] = ['solid', 'dashed', 'dotted', [9, 3, 2, 3]];
/** More than a chart has pixels: of ten thousands of epochs. */
const MOST_POINTS = 1000;
/** Bands of more strategies than these lie on each other: they are fainter. */
const FEW = 4;
/** For names, where they have least: the chart takes about 700 pixels. */
const ROOM = 640;

export function anytimeChart(input: AnytimeInput, theme: Theme): ChartView {
  const colors = chartColors(theme);
  const base = frame(theme);
  const drawn = input.series.map((series, index) => ({
    ...series,
    mark: markOf(series.place, theme),
    // Neighbours differ: where two lines lie on each other both are seen.
    dash: DASHES[index % DASHES.length] ?? 'solid',
    points: pointsOf(series.curves, input.goal),
  }));
  const opacity = drawn.length > FEW ? 0.07 : 0.16;
  const place = (value: number): number => (input.isGap ? logGap(value) : value);
  const titles = input.series.map(({ title }) => title);
  return {
    summary: summaryOf(input),
    table: tableOf(input),
    option: {
      ...base,
      // All names at once: one that has to be paged to is none.
      legend: { ...base.legend, ...LINE_LEGEND, type: 'plain' },
      grid: { left: 64, right: 24, top: 16 + 20 * legendLines(titles, ROOM), bottom: 42 },
      xAxis: countAxis(theme, input.over ? 'Epochs trained' : 'Students trained', Math.max(1, input.budget)),
      yAxis: yAxis(theme, {
        type: 'value',
        name: input.title,
        nameGap: 50,
        scale: true,
        // From the worst median after a few trainings on: the first ones would flatten all that
        // follows.
        ...rangeOf(
          drawn.map(({ points }) => points),
          place,
          input,
        ),
        axisLabel: tickLabels(theme, (value) => (input.isGap ? gapLabel(value) : tickLabel(value, input))),
      }),
      tooltip: axisTooltip(base, (count) => tooltipText(input, count)),
      series: drawn.flatMap(({ title, mark, dash, points }, index) => {
        const { color, symbol } = mark;
        const shape = { type: 'line' as const, color, symbol: 'none', silent: true, tooltip: { show: false } };
        // What is stacked: the lower edge, unseen, and on it the height of the band.
        const stack = { stack: `band-${index}`, stackStrategy: 'all' as const, lineStyle: { opacity: 0 } };
        const edges = points.map(({ count, spread }) => {
          const [one, other] = [place(spread.lower), place(spread.upper)];
          return { count, low: Math.min(one, other), height: Math.abs(other - one) };
        });
        const every = Math.max(1, Math.ceil(points.length / SYMBOLS));
        const offset = Math.floor((every * index) / Math.max(1, drawn.length));
        return [
          { ...shape, ...stack, id: `${index}-low`, data: edges.map(({ count, low }) => [count, orGap(low)]) },
          {
            ...{ ...shape, ...stack, id: `${index}-band`, areaStyle: { color, opacity } },
            data: edges.map(({ count, height }) => [count, orGap(height)]),
          },
          {
            ...{ type: 'line' as const, id: `${index}-median`, name: title, color, symbol, z: 3 },
            lineStyle: { color, width: 2, type: dash },
            symbolSize: (_value: unknown, { dataIndex }: { readonly dataIndex: number }) =>
              dataIndex % every === offset || points.length === 1 ? 8 : 0,
            showAllSymbol: true,
            data: points.map(({ count, spread }) => [count, orGap(place(spread.median))]),
            ...(index === 0 && input.threshold !== undefined && { markLine: thresholdLine(input, place, colors) }),
          },
        ];
      }),
    },
  };
}

interface Point {
  readonly count: number;
  readonly spread: Spread;
}

function pointsOf(curves: readonly AnytimeCurve[], goal: Goal): readonly Point[] {
  const length = Math.max(0, ...curves.map((curve) => curve.length));
  const step = Math.ceil(length / MOST_POINTS);
  return Array.from({ length: Math.ceil(length / Math.max(1, step)) }, (_, index) => {
    const count = Math.min(length, (index + 1) * step);
    return { count, spread: spreadAfter(curves, count, goal) };
  });
}

/** The part of the axis that tells strategies apart: what comes before a twentieth of the budget
 * may stand outside it. */
function rangeOf(
  all: readonly (readonly Point[])[],
  place: (value: number) => number,
  { budget, isGap, limit = Infinity }: AnytimeInput,
): AxisRange {
  const late = all
    .flatMap((points) => points.filter(({ count }, index) => count >= budget / 20 || index === points.length - 1))
    .flatMap(({ spread }) => [place(spread.lower), place(spread.upper)])
    .filter(Number.isFinite);
  if (late.length === 0) return {};
  const [low, high] = [Math.min(...late), Math.max(...late)];
  if (isGap) {
    const floor = Math.max(Math.log10(GAP_FLOOR), Math.floor(2 * low) / 2);
    return { min: floor, max: Math.min(0, Math.ceil(2 * high) / 2), interval: 0.5 };
  }
  const range = high - low || Math.abs(high) || 1;
  const step = roundStep(range / 5);
  const [from, to] = [Math.floor((low - range * 0.04) / step) * step, Math.ceil((high + range * 0.04) / step) * step];
  const tidy = (value: number): number => Number(value.toPrecision(10));
  // Ticks by the same step: ECharts would choose another one, and crowd the ends.
  return { min: tidy(from), max: Math.min(limit, tidy(to)), interval: tidy(step) };
}

/** 1, 2 or 5 times a power of ten, at most `least` times two. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** `90 %` for `90.00 %`. */
const tickLabel = (value: number, { text }: AnytimeInput): string =>
  text(value)
    .replace(/(\.\d*?)0+(?!\d)/, '$1')
    .replace(/\.(?!\d)/, '');

/** `10 %`, `3.2 %`, `0.1 %`: the gap at a power of ten. */
const gapLabel = (power: number): string => `${Number((100 * 10 ** power).toPrecision(2))} %`;

function thresholdLine(input: AnytimeInput, place: (value: number) => number, colors: ChartColors) {
  const value = input.threshold ?? NaN;
  const label = {
    formatter: input.text(value),
    position: 'insideStartTop',
    color: colors.muted,
    fontSize: 11,
  } as const;
  return levelLine(place(value), { color: colors.line }, label);
}

function tooltipText(input: AnytimeInput, count: number): string {
  const lines = input.series.map(({ title, curves }) => {
    const { median, lower, upper } = spreadAfter(curves, count, input.goal);
    return `${title}: ${input.text(median)} (${input.text(lower)} to ${input.text(upper)})`;
  });
  return [`After ${formatPlural(count, unitOf(input))}`, ...lines].join('\n');
}

const unitOf = ({ over }: AnytimeInput): string => (over ? 'epoch' : 'training');

const lengthOf = ({ series }: AnytimeInput): number =>
  Math.max(0, ...series.flatMap(({ curves }) => curves.map((curve) => curve.length)));

function summaryOf(input: AnytimeInput): string {
  const length = lengthOf(input);
  if (length === 0) return 'No game has been played yet.';
  const ends = new Map<string, string[]>();
  for (const { title, curves } of input.series) {
    const text = input.text(spreadAfter(curves, length, input.goal).median);
    ends.set(text, [...(ends.get(text) ?? []), title]);
  }
  const told = [...ends].map(([text, level]) => `${level.join(' and ')}${level.length > 1 ? ', level,' : ''} ${text}`);
  return (
    `Medians after ${formatPlural(length, unitOf(input))}: ${told.join('; ')}. Bands run from quartile to ` +
    'quartile of the seeds.'
  );
}

function tableOf(input: AnytimeInput): ChartTable {
  return {
    columns: [
      input.over ? 'Epochs' : 'Trained',
      ...input.series.flatMap(({ title }) => [title, `${title}: quartiles`]),
    ],
    rows: readingCounts(lengthOf(input)).map((count) => [
      String(count),
      ...input.series.flatMap(({ curves }) => {
        const { median, lower, upper } = spreadAfter(curves, count, input.goal);
        return [input.text(median), `${input.text(lower)} to ${input.text(upper)}`];
      }),
    ]),
  };
}

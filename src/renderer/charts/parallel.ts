/** Parallel coordinates (Inselberg 1985): a line for each student through its parameters and its
 * metrics. */
import type { Noun } from '../../core/data-kinds.ts';
import type { EChartsOption } from 'echarts';
import type { Level } from '../../core/space/space.ts';
import type { Trial } from '../../core/records/trial.ts';
import { formatPercent, formatPlural } from '../format.ts';
import type { Dimension } from '../run/parameters.ts';
import { FAMILY_DIMENSION, levelOf } from '../run/parameters.ts';
import type { Theme } from '../theme.ts';
import { METRIC_SPECS, metricWords } from '../trial-metrics.ts';
import type { TrialMetric } from '../trial-metrics.ts';
import type { Titles } from '../words.ts';
import { configText, levelText, metricTitle, trialNumber, trialTitle } from '../words.ts';
import type { ChartView } from './chart.ts';
import { chartColors } from './chart.ts';
import { metricColour, metricScale } from './parts/colour-scale.ts';
import { extentOf } from './parts/axis-range.ts';
import { frame, orGap } from './parts/frame.ts';

export interface ParallelInput {
  readonly trials: readonly Trial[];
  readonly dimensions: readonly Dimension[];
  readonly metrics: readonly TrialMetric[];
  /** Gives the lines their colour. */
  readonly colour: TrialMetric;
  readonly titles: Titles;
  /** What costs are of; images when absent. */
  readonly noun?: Noun;
  readonly selected?: string | undefined;
  /** The others are dimmed. Nothing is when it is empty. */
  readonly brushed?: ReadonlySet<string>;
}

export interface ParallelAxis {
  readonly id: string;
  readonly title: string;
  /** On the axis; NaN where the student has no such thing. */
  readonly value: (trial: Trial) => number;
  /** Such a value in words. */
  readonly text: (value: number) => string;
}

/** Dimensions by the places of their levels, metrics by their logarithm where that suits them. */
export function parallelAxes({
  dimensions,
  metrics,
  titles,
  noun,
}: Pick<ParallelInput, 'dimensions' | 'metrics' | 'titles' | 'noun'>): readonly ParallelAxis[] {
  return [
    ...dimensions.map((dimension) => ({
      ...{ id: `dimension-${dimension.name}`, title: dimension.title },
      value: (trial: Trial): number => {
        const place = dimension.levels.indexOf(levelOf(trial, dimension.name) ?? '');
        return place < 0 ? NaN : place;
      },
      text: (place: number): string => levelWords(dimension.name, dimension.levels[place], titles, ''),
    })),
    ...metrics.map((metric) => ({
      ...{ id: `metric-${metric}`, title: metric === 'params' ? 'Params' : metricTitle(metric, noun) },
      value: (trial: Trial): number => {
        const value = METRIC_SPECS[metric].value(trial);
        return METRIC_SPECS[metric].isLog ? Math.log10(value) : value;
      },
      text: (value: number): string => METRIC_SPECS[metric].text(METRIC_SPECS[metric].isLog ? 10 ** value : value),
    })),
  ];
}

/** Students whose value lies in an interval of every axis that has one. */
export function studentsWithin(
  trials: readonly Trial[],
  axes: readonly ParallelAxis[],
  intervals: ReadonlyMap<string, readonly (readonly [number, number])[]>,
): readonly Trial[] {
  const asked = axes.flatMap((axis) => {
    const own = intervals.get(axis.id) ?? [];
    return own.length > 0 ? [{ axis, own }] : [];
  });
  if (asked.length === 0) return [];
  return trials.filter((trial) =>
    asked.every(({ axis, own }) => own.some(([low, high]) => axis.value(trial) >= low && axis.value(trial) <= high)),
  );
}

export function parallelChart(input: ParallelInput, theme: Theme): ChartView {
  const drawn = input.trials.filter((trial) => Number.isFinite(METRIC_SPECS[input.colour].value(trial)));
  const { dimensions, metrics, brushed } = input;
  return {
    option: optionOf(input, drawn, theme),
    summary:
      drawn.length === 0
        ? 'No student has finished yet.'
        : `${formatPlural(drawn.length, 'student')} through ${formatPlural(dimensions.length, 'parameter')} and ` +
          `${formatPlural(metrics.length, 'metric')}; ` +
          `${brushed && brushed.size > 0 ? `${brushed.size} selected` : 'none selected'}.`,
    table: {
      columns: [
        'Student',
        ...dimensions.map(({ title }) => title),
        ...metrics.map((metric) => metricTitle(metric, input.noun)),
      ],
      rows: drawn.map((trial) => [
        trialNumber(trial),
        ...dimensions.map(({ name }) => levelWords(name, levelOf(trial, name), input.titles, 'none')),
        ...metrics.map((metric) => METRIC_SPECS[metric].text(METRIC_SPECS[metric].value(trial))),
      ]),
    },
  };
}

function optionOf(input: ParallelInput, drawn: readonly Trial[], theme: Theme): EChartsOption {
  const colors = chartColors(theme);
  const base = frame(theme);
  const axes = parallelAxes(input);
  const colour = metricColour(input.colour, drawn, theme);
  const isBrushed = (trial: Trial): boolean => input.brushed?.has(trial.id) ?? false;
  const isDimmed = (trial: Trial): boolean => (input.brushed?.size ?? 0) > 0 && !isBrushed(trial);
  const plain = drawn.length > 2000 ? 0.12 : drawn.length > 200 ? 0.3 : 0.65;
  // What is drawn last lies on top.
  const order = (trial: Trial): number => (trial.id === input.selected ? 2 : isDimmed(trial) ? 0 : 1);
  const name = { color: colors.text, fontSize: 11, lineHeight: 13 };
  return {
    ...base,
    legend: { show: false },
    parallel: {
      ...{ left: 40, right: 136, top: 62, bottom: 22 },
      parallelAxisDefault: {
        ...{ nameLocation: 'end', nameGap: 12, nameTextStyle: name, realtime: false },
        axisLine: { lineStyle: { color: colors.line } },
        axisTick: { show: false },
        areaSelectStyle: { width: 18, borderColor: colors.accent, color: colors.accent, opacity: 0.22 },
      },
    },
    parallelAxis: axes.map((axis, dim) => ({
      ...{ dim, id: axis.id, name: wrapped(axis.title.replace(' (%)', '')), type: 'value' as const },
      ...scaleOf(input, axis, dim, drawn, theme),
      // Over the lines, else nobody reads the labels of a large run.
      z: 3,
    })),
    ...(drawn.length > 0 && metricScale(input.colour, drawn, theme, input.noun)),
    tooltip: { ...base.tooltip, trigger: 'item' },
    series: [
      {
        type: 'parallel',
        id: 'students',
        ...{ inactiveOpacity: 0.04, activeOpacity: 1, progressive: 5000, smooth: false },
        data: [...drawn]
          .sort((left, right) => order(left) - order(right))
          .map((trial) => ({
            name: trial.id,
            value: axes.map((axis) => orGap(axis.value(trial))),
            lineStyle: {
              color: trial.id === input.selected ? colors.text : colour(trial),
              width: trial.id === input.selected ? 3 : isBrushed(trial) ? 1.8 : 1.2,
              opacity: trial.id === input.selected || isBrushed(trial) ? 1 : isDimmed(trial) ? 0.06 : plain,
            },
            tooltip: { formatter: () => tooltipText(input, trial) },
          })),
      },
    ],
  };
}

/** Levels at whole places with room around them; metrics from their least to their greatest. */
function scaleOf(input: ParallelInput, axis: ParallelAxis, dim: number, drawn: readonly Trial[], theme: Theme) {
  const { text: color, panel } = chartColors(theme);
  // Lines go behind the words.
  const label = { color, fontSize: 11, backgroundColor: panel, padding: [1, 3], borderRadius: 2 };
  const dimension = input.dimensions[dim];
  if (dimension !== undefined) {
    return {
      ...{ min: -0.35, max: dimension.levels.length - 0.65 },
      axisLabel: { ...label, customValues: [...dimension.levels.keys()], formatter: axis.text },
    };
  }
  const metric = input.metrics[dim - input.dimensions.length] ?? input.colour;
  const { isLog, tick } = METRIC_SPECS[metric];
  const [low, high] = extentOf(drawn.map(axis.value));
  const text = (value: number): string => tick(isLog ? 10 ** value : value);
  // Of equal values one is told, in the middle.
  if (low === high) {
    return { min: low - 1, max: low + 1, axisLabel: { ...label, customValues: [low], formatter: text } };
  }
  const range = low > high ? { min: 0, max: 1 } : { min: low, max: high };
  return {
    ...range,
    splitNumber: 4,
    axisLabel: { ...label, showMinLabel: true, showMaxLabel: true, hideOverlap: true, formatter: text },
  };
}

/** ECharts cuts a name that is wider than its axis has room: words go below each other. */
function wrapped(title: string): string {
  const lines: string[] = [];
  for (const word of title.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 10) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines.join('\n');
}

function levelWords(dimension: string, level: Level | undefined, titles: Titles, none: string): string {
  if (level === undefined) return none;
  return dimension === FAMILY_DIMENSION ? titles.familyTitle(String(level)) : levelText(level);
}

function tooltipText({ metrics, titles }: ParallelInput, trial: Trial): string {
  return [
    `${trialTitle(trial)} · ${titles.familyTitle(trial.candidate.family)} · ` +
      `${formatPercent(trial.metrics['accuracy'], 2)}`,
    configText(trial.candidate, titles, '\n'),
    ...metrics
      .filter((metric) => metric !== 'accuracy')
      .map((metric) => metricWords(metric, METRIC_SPECS[metric].value(trial))),
  ].join('\n');
}

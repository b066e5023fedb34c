/** The marks and lines of the front: families, teacher, reference students, fronts now, earlier and
 * of other runs. */
import type { ScatterSeriesOption, SeriesOption } from 'echarts';
import type { Trial } from '../../../core/records/trial.ts';
import { formatCount, formatMilliseconds, formatPercent } from '../../format.ts';
import type { Theme } from '../../theme.ts';
import { METRIC_SPECS, metricWords } from '../../trial-metrics.ts';
import type { TrialMetric } from '../../trial-metrics.ts';
import { configText, roleOf, trialNumber, trialTitle, whyShort } from '../../words.ts';
import { chartColors, familyMark, markOf } from '../chart.ts';
import type { ChartColors } from '../chart.ts';
import { metricColour } from '../parts/colour-scale.ts';
import type { FrontInput, OtherRun } from './input.ts';
import { frontPoints, stepOf } from './points.ts';
import type { FrontPoint } from './points.ts';
import { levelLine } from '../parts/frame.ts';
import { teacherMark } from '../parts/picked.ts';
import { stairs } from '../parts/stairs.ts';
import type { Stairs } from '../parts/stairs.ts';

type Place = { readonly x: number; readonly y: number };
const placed = ({ x, y }: Place): [number, number] => [x, y];

/** The front that is shown, and dotted behind it the last one where an earlier one is shown. */
export function linesOf(
  input: FrontInput,
  points: readonly FrontPoint[],
  front: readonly FrontPoint[],
  theme: Theme,
): SeriesOption[] {
  const colors = chartColors(theme);
  const line = (id: string, name: string, members: readonly FrontPoint[], style: Partial<Stairs['lineStyle']>) =>
    stairs({
      ...{ id, name, step: stepOf(input.x), symbol: 'none', silent: true, z: 1 },
      data: members.map(placed),
      tooltip: { show: false },
      color: colors.accent,
      lineStyle: { color: colors.accent, width: 1.5, ...style },
    });
  const isEarlier = points.some(({ place }) => place === 'later');
  const last = isEarlier ? frontPoints(input.trials, input).filter(({ place }) => place === 'front') : [];
  return [
    ...line('staircase', 'Front', front, {}),
    ...(isEarlier ? line('last', 'In the end', last, { type: 'dotted', color: colors.muted }) : []),
  ];
}

export function otherSeries(
  input: FrontInput,
  run: OtherRun,
  front: readonly FrontPoint[],
  theme: Theme,
): SeriesOption[] {
  const { color, symbol } = markOf(run.place, theme);
  return stairs({
    ...{ id: `run-${run.id}`, name: run.name, step: stepOf(input.x), z: 3, color },
    ...{ symbol, symbolSize: 8, showSymbol: true },
    itemStyle: { color: chartColors(theme).panel, borderColor: color, borderWidth: 1.5 },
    lineStyle: { color, width: 1.5, type: 'dashed' },
    data: front.map((point) => ({
      ...{ id: point.trial.id, name: point.trial.id, value: placed(point) },
      tooltip: { formatter: () => `${run.name}\n${tooltipText(input, point)}` },
    })),
  });
}

/** Rings around the hand-designed students of each family. */
export function referenceSeries(points: readonly FrontPoint[], theme: Theme): ScatterSeriesOption[] {
  const references = points.filter(({ trial, place }) => roleOf(trial.why) === 'reference' && place !== 'later');
  if (references.length === 0) return [];
  const ring = { color: 'transparent', borderColor: chartColors(theme).text, borderWidth: 1.2 };
  return [
    {
      ...{ type: 'scatter', id: 'references', name: 'Reference', symbol: 'circle', symbolSize: 17 },
      ...{ silent: true, z: 3, itemStyle: ring, data: references.map(placed) },
    },
  ];
}

export function teacherSeries(input: FrontInput, teacher: Place, theme: Theme): ScatterSeriesOption {
  const isHeight = input.y === 'accuracy' || input.y === 'testAccuracy';
  const numbers = `${metricWords(input.y, teacher.y)} · ${metricWords(input.x, teacher.x)}`;
  const look = { color: chartColors(theme).teacher, opacity: 0.55 };
  return {
    ...{ ...teacherMark(placed(teacher), `${input.teacher?.title ?? ''}\n${numbers}`, theme), z: 3 },
    ...(isHeight && { markLine: levelLine(teacher.y, look, { show: false }) }),
  };
}

export function familySeries(
  input: FrontInput,
  points: readonly FrontPoint[],
  family: string,
  theme: Theme,
): ScatterSeriesOption {
  const colors = chartColors(theme);
  const mark = familyMark(family, theme);
  const trials = points.map(({ trial }) => trial);
  const colourOf = input.colour && metricColour(input.colour, trials, theme);
  return {
    ...{ type: 'scatter', id: `family-${family}`, name: input.titles.familyTitle(family), symbol: mark.symbol },
    itemStyle: { color: input.colour ? colors.muted : mark.color },
    // ECharts' default of 400 points a frame takes seconds over tens of thousands.
    progressive: 5000,
    z: 4,
    data: points
      .filter((point) => point.trial.candidate.family === family)
      .map((point) => {
        const { id } = point.trial;
        const isSelected = id === input.selected;
        const isPinned = input.pinned?.includes(id) ?? false;
        const isBrushed = input.brushed?.has(id) ?? false;
        const color = point.place === 'infeasible' ? colors.faint : colourOf?.(point.trial);
        return {
          id,
          name: id,
          value: placed(point),
          symbolSize: (point.place === 'front' ? 12 : 8) + (isSelected ? 5 : 0),
          itemStyle: {
            ...(color !== undefined && { color }),
            opacity: opacityOf(input, point, isSelected || isPinned, isBrushed),
            borderColor: isSelected || isBrushed ? colors.text : isPinned ? colors.accent : colors.panel,
            borderWidth: isSelected || isPinned ? 2.5 : 1,
          },
          label: labelOf(point, isPinned, colors),
          tooltip: { formatter: () => tooltipText(input, point) },
        };
      }),
  };
}

export function opacityOf(
  { brushed }: FrontInput,
  { place }: FrontPoint,
  isMarked: boolean,
  isBrushed: boolean,
): number {
  if (isMarked || isBrushed) return 1;
  if (brushed && brushed.size > 0) return 0.16;
  return place === 'front' ? 1 : place === 'later' ? 0.14 : 0.42;
}

function labelOf(point: FrontPoint, isPinned: boolean, colors: ChartColors) {
  const words = [point.isKnee ? 'knee' : '', isPinned ? trialNumber(point.trial) : ''].filter((word) => word !== '');
  if (words.length === 0) return { show: false };
  const place = { position: 'bottom' as const, distance: 6, color: colors.text, fontSize: 11, opacity: 1 };
  // Over a cloud words need a ground of their own.
  const ground = { textBorderColor: colors.panel, textBorderWidth: 3 };
  return { show: true, formatter: words.join(' '), ...place, ...ground };
}

const latencyText = ({ metrics: { latencyMs } }: Trial): string =>
  latencyMs === undefined ? '' : ` · ${formatMilliseconds(latencyMs)}`;

const STANDINGS = {
  front: 'on the front',
  dominated: 'dominated',
  infeasible: 'infeasible',
  later: 'finished later',
} as const satisfies Readonly<Record<FrontPoint['place'], string>>;

export function tooltipText(input: FrontInput, { trial, place, isKnee }: FrontPoint): string {
  const standing = isKnee ? 'on the front, its knee' : STANDINGS[place];
  const predicted = trial.why.predicted;
  const isTold = (metric: TrialMetric): boolean =>
    metric === 'accuracy' || metric === 'params' || metric === 'macs' || metric === 'latencyMs';
  const more = [...new Set([input.y, input.x, ...(input.colour ? [input.colour] : [])])].filter((one) => !isTold(one));
  return [
    `${trialTitle(trial)} · ${input.titles.familyTitle(trial.candidate.family)} · ${standing}`,
    `${formatPercent(trial.metrics['accuracy'], 2)} validation · ${formatCount(trial.params)} params · ` +
      `${formatCount(trial.macs)} MACs${latencyText(trial)}`,
    ...more.map((metric) => metricWords(metric, METRIC_SPECS[metric].value(trial))),
    configText(trial.candidate, input.titles, '\n'),
    `Why: ${whyShort(trial.why)}`,
    ...(predicted
      ? [`Predicted ${formatPercent(predicted.mean)} ± ${(predicted.deviation * 100).toFixed(1)} points`]
      : []),
  ].join('\n');
}

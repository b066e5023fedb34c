/** What the surrogate predicted of each student before it was trained, as its 95 % interval, and
 * what came of it. */
import type { SeriesOption } from 'echarts';
import type { Predicted } from '../../core/strategies/explain.ts';
import { INTERVALS } from '../../core/surrogate/calibration.ts';
import { formatExact, formatPercent, formatPlural, formatPoints } from '../format.ts';
import type { Theme } from '../theme.ts';
import { trialNumber } from '../words.ts';
import type { ChartTable, ChartView } from './chart.ts';
import { chartColors, familyMark } from './chart.ts';
import type { AxisRange } from './parts/axis-range.ts';
import { extentOf } from './parts/axis-range.ts';
import { frame, orGap, searchAxis, tickLabels, yAxis } from './parts/frame.ts';
import { pickedSeries } from './parts/picked.ts';
import type { PickedStudents, RingPlace } from './parts/picked.ts';

export interface PredictionsInput extends PickedStudents {
  /** In the order of the trials. */
  readonly predictions: readonly Predicted[];
  readonly budget: number;
  /** Of a trial, where it is known: what a click opens. */
  readonly idOf: (trial: number) => string | undefined;
  readonly familyTitle: (family: string) => string;
}

const WIDTH = INTERVALS.find(({ level }) => level === 0.95)?.width ?? 2;
/** An interval is this wide in the picture, or less where there are many. */
const BAR = 7;
/** Between two labels of the scale. */
const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

const rangeOf = ({ mean, deviation }: Predicted): readonly [number, number] => [
  mean - WIDTH * deviation,
  mean + WIDTH * deviation,
];

export const isOutside = (predicted: Predicted): boolean =>
  Math.abs(predicted.outcome - predicted.mean) > WIDTH * predicted.deviation;

export function predictionsChart(input: PredictionsInput, theme: Theme): ChartView {
  const base = frame(theme);
  const { predictions } = input;
  const families = [...new Set(predictions.map(({ family }) => family))];
  return {
    summary: summaryOf(input),
    table: tableOf(input),
    option: {
      ...base,
      legend: { ...base.legend, data: families.map(input.familyTitle) },
      xAxis: searchAxis(theme, Math.max(input.budget, (predictions.at(-1)?.trial ?? 0) + 1)),
      yAxis: yAxis(theme, {
        type: 'value',
        name: 'Validation accuracy (%)',
        ...scaleOf(predictions.flatMap((one) => [...rangeOf(one), one.outcome])),
        axisLabel: tickLabels(theme, (value) => String(Number((value * 100).toFixed(1)))),
      }),
      series: [
        ...intervalSeries(predictions, theme),
        ...families.map((family) => outcomeSeries(family, input, theme)),
        ...pickedSeries(input, (id) => ringsOf(id, input), theme),
      ],
    },
  };
}

/** Whole steps around all numbers, six at most, up to one. */
function scaleOf(numbers: readonly number[]): AxisRange {
  const [low, high] = extentOf(numbers);
  if (low > high) return {};
  const interval = STEPS.find((step) => high - low <= 6 * step) ?? 1;
  const tidy = (steps: number): number => Number((steps * interval).toFixed(2));
  return { min: tidy(Math.floor(low / interval)), max: Math.min(1, tidy(Math.ceil(high / interval))), interval };
}

/** Stacked: the lower end, unseen, and on it the length of the interval; the mean is a short line
 * across. */
function intervalSeries(predictions: readonly Predicted[], theme: Theme): readonly SeriesOption[] {
  const colors = chartColors(theme);
  const width = Math.max(2, Math.min(BAR, 300 / Math.max(1, predictions.length)));
  const shape = { type: 'bar', stack: 'interval', silent: true, barWidth: width, tooltip: { show: false } } as const;
  return [
    {
      ...{ ...shape, id: 'low', itemStyle: { color: 'transparent' } },
      data: predictions.map((one) => [one.trial + 1, rangeOf(one)[0]]),
    },
    {
      ...{ ...shape, id: 'interval', itemStyle: { color: colors.faint, opacity: 0.45, borderRadius: 2 } },
      data: predictions.map((one) => [one.trial + 1, rangeOf(one)[1] - rangeOf(one)[0]]),
    },
    {
      ...{ type: 'scatter', id: 'mean', silent: true, symbol: 'rect', symbolSize: [width + 3, 1.5], z: 3 },
      ...{ color: colors.muted, tooltip: { show: false } },
      data: predictions.map(({ trial, mean }) => [trial + 1, mean]),
    },
  ];
}

function ringsOf(id: string, { predictions, idOf }: PredictionsInput): readonly RingPlace[] {
  return predictions
    .filter((one) => idOf(one.trial) === id && Number.isFinite(one.outcome))
    .map((one) => ({ value: [one.trial + 1, one.outcome], size: 19 }));
}

/** One that lies outside of its interval has a ring of the text's colour. */
function outcomeSeries(family: string, input: PredictionsInput, theme: Theme): SeriesOption {
  const { color, symbol } = familyMark(family, theme);
  const { text } = chartColors(theme);
  return {
    ...{ type: 'scatter', id: `outcome-${family}`, name: input.familyTitle(family), color, symbol, z: 4 },
    symbolSize: input.predictions.length > 200 ? 6 : 9,
    data: input.predictions
      .filter((one) => one.family === family)
      .map((one) => ({
        name: input.idOf(one.trial) ?? '',
        value: [one.trial + 1, orGap(one.outcome)],
        itemStyle: isOutside(one) ? { borderColor: text, borderWidth: 1.6 } : {},
        tooltip: { formatter: () => tooltipText(one, input) },
      })),
  };
}

const points = (share: number): string => (share * 100).toFixed(1);

function tooltipText(one: Predicted, { familyTitle }: PredictionsInput): string {
  const gap = one.outcome - one.mean;
  return [
    `Student #${one.trial + 1} · ${familyTitle(one.family)}`,
    `Predicted ${formatPercent(one.mean)} ± ${points(one.deviation)} points`,
    `Reached ${formatPercent(one.outcome)}: ${formatPoints(gap)}, ` +
      `${(Math.abs(gap) / one.deviation).toFixed(1)} deviations`,
  ].join('\n');
}

function summaryOf({ predictions }: PredictionsInput): string {
  if (predictions.length === 0) return 'No prediction has met its outcome yet.';
  const held = predictions.filter((one) => !isOutside(one)).length;
  return (
    `${formatExact(held)} of ${formatPlural(predictions.length, 'outcome')} lie within the 95 % interval that ` +
    'was predicted.'
  );
}

function tableOf({ predictions, familyTitle }: PredictionsInput): ChartTable {
  return {
    columns: ['Student', 'Family', 'Predicted', 'Deviation (points)', 'Reached', 'Off by', 'In deviations', '95 %'],
    rows: predictions.map((one) => [
      trialNumber({ number: one.trial }),
      familyTitle(one.family),
      formatPercent(one.mean, 2),
      points(one.deviation),
      formatPercent(one.outcome, 2),
      formatPoints(one.outcome - one.mean),
      ((one.outcome - one.mean) / one.deviation).toFixed(2).replace('-', '−'),
      isOutside(one) ? 'outside' : 'within',
    ]),
  };
}

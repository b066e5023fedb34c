/** Validation accuracy by epoch for several students: the raw line faint under the smoothed one. */
import type { EpochPoint } from '../../core/records/epoch.ts';
import { formatPercent, formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import type { AxisRange } from './parts/axis-range.ts';
import type { ChartView, MarkPlace } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import { extentOf } from './parts/axis-range.ts';
import { LINE_LEGEND, axisTooltip, countAxis, frame, levelLine, orGap, tickLabels, yAxis } from './parts/frame.ts';

export interface Curve {
  readonly id: string;
  readonly title: string;
  readonly points: readonly EpochPoint[];
  /** Of its mark, where other charts show the same network; its place among the curves when
   * absent. */
  readonly place?: MarkPlace | undefined;
}

export interface CurvesInput {
  readonly curves: readonly Curve[];
  readonly metric: 'validationAccuracy' | 'validationLoss' | 'trainLoss';
  /** Weight of the past in the exponential mean, [0, 1), of long curves; 0 shows the raw line
   * alone. */
  readonly smoothing: number;
  /** Epochs asked for, where the axis shall not grow with the curves. */
  readonly epochs?: number;
  /** What the curves are of. */
  readonly noun?: string;
  /** Drawn as a dashed line; accuracy only. */
  readonly teacherAccuracy?: number | undefined;
}

export const CURVE_TITLES = {
  validationAccuracy: 'Validation accuracy (%)',
  validationLoss: 'Validation loss (nats)',
  trainLoss: 'Training loss (nats)',
} as const satisfies Readonly<Record<CurvesInput['metric'], string>>;

/** Of fewer epochs every value counts: a mean would lag behind them, and end beside the last
 * one. */
export const LEAST_SMOOTHED = 20;

export const isSmoothable = ({ points }: Pick<Curve, 'points'>): boolean => points.length >= LEAST_SMOOTHED;

/** Less than this share of a value is what smoothing leaves of equal ones. */
const EQUAL = 1e-6;

/** Around values that are all the same; none where they differ, and the chart finds its own. */
function levelRange({ curves, metric }: CurvesInput, teacher?: number): AxisRange {
  const [low, high] = extentOf(curves.flatMap(({ points }) => points.map((point) => point[metric])));
  if (low > high || high - low > EQUAL * Math.max(Math.abs(high), Math.abs(low))) return {};
  const room = metric === 'validationAccuracy' ? 0.05 : Math.abs(high) / 10 || 1;
  const [min, max] = [low - room, high + room];
  if (teacher === undefined) return { min, max };
  const around = teacherRange(teacher);
  return { min: around.min({ min }) ?? min, max: around.max({ max }) ?? max };
}

/** The teacher's line is no value of a curve: where the axis would end before it, it goes to the
 * next twentieth. */
function teacherRange(teacher: number) {
  return {
    min: ({ min }: { readonly min: number }) => (min <= teacher ? undefined : Math.floor(teacher * 20) / 20),
    max: ({ max }: { readonly max: number }) => (max >= teacher ? undefined : Math.ceil(teacher * 20) / 20),
  };
}

export function curvesChart(input: CurvesInput, theme: Theme): ChartView {
  const base = frame(theme);
  const isAccuracy = input.metric === 'validationAccuracy';
  const show = (value: number): string => (isAccuracy ? formatPercent(value, 2) : value.toFixed(3));
  const teacher = isAccuracy ? input.teacherAccuracy : undefined;
  const epochs = Math.max(1, input.epochs ?? 0, ...input.curves.map(({ points }) => points.at(-1)?.epoch ?? 0));
  return {
    summary: curvesSummary(input, show),
    table: curvesTable(input, show),
    option: {
      ...base,
      legend: { ...base.legend, ...LINE_LEGEND },
      xAxis: countAxis(theme, 'Epoch', epochs),
      yAxis: yAxis(theme, {
        type: 'value',
        name: CURVE_TITLES[input.metric],
        scale: true,
        ...(teacher !== undefined && teacherRange(teacher)),
        ...levelRange(input, teacher),
        axisLabel: tickLabels(theme, (value) => String(isAccuracy ? Number((value * 100).toFixed(1)) : value)),
      }),
      tooltip: axisTooltip(base, (epoch) => tooltipText(input, epoch, show)),
      series: input.curves.flatMap((curve, index) => {
        const { color, symbol } = markOf(curve.place ?? index, theme);
        const raw = curve.points.map((point) => [point.epoch, orGap(point[input.metric])]);
        const isSmoothed = input.smoothing > 0 && isSmoothable(curve);
        const smoothed = smooth(
          curve.points.map((point) => point[input.metric]),
          input.smoothing,
        );
        const showSymbol = raw.length <= 30;
        const shape = { type: 'line' as const, symbol, symbolSize: showSymbol ? 6 : 0, showSymbol };
        const main = {
          ...{ ...shape, id: `${curve.id}-main`, name: curve.title, color, lineStyle: { color, width: 2 } },
          data: isSmoothed ? smoothed.map((value, at) => [raw[at]?.[0] ?? 0, orGap(value)]) : raw,
          // One dashed line for the teacher, on the first curve.
          ...(index === 0 && teacher !== undefined && { markLine: teacherLine(teacher, theme) }),
        };
        if (!isSmoothed) return [main];
        const faint = { ...shape, id: `${curve.id}-raw`, color, data: raw, showSymbol: false, silent: true };
        return [{ ...faint, lineStyle: { color, width: 1, opacity: 0.35 }, tooltip: { show: false } }, main];
      }),
    },
  };
}

/** Exponential mean with its start corrected (Kingma and Ba 2015, section 3); what is not finite is
 * passed over. */
function smooth(values: readonly number[], weight: number): readonly number[] {
  let mean = 0;
  let share = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return NaN;
    mean = weight * mean + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return mean / share;
  });
}

function teacherLine(accuracy: number, theme: Theme) {
  const { teacher, muted } = chartColors(theme);
  const label = { formatter: 'teacher', position: 'insideEndTop', color: muted, fontSize: 11 } as const;
  return levelLine(accuracy, { color: teacher, opacity: 0.6 }, label);
}

function tooltipText(input: CurvesInput, epoch: number, show: (value: number) => string): string {
  const lines = input.curves.flatMap((curve) => {
    const point = curve.points.find((one) => one.epoch === epoch);
    return point ? [`${curve.title}: ${show(point[input.metric])}`] : [];
  });
  return [`Epoch ${epoch}`, ...lines].join('\n');
}

function curvesSummary(input: CurvesInput, show: (value: number) => string): string {
  const drawn = input.curves.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return 'No epoch has ended yet.';
  const ends = drawn.map(({ title, points }) => `${title} ends at ${show(points.at(-1)?.[input.metric] ?? NaN)}`);
  return (
    `${CURVE_TITLES[input.metric]} of ${formatPlural(drawn.length, input.noun ?? 'student')}. ` +
    `${ends.slice(0, 4).join('; ')}.`
  );
}

function curvesTable(input: CurvesInput, show: (value: number) => string): ChartView['table'] {
  const epochs = Math.max(0, ...input.curves.map(({ points }) => points.at(-1)?.epoch ?? 0));
  return {
    columns: ['Epoch', ...input.curves.map(({ title }) => title)],
    rows: Array.from({ length: epochs }, (_, index) => [
      String(index + 1),
      ...input.curves.map(({ points }) => {
        const point = points.find(({ epoch }) => epoch === index + 1);
        return point ? show(point[input.metric]) : '';
      }),
    ]),
  };
}

export const testing = { smooth };

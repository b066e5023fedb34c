/**
 * The Pareto front of a run: any two metrics of its students, every student by family (or by a
 * third metric), teacher, reference students, knee and earlier fronts marked, fronts of other runs
 * beside it.
 */
import type { EChartsOption } from 'echarts';
import { formatExact, formatPlural } from '../../format.ts';
import type { Theme } from '../../theme.ts';
import { axisTitle, METRIC_SPECS, metricWords } from '../../trial-metrics.ts';
import type { TrialMetric } from '../../trial-metrics.ts';
import { metricTitle, trialNumber, whyShort } from '../../words.ts';
import { logRange, shareRange } from '../parts/axis-range.ts';
import type { ChartView } from '../chart.ts';
import { metricScale } from '../parts/colour-scale.ts';
import type { FrontInput } from './input.ts';
import { frontClouds } from './cloud.ts';
import type { FrontClouds } from './cloud.ts';
import {
  familySeries,
  linesOf,
  opacityOf,
  otherSeries,
  referenceSeries,
  teacherSeries,
  tooltipText,
} from './series.ts';
import { frontPoints } from './points.ts';
import type { FrontPoint } from './points.ts';
import { frame, tickLabels, xAxis, yAxis } from '../parts/frame.ts';

export function frontChart(input: FrontInput, theme: Theme): ChartView {
  const points = frontPoints(input.trials, input, input.after);
  const front = points.filter(({ place }) => place === 'front');
  const clouds = frontClouds(
    input,
    points,
    theme,
    (point) => opacityOf(input, point, false, false),
    (point) => tooltipText(input, point),
  );
  const edges = { left: 56, right: input.colour ? 112 : 20, top: 34, bottom: 42 };
  return {
    option: frontOption(input, points, front, clouds, { theme, edges }),
    edges,
    summary: frontSummary(input, points, front),
    // Written when it is asked for: the picture is redrawn far more often than read as rows.
    get table() {
      return {
        columns: [
          'Student',
          'Family',
          metricTitle(input.y, input.noun),
          metricTitle(input.x, input.noun),
          'Place',
          'Why',
        ],
        rows: points.map((point) => [
          trialNumber(point.trial),
          input.titles.familyTitle(point.trial.candidate.family),
          METRIC_SPECS[input.y].text(point.y),
          cellText(input.x, point.x),
          point.isKnee ? 'front, knee' : point.place,
          whyShort(point.trial.why),
        ]),
      };
    },
    datumIds: clouds.datumIds,
  };
}

/** Counts in full. */
function cellText(metric: TrialMetric, value: number): string {
  return metric === 'params' || metric === 'macs' ? formatExact(value) : METRIC_SPECS[metric].text(value);
}

function frontOption(
  input: FrontInput,
  points: readonly FrontPoint[],
  front: readonly FrontPoint[],
  clouds: FrontClouds,
  { theme, edges }: { readonly theme: Theme; readonly edges: NonNullable<ChartView['edges']> },
): EChartsOption {
  const base = frame(theme);
  const trials = points.map(({ trial }) => trial);
  const families = [...new Set(points.map((point) => point.trial.candidate.family))].sort();
  const teacher = teacherPoint(input);
  const others = (input.others ?? []).map((run) => ({
    run,
    front: frontPoints(run.trials, input).filter(({ place }) => place === 'front'),
  }));
  const isTeacherIn = teacher !== undefined && (input.isWhole ?? true);
  const shown = [...points, ...others.flatMap((other) => other.front), ...(isTeacherIn ? [teacher] : [])];
  const [xs, ys] = [shown.map(({ x }) => x), shown.map(({ y }) => y)];
  return {
    ...base,
    ...(input.colour && metricScale(input.colour, trials, theme, input.noun)),
    grid: edges,
    xAxis: xAxis(theme, { ...axisOf(input.x, input.isLogX, xs, theme, input.noun), ...endsOf(input.window?.x) }),
    yAxis: yAxis(theme, { ...axisOf(input.y, input.isLogY, ys, theme, input.noun), ...endsOf(input.window?.y) }),
    series: [
      ...linesOf(input, points, front, theme),
      ...others.flatMap((other) => otherSeries(input, other.run, other.front, theme)),
      // Before the clouds of the same names: the legend shows their marks.
      ...families.map((family) => familySeries(input, clouds.rest, family, theme)),
      ...clouds.series,
      ...referenceSeries(points, theme),
      ...(teacher ? [teacherSeries(input, teacher, theme)] : []),
    ],
  };
}

const endsOf = (ends: readonly [number, number] | undefined) =>
  ends === undefined ? {} : { min: ends[0], max: ends[1], interval: undefined };

function axisOf(
  metric: TrialMetric,
  wanted: boolean | undefined,
  values: readonly number[],
  theme: Theme,
  noun: FrontInput['noun'],
) {
  const { isLog, isShare = false, tick } = METRIC_SPECS[metric];
  // A logarithmic axis has no place for what is not positive.
  const log = (wanted ?? isLog) && values.every((value) => value > 0);
  return {
    type: log ? ('log' as const) : ('value' as const),
    name: axisTitle(metric, log, noun),
    ...(log ? logRange(values) : isShare ? shareRange(values) : { scale: true }),
    axisLabel: tickLabels(theme, tick),
    axisPointer: { show: false },
  };
}

/** Undefined where the teacher has no such number: its latency and its training time are not
 * measured. */
function teacherPoint({ teacher, x, y }: FrontInput): { readonly x: number; readonly y: number } | undefined {
  if (teacher === undefined) return undefined;
  const known: Readonly<Partial<Record<TrialMetric, number | undefined>>> = teacher;
  const at = { x: known[x] ?? NaN, y: known[y] ?? NaN };
  return Number.isFinite(at.x) && Number.isFinite(at.y) ? at : undefined;
}

/** Where the axes do not reach it. */
function teacherWords(input: FrontInput): string {
  const teacher = teacherPoint(input);
  if (teacher === undefined || (input.isWhole ?? true)) return '';
  return ` Teacher: ${metricWords(input.y, teacher.y)} at ${metricWords(input.x, teacher.x)}.`;
}

function frontSummary(input: FrontInput, points: readonly FrontPoint[], front: readonly FrontPoint[]): string {
  if (points.length === 0) return 'No student has finished yet.';
  const [first, last] = [front[0], front.at(-1)];
  const knee = front.find((point) => point.isKnee);
  const heightWords = (y: number): string =>
    input.y === 'accuracy' ? METRIC_SPECS.accuracy.text(y) : metricWords(input.y, y);
  const at = ({ x, y }: FrontPoint): string => `${heightWords(y)} at ${metricWords(input.x, x)}`;
  const counted = points.filter(({ place }) => place !== 'later').length;
  return [
    counted < points.length ? `After ${formatPlural(counted, 'student')}: ` : '',
    `${formatPlural(front.length, 'student')} of ${formatExact(counted)} on the front`,
    first && last && front.length > 1 ? `, from ${at(first)} to ${at(last)}` : last ? `: ${at(last)}` : '',
    knee ? `; knee at ${at(knee)}` : '',
    '.',
    teacherWords(input),
    input.others && input.others.length > 0
      ? ` Beside it the fronts of ${input.others.map(({ name }) => name).join(', ')}.`
      : '',
  ].join('');
}

/** The Pareto front: accuracy against a cost on a logarithmic axis, every student by family, teacher and references marked. */
import type { EChartsOption } from 'echarts';
import type { Objective } from '../../core/objective.ts';
import { isFeasible, kneePoint, paretoFront } from '../../core/pareto.ts';
import type { Limit } from '../../core/objective.ts';
import type { SearchConfig } from '../../core/run.ts';
import type { Trial } from '../../core/trial.ts';
import { formatCount, formatExact, formatMilliseconds, formatPercent, formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import type { Titles } from '../words.ts';
import { configText, metricTitle, trialNumber, trialTitle, whyShort } from '../words.ts';
import type { ChartView } from './chart.ts';
import { chartColors, familyMark } from './chart.ts';
import { frame, xAxis, yAxis } from './frame.ts';

export type CostMetric = 'params' | 'macs' | 'latencyMs';

/** What is known or was measured of a student; NaN where a latency was not. */
export function costOfTrial(trial: Trial, cost: CostMetric): number {
  return cost === 'latencyMs' ? (trial.metrics[cost] ?? NaN) : trial[cost];
}

const formatCost = (cost: CostMetric, value: number): string =>
  cost === 'latencyMs' ? formatMilliseconds(value) : formatCount(value);

/** The cost that a run's front is first shown against: its reward's, or its first objective after accuracy. */
export function costTraded({ objectives, reward }: Pick<SearchConfig, 'objectives' | 'reward'>): CostMetric {
  if (reward) return reward.cost;
  const metrics: readonly string[] = objectives.map(({ metric }) => metric);
  const costs: readonly CostMetric[] = ['params', 'macs', 'latencyMs'];
  const traded = costs.filter((cost) => metrics.includes(cost));
  return traded.sort((left, right) => metrics.indexOf(left) - metrics.indexOf(right))[0] ?? 'macs';
}

export interface FrontInput {
  readonly trials: readonly Trial[];
  readonly cost: CostMetric;
  readonly limits: readonly Limit[];
  readonly teacher?: {
    readonly title: string;
    readonly accuracy: number;
    readonly params: number;
    readonly macs: number;
  };
  readonly titles: Titles;
  readonly selected?: string;
  readonly pinned?: readonly string[];
}

export interface FrontPoint {
  readonly trial: Trial;
  readonly cost: number;
  readonly accuracy: number;
  readonly place: 'front' | 'dominated' | 'infeasible';
  readonly isKnee: boolean;
}

/** Finished students with a finite accuracy, by rising cost. */
export function frontPoints(
  trials: readonly Trial[],
  cost: CostMetric,
  limits: readonly Limit[],
): readonly FrontPoint[] {
  const objectives: readonly Objective[] = [
    { metric: 'accuracy', goal: 'maximize', known: false },
    { metric: cost, goal: 'minimize', known: cost !== 'latencyMs' },
  ];
  const measured = trials.filter(
    (trial) => Number.isFinite(trial.metrics['accuracy'] ?? NaN) && Number.isFinite(costOfTrial(trial, cost)),
  );
  const metricsOf = (trial: Trial) => ({ ...trial.metrics, params: trial.params, macs: trial.macs });
  const feasible = measured.filter((trial) => isFeasible(metricsOf(trial), limits));
  const metrics = feasible.map(metricsOf);
  const onFront = new Set(paretoFront(metrics, objectives).map((index) => feasible[index]));
  const knee = feasible[kneePoint(metrics, objectives) ?? -1];
  const isFeasibleTrial = new Set(feasible);
  return measured
    .map((trial) => ({
      trial,
      cost: costOfTrial(trial, cost),
      accuracy: trial.metrics['accuracy'] ?? NaN,
      place: onFront.has(trial)
        ? ('front' as const)
        : isFeasibleTrial.has(trial)
          ? ('dominated' as const)
          : ('infeasible' as const),
      isKnee: trial === knee,
    }))
    .sort((left, right) => left.cost - right.cost || left.accuracy - right.accuracy);
}

export function frontChart(input: FrontInput, theme: Theme): ChartView {
  const points = frontPoints(input.trials, input.cost, input.limits);
  const front = points.filter((point) => point.place === 'front');
  return {
    option: frontOption(input, points, front, theme),
    summary: frontSummary(input, points, front),
    table: {
      columns: ['Student', 'Family', metricTitle('accuracy'), metricTitle(input.cost), 'Place', 'Why'],
      rows: points.map((point) => [
        trialNumber(point.trial),
        input.titles.familyTitle(point.trial.candidate.family),
        formatPercent(point.accuracy, 2),
        formatExact(point.cost),
        point.isKnee ? 'front, knee' : point.place,
        whyShort(point.trial.why),
      ]),
    },
  };
}

function frontOption(
  input: FrontInput,
  points: readonly FrontPoint[],
  front: readonly FrontPoint[],
  theme: Theme,
): EChartsOption {
  const colors = chartColors(theme);
  const families = [...new Set(points.map((point) => point.trial.candidate.family))].sort();
  // A teacher's latency is not measured: it has no place on that axis.
  const teacher =
    input.cost === 'latencyMs' ? undefined : input.teacher && { ...input.teacher, cost: input.teacher[input.cost] };
  const accuracies = [...points.map((point) => point.accuracy), ...(teacher ? [teacher.accuracy] : [])];
  const costs = [...points.map((point) => point.cost), ...(teacher ? [teacher.cost] : [])];
  const base = frame(theme);
  return {
    ...base,
    xAxis: xAxis(theme, {
      type: 'log',
      name: `${metricTitle(input.cost)} (log scale)`,
      ...logRange(costs),
      axisLabel: { color: colors.muted, fontSize: 11, formatter: (value: number) => formatCount(value) },
      axisPointer: { show: false },
    }),
    yAxis: yAxis(theme, {
      type: 'value',
      name: metricTitle('accuracy'),
      ...accuracyRange(accuracies),
      axisLabel: { color: colors.muted, fontSize: 11, formatter: (value: number) => (value * 100).toFixed(0) },
    }),
    series: [
      {
        type: 'line',
        name: 'Front',
        id: 'staircase',
        step: 'end',
        data: front.map((point) => [point.cost, point.accuracy]),
        symbol: 'none',
        silent: true,
        tooltip: { show: false },
        color: colors.accent,
        lineStyle: { color: colors.accent, width: 1.5 },
        z: 1,
      },
      ...families.map((family) => familySeries(input, points, family, theme)),
      ...(teacher
        ? [
            {
              type: 'scatter' as const,
              id: 'teacher',
              name: 'Teacher',
              symbol: 'path://M0,-10 L2.4,-3.1 9.5,-3.1 3.8,1.2 5.9,8.1 0,4 -5.9,8.1 -3.8,1.2 -9.5,-3.1 -2.4,-3.1 Z',
              symbolSize: 16,
              itemStyle: { color: colors.teacher },
              data: [{ value: [teacher.cost, teacher.accuracy] }],
              tooltip: {
                formatter: () =>
                  `${teacher.title}\n${formatPercent(teacher.accuracy)} validation · ${formatCount(teacher.cost)} ${input.cost === 'macs' ? 'MACs' : 'params'}`,
              },
              markLine: {
                silent: true,
                symbol: 'none',
                // ECharts would round the place of the line to two decimals, a whole point of accuracy.
                precision: 6,
                lineStyle: { color: colors.teacher, type: 'dashed' as const, opacity: 0.55, width: 1 },
                label: { show: false },
                data: [{ yAxis: teacher.accuracy }],
              },
              z: 3,
            },
          ]
        : []),
    ],
  };
}

function familySeries(input: FrontInput, points: readonly FrontPoint[], family: string, theme: Theme) {
  const colors = chartColors(theme);
  const mark = familyMark(family, theme);
  return {
    type: 'scatter' as const,
    id: `family-${family}`,
    name: input.titles.familyTitle(family),
    symbol: mark.symbol,
    itemStyle: { color: mark.color },
    // ECharts' default of 400 points a frame takes seconds over tens of thousands.
    progressive: 5000,
    z: 4,
    data: points
      .filter((point) => point.trial.candidate.family === family)
      .map((point) => {
        const { id, why } = point.trial;
        const isSelected = id === input.selected;
        const isPinned = input.pinned?.includes(id) ?? false;
        const ring = isSelected
          ? colors.text
          : isPinned
            ? colors.accent
            : why.source === 'reference'
              ? colors.text
              : colors.panel;
        return {
          id,
          name: id,
          value: [point.cost, point.accuracy],
          symbolSize: (point.place === 'front' ? 12 : 8) + (isSelected ? 5 : 0),
          itemStyle: {
            ...(point.place === 'infeasible' && { color: colors.faint }),
            opacity: point.place === 'front' || isSelected ? 1 : 0.42,
            borderColor: ring,
            borderWidth: isSelected || isPinned ? 2.5 : why.source === 'reference' ? 1.5 : 1,
          },
          label: labelOf(point, isPinned, colors),
          tooltip: { formatter: () => tooltipText(input, point) },
        };
      }),
  };
}

function labelOf(point: FrontPoint, isPinned: boolean, colors: ReturnType<typeof chartColors>) {
  const words = [point.isKnee ? 'knee' : '', isPinned ? trialNumber(point.trial) : ''].filter((word) => word !== '');
  if (words.length === 0) return { show: false };
  const place = { position: 'bottom' as const, distance: 6, color: colors.text, fontSize: 11, opacity: 1 };
  return { show: true, formatter: words.join(' '), ...place };
}

const latencyText = ({ metrics: { latencyMs } }: Trial): string =>
  latencyMs === undefined ? '' : ` · ${formatMilliseconds(latencyMs)}`;

function tooltipText(input: FrontInput, { trial, accuracy, place, isKnee }: FrontPoint): string {
  const standing = isKnee ? 'on the front, its knee' : place === 'front' ? 'on the front' : place;
  const predicted = trial.why.predicted;
  return [
    `${trialTitle(trial)} · ${input.titles.familyTitle(trial.candidate.family)} · ${standing}`,
    `${formatPercent(accuracy, 2)} validation · ${formatCount(trial.params)} params · ${formatCount(trial.macs)} MACs${latencyText(trial)}`,
    configText(trial.candidate, input.titles, '\n'),
    `Why: ${whyShort(trial.why)}`,
    ...(predicted
      ? [`Predicted ${formatPercent(predicted.mean)} ± ${(predicted.deviation * 100).toFixed(1)} points`]
      : []),
  ].join('\n');
}

function frontSummary(input: FrontInput, points: readonly FrontPoint[], front: readonly FrontPoint[]): string {
  if (points.length === 0) return 'No student has finished yet.';
  const best = front.at(-1);
  const smallest = front[0];
  const knee = front.find((point) => point.isKnee);
  const unit = { params: ' parameters', macs: ' MACs', latencyMs: '' }[input.cost];
  const at = (point: FrontPoint): string =>
    `${formatPercent(point.accuracy)} at ${formatCost(input.cost, point.cost)}${unit}`;
  return [
    `${formatPlural(front.length, 'student')} of ${points.length} on the front`,
    smallest && best && front.length > 1 ? `, from ${at(smallest)} to ${at(best)}` : best ? `: ${at(best)}` : '',
    knee ? `; knee at ${at(knee)}` : '',
    '.',
  ].join('');
}

/** From 1, 2 or 5 times a power of ten to another, so that a live front does not jitter with every point. */
function logRange(values: readonly number[]): { readonly min?: number; readonly max?: number } {
  const logs = values.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  if (logs.length === 0) return { min: 1e3, max: 1e6 };
  const low = logs.reduce((least, value) => Math.min(least, value));
  const high = logs.reduce((most, value) => Math.max(most, value));
  return { min: roundLog(low - 0.08, Math.floor), max: roundLog(high + 0.08, Math.ceil) };
}

/** The power of ten, or 2 or 5 times it, next to 10^log on the side of `round`. */
function roundLog(log: number, round: (value: number) => number): number {
  const decade = Math.floor(log);
  const steps = [0, Math.log10(2), Math.log10(5), 1];
  const share = log - decade;
  const step = round === Math.floor ? steps.findLast((one) => one <= share) : steps.find((one) => one >= share);
  return Number((10 ** (decade + (step ?? 0))).toPrecision(1));
}

/** Whole steps of accuracy, within [0, 1]. */
function accuracyRange(values: readonly number[]) {
  if (values.length === 0) return { min: 0, max: 1, interval: 0.2 };
  const low = values.reduce((least, value) => Math.min(least, value));
  const high = values.reduce((most, value) => Math.max(most, value));
  const step = high - low > 0.3 ? 0.1 : high - low > 0.12 ? 0.05 : 0.02;
  const min = Math.max(0, Math.floor((low - step / 8) / step) * step);
  const max = Math.min(1, Math.ceil((high + step / 8) / step) * step);
  return { min: Number(min.toFixed(2)), max: Number(max.toFixed(2)), interval: step };
}

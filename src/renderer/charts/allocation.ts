/** Which family got which trial, in the order of the search, and which part of the strategy
 * proposed it. */
import { SOURCE_NAMES } from '../../core/strategies/registry.ts';
import { endOf } from '../../core/records/trial.ts';
import type { Trial } from '../../core/records/trial.ts';
import { formatPercent, formatPlural } from '../format.ts';
import type { Theme } from '../theme.ts';
import { sourceTitle, trialNumber, trialState, trialTitle, whyShort } from '../words.ts';
import type { ChartView } from './chart.ts';
import { chartColors, markOf } from './chart.ts';
import { frame, searchAxis, yAxis } from './parts/frame.ts';
import { pickedSeries } from './parts/picked.ts';
import type { PickedStudents, RingPlace } from './parts/picked.ts';

export interface AllocationInput extends PickedStudents {
  readonly trials: readonly Trial[];
  /** All families of the run, with or without trials, in its order. */
  readonly families: readonly string[];
  readonly budget: number;
  readonly familyTitle: (family: string) => string;
}

/**
 * Colours and symbols that no family has: here the place says the family, the mark who proposed it.
 * No two that one strategy draws on are alike, and each sits on its line (ECharts' pin and arrow
 * hang from their points).
 */
const SOURCE_MARKS: Readonly<Record<string, { readonly color: number; readonly symbol: string }>> = {
  reference: { color: 6, symbol: 'rect' },
  initial: { color: 5, symbol: 'circle' },
  earlier: { color: 6, symbol: 'diamond' },
  region: { color: 7, symbol: 'roundRect' },
  global: { color: 4, symbol: 'diamond' },
  family: { color: 7, symbol: 'triangle' },
  promoted: { color: 4, symbol: 'roundRect' },
  hopeful: { color: 6, symbol: 'triangle' },
  random: { color: 5, symbol: 'triangle' },
  mutation: { color: 7, symbol: 'roundRect' },
  crossover: { color: 7, symbol: 'diamond' },
  density: { color: 4, symbol: 'roundRect' },
  policy: { color: 4, symbol: 'diamond' },
  actor: { color: 4, symbol: 'diamond' },
  'one-layer': { color: 4, symbol: 'diamond' },
  extended: { color: 7, symbol: 'roundRect' },
  ranked: { color: 4, symbol: 'diamond' },
  leftover: { color: 7, symbol: 'diamond' },
  source: { color: 6, symbol: 'diamond' },
  widened: { color: 7, symbol: 'roundRect' },
  deepened: { color: 7, symbol: 'triangle' },
  shrunk: { color: 7, symbol: 'diamond' },
  changed: { color: 4, symbol: 'roundRect' },
  network: { color: 7, symbol: 'roundRect' },
  place: { color: 4, symbol: 'diamond' },
  centre: { color: 4, symbol: 'diamond' },
  neighbour: { color: 7, symbol: 'roundRect' },
  derived: { color: 7, symbol: 'roundRect' },
  sampled: { color: 4, symbol: 'diamond' },
  listed: { color: 5, symbol: 'roundRect' },
};
/** Of a strategy that this version does not have. */
const OTHER_MARK = { color: 6, symbol: 'circle' };
/** Marks of more students than these are smaller. */
const MANY = 200;

export function allocationChart(input: AllocationInput, theme: Theme): ChartView {
  const colors = chartColors(theme);
  const sources = [...new Set(input.trials.map((trial) => trial.why.source))].sort(
    (left, right) => rank(left) - rank(right),
  );
  const base = frame(theme);
  // The first family stands on top.
  const rows = [...input.families].reverse();
  const size = input.trials.length > MANY ? 6 : 12;
  const placeOf = (trial: Trial): [number, number] => [trial.number + 1, rows.indexOf(trial.candidate.family)];
  const ringsOf = (id: string): readonly RingPlace[] =>
    input.trials.filter((trial) => trial.id === id).map((trial) => ({ value: placeOf(trial), size: size + 8 }));
  return {
    summary: allocationSummary(input),
    table: {
      columns: ['Student', 'Family', 'Proposed by', 'State', 'Validation accuracy'],
      rows: input.trials.map((trial) => [
        trialNumber(trial),
        input.familyTitle(trial.candidate.family),
        whyShort(trial.why),
        trialState(trial).label.toLowerCase(),
        formatPercent(trial.metrics['accuracy']),
      ]),
    },
    option: {
      ...base,
      grid: { left: 104, right: 20, top: 34, bottom: 42 },
      xAxis: searchAxis(theme, Math.max(input.budget, input.trials.length)),
      yAxis: yAxis(theme, {
        type: 'category',
        data: rows.map(input.familyTitle),
        axisLabel: { color: colors.text, fontSize: 12 },
        splitLine: { show: true, lineStyle: { color: colors.grid } },
        axisTick: { show: false },
      }),
      series: [
        ...sources.map((source) => {
          const known = SOURCE_MARKS[source] ?? OTHER_MARK;
          const { color } = markOf(known.color, theme);
          return {
            ...{ type: 'scatter' as const, id: `source-${source}`, name: sourceTitle(source) },
            ...{ symbol: known.symbol, color },
            data: input.trials
              .filter((trial) => trial.why.source === source)
              .map((trial) => ({
                ...{ id: trial.id, name: trial.id, value: placeOf(trial), symbolSize: size },
                itemStyle: itemStyle(trial, color),
                tooltip: { formatter: () => tooltipText(input, trial) },
              })),
          };
        }),
        ...pickedSeries(input, ringsOf, theme),
      ],
    },
  };
}

/** Hollow where it failed, pale where it has rested so far. */
function itemStyle(trial: Trial, color: string) {
  if (trial.state === 'failed') return { color: 'transparent', borderColor: color, borderWidth: 2 };
  return trial.state === 'resting' || endOf(trial) === 'rested' ? { opacity: PALE } : {};
}

const PALE = 0.4;

function tooltipText(input: AllocationInput, trial: Trial): string {
  const accuracy = trial.metrics['accuracy'];
  const outcome = accuracy === undefined ? trialState(trial).label.toLowerCase() : formatPercent(accuracy, 2);
  return `${trialTitle(trial)} · ${input.familyTitle(trial.candidate.family)}\n${whyShort(trial.why)}\n${outcome}`;
}

function allocationSummary(input: AllocationInput): string {
  if (input.trials.length === 0) return 'No student has been proposed yet.';
  const counts = input.families.map((family) => {
    const count = input.trials.filter((trial) => trial.candidate.family === family).length;
    return `${input.familyTitle(family)} ${count}`;
  });
  return `${formatPlural(input.trials.length, 'student')} so far: ${counts.join(', ')}.`;
}

/** Of one that no strategy of the product has: behind all others. */
function rank(source: string): number {
  const known = SOURCE_NAMES.indexOf(source);
  return known >= 0 ? known : SOURCE_NAMES.length;
}

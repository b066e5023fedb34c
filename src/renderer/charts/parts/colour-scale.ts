/** Colours of students by a metric, and the scale that says what they mean. */
import type { EChartsOption } from 'echarts';
import type { Noun } from '../../../core/data-kinds.ts';
import type { Trial } from '../../../core/records/trial.ts';
import type { Theme } from '../../theme.ts';
import { METRIC_SPECS } from '../../trial-metrics.ts';
import type { TrialMetric } from '../../trial-metrics.ts';
import { metricTitle } from '../../words.ts';
import { chartColors, colourScale } from '../chart.ts';
import { extentOf } from './axis-range.ts';

/** On the scale: the logarithm where that suits the metric. NaN where a student has none. */
function scaled(metric: TrialMetric, trial: Trial): number {
  const { value, isLog } = METRIC_SPECS[metric];
  return isLog ? Math.log10(value(trial)) : value(trial);
}

const rangeOf = (metric: TrialMetric, trials: readonly Trial[]): readonly [number, number] =>
  extentOf(trials.map((trial) => scaled(metric, trial)));

/** Where a student stands on the scale, [0, 1]. */
function shareOf(metric: TrialMetric, trials: readonly Trial[]): (trial: Trial) => number {
  const [low, high] = rangeOf(metric, trials);
  return (trial) => (high > low ? (scaled(metric, trial) - low) / (high - low) : 0);
}

/** Grey for a student without the metric. */
export function metricColour(metric: TrialMetric, trials: readonly Trial[], theme: Theme): (trial: Trial) => string {
  const share = shareOf(metric, trials);
  const stops = colourScale(theme);
  const { faint } = chartColors(theme);
  return (trial) => (Number.isFinite(share(trial)) ? mixed(stops, share(trial)) : faint);
}

/** Steps of a colour that thousands of students share: more cannot be told apart. */
const BINS = 12;

/** The same colours in few steps, so that those of one step can be drawn together. */
export function binnedColour(metric: TrialMetric, trials: readonly Trial[], theme: Theme): (trial: Trial) => string {
  const share = shareOf(metric, trials);
  const stops = colourScale(theme);
  const { faint } = chartColors(theme);
  const colors = Array.from({ length: BINS }, (_, bin) => mixed(stops, bin / (BINS - 1)));
  return (trial) => colors[Math.round(share(trial) * (BINS - 1))] ?? faint;
}

/** Between two neighbouring stops, each `#rrggbb`. */
function mixed(stops: readonly string[], share: number): string {
  const at = Math.min(Math.floor(share * (stops.length - 1)), stops.length - 2);
  const part = share * (stops.length - 1) - at;
  const channels = (color: string): readonly number[] =>
    [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
  const [from, to] = [channels(stops[at] ?? '#000000'), channels(stops[at + 1] ?? '#000000')];
  return `rgb(${from.map((value, index) => Math.round(value + part * ((to[index] ?? value) - value))).join(',')})`;
}

/** Right of the plot, about 86 pixels wide. */
export function metricScale(metric: TrialMetric, trials: readonly Trial[], theme: Theme, noun?: Noun): EChartsOption {
  const { tick, isLog } = METRIC_SPECS[metric];
  const [low, high] = rangeOf(metric, trials);
  if (!Number.isFinite(low)) return {};
  const text = (one: number): string => tick(isLog ? 10 ** one : one);
  const title = metricTitle(metric, noun).replace(/ (?!\()/g, '\n');
  return {
    visualMap: {
      type: 'continuous',
      // A scale of no width cannot be drawn.
      ...{ min: low, max: high > low ? high : low + 1e-9, seriesIndex: [] },
      ...{ right: 4, top: 'middle', itemWidth: 11, itemHeight: 130, calculable: false, hoverLink: false },
      inRange: { color: [...colourScale(theme)] },
      text: [`${title}\n${text(high)}`, text(low)],
      textStyle: { color: chartColors(theme).muted, fontSize: 11, lineHeight: 14 },
    },
  };
}

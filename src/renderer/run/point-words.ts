/** A point of the front as a screen reader tells it. */
import type { FrontPoint } from '../charts/front/points.ts';
import type { Predicted } from '../../core/strategies/explain.ts';
import type { Trial } from '../../core/records/trial.ts';
import { isOutside } from '../charts/predictions.ts';
import { EVENTS } from '../charts/regions.ts';
import type { RegionEvent } from '../charts/region-lanes.ts';
import { formatPercent } from '../format.ts';
import type { FrontLook } from '../stores/front-look.ts';
import type { TrialMetric } from '../trial-metrics.ts';
import { METRIC_SPECS, metricWords } from '../trial-metrics.ts';
import type { Titles } from '../words.ts';
import { configText, regionTitle, roleOf, trialState, trialTitle, whyShort } from '../words.ts';

const PLACES = {
  front: 'on the front',
  dominated: 'dominated',
  infeasible: 'beyond a limit',
  later: 'finished later',
} as const satisfies Readonly<Record<FrontPoint['place'], string>>;

/** `Student #3, ResNet: 81.20 % validation accuracy, 12 k parameters, on the front, the knee,
 * pinned.` */
export function pointWords(
  point: FrontPoint,
  { x, y }: Pick<FrontLook, 'x' | 'y'>,
  titles: Titles,
  isPinned: boolean,
): string {
  const said = [
    metricWords(y, point.y),
    metricWords(x, point.x),
    PLACES[point.place],
    ...(point.isKnee ? ['the knee'] : []),
    ...(isPinned ? ['pinned'] : []),
  ];
  return `${nameOf(point.trial, titles)}: ${said.join(', ')}.`;
}

/** `Student #3, ResNet` */
const nameOf = (trial: Trial, titles: Titles): string =>
  `${trialTitle(trial)}, ${titles.familyTitle(trial.candidate.family)}`;

/** A line of the parallel coordinates: `Student #3, ResNet: 81.20 % validation accuracy; Width: 16,
 * Blocks: 2.` */
export function lineWords(trial: Trial, metric: TrialMetric, titles: Titles): string {
  const value = metricWords(metric, METRIC_SPECS[metric].value(trial));
  return `${nameOf(trial, titles)}: ${value}; ${configText(trial.candidate, titles, ', ')}.`;
}

/** `Student #3, ResNet: Region 1 · near #1, 81.20 % validation accuracy.` */
export function allocationWords(trial: Trial, titles: Titles): string {
  const value = METRIC_SPECS.accuracy.value(trial);
  const outcome = Number.isNaN(value) ? trialState(trial).label.toLowerCase() : metricWords('accuracy', value);
  return `${nameOf(trial, titles)}: ${whyShort(trial.why)}, ${outcome}.`;
}

/** A prediction that has met its outcome. */
export interface PredictionPoint {
  readonly trial: Trial;
  readonly predicted: Predicted;
}

/** `Student #3, ResNet: predicted 80.1 % ± 1.2 points, reached 81.2 %, within its interval.` */
export function predictionWords({ trial, predicted }: PredictionPoint, titles: Titles): string {
  const { mean, deviation, outcome } = predicted;
  const expected = `predicted ${formatPercent(mean)} ± ${(deviation * 100).toFixed(1)} points`;
  const place = isOutside(predicted) ? 'outside of its interval' : 'within its interval';
  return `${nameOf(trial, titles)}: ${expected}, reached ${formatPercent(outcome)}, ${place}.`;
}

/** What a student's result did to the regions. */
export interface RegionPoint {
  readonly trial: Trial;
  readonly results: number;
  readonly events: readonly RegionEvent[];
}

/** `Student #8, ResNet: result 8, by the global arm; success in Region 1.` */
export function regionWords({ trial, results, events }: RegionPoint, titles: Titles): string {
  const arm = roleOf(trial.why) === 'global' ? ['by the global arm'] : [];
  const done = events.map(({ kind, region }) => `${EVENTS[kind].title.toLowerCase()} in ${regionTitle(region.id)}`);
  return `${nameOf(trial, titles)}: result ${results}, ${[...arm, ...done].join('; ')}.`;
}

/** A point of the front as a screen reader tells it. */
import type { FrontPoint } from '../charts/front-points.ts';
import type { Trial } from '../../core/trial.ts';
import type { FrontLook } from '../stores/front-look.ts';
import type { TrialMetric } from '../trial-metrics.ts';
import { METRIC_SPECS } from '../trial-metrics.ts';
import type { Titles } from '../words.ts';
import { configText, trialTitle } from '../words.ts';

const PLACES = {
  front: 'on the front',
  dominated: 'dominated',
  infeasible: 'beyond a limit',
  later: 'finished later',
} as const satisfies Readonly<Record<FrontPoint['place'], string>>;

/** `Student #3, ResNet: 81.20 % validation accuracy, 12 k parameters, on the front, the knee, pinned.` */
export function pointWords(
  point: FrontPoint,
  { x, y }: Pick<FrontLook, 'x' | 'y'>,
  titles: Titles,
  isPinned: boolean,
): string {
  const value = (metric: FrontLook['x'], at: number): string =>
    `${METRIC_SPECS[metric].text(at)} ${METRIC_SPECS[metric].noun}`;
  const said = [
    value(y, point.y),
    value(x, point.x),
    PLACES[point.place],
    ...(point.isKnee ? ['the knee'] : []),
    ...(isPinned ? ['pinned'] : []),
  ];
  const name = `${trialTitle(point.trial)}, ${titles.familyTitle(point.trial.candidate.family)}`;
  return `${name}: ${said.join(', ')}.`;
}

/** A line of the parallel coordinates: `Student #3, ResNet: 81.20 % validation accuracy; Width: 16, Blocks: 2.` */
export function lineWords(trial: Trial, metric: TrialMetric, titles: Titles): string {
  const { text, value, noun } = METRIC_SPECS[metric];
  const name = `${trialTitle(trial)}, ${titles.familyTitle(trial.candidate.family)}`;
  return `${name}: ${text(value(trial))} ${noun}; ${configText(trial.candidate, titles, ', ')}.`;
}

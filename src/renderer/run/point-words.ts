/** A point of the front as a screen reader tells it. */
import type { FrontPoint } from '../charts/front-points.ts';
import type { FrontLook } from '../stores/front-look.ts';
import { METRIC_SPECS } from '../trial-metrics.ts';
import type { Titles } from '../words.ts';
import { trialTitle } from '../words.ts';

const PLACES = {
  front: 'on the front',
  dominated: 'dominated',
  infeasible: 'beyond a limit',
  later: 'finished later',
} as const satisfies Readonly<Record<FrontPoint['place'], string>>;

/** `Student #3, ResNet: 81.20 % validation accuracy, 12 k parameters, on the front, the knee, pinned. 3 of 24.` */
export function pointWords(
  point: FrontPoint,
  { x, y }: Pick<FrontLook, 'x' | 'y'>,
  titles: Titles,
  place: { readonly index: number; readonly count: number; readonly isPinned: boolean },
): string {
  const value = (metric: FrontLook['x'], at: number): string =>
    `${METRIC_SPECS[metric].text(at)} ${METRIC_SPECS[metric].noun}`;
  const said = [
    value(y, point.y),
    value(x, point.x),
    PLACES[point.place],
    ...(point.isKnee ? ['the knee'] : []),
    ...(place.isPinned ? ['pinned'] : []),
  ];
  const name = `${trialTitle(point.trial)}, ${titles.familyTitle(point.trial.candidate.family)}`;
  return `${name}: ${said.join(', ')}. ${place.index + 1} of ${place.count}.`;
}

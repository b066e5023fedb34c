/** Images on which networks do not agree, the most contested first. */
import type { PredictionsView } from '../../bridge/schemas/records.ts';
import type { Cell } from './confusion.ts';
import { predictedClasses } from './confusion.ts';

export interface ContestedImage {
  /** Its place in the validation split. */
  readonly image: number;
  readonly label: number;
  /** The class that each network says. */
  readonly said: readonly number[];
  /** Mean total variation distance between the probabilities of two networks, [0, 1]. */
  readonly distance: number;
}

/** Which of them: all on which two differ, those that only one network gets right (or wrong), or
 * those of a cell. */
export type Contest =
  | { readonly kind: 'any' }
  | { readonly kind: 'only-right' | 'only-wrong'; readonly network: number }
  | { readonly kind: 'all-wrong' }
  | { readonly kind: 'cell'; readonly cell: Cell };

/** `views`: of the same images in the same order. */
export function contestedImages(views: readonly PredictionsView[], contest: Contest): readonly ContestedImage[] {
  const [first] = views;
  if (first === undefined) return [];
  const said = views.map(predictedClasses);
  const found: ContestedImage[] = [];
  for (let image = 0; image < first.count; image += 1) {
    const label = first.labels[image] ?? 0;
    const classes = said.map((one) => one[image] ?? 0);
    if (!isMeant(contest, label, classes)) continue;
    found.push({ image, label, said: classes, distance: distanceOf(views, image) });
  }
  return found.sort((left, right) => right.distance - left.distance || left.image - right.image);
}

function isMeant(contest: Contest, label: number, classes: readonly number[]): boolean {
  switch (contest.kind) {
    case 'any':
      return new Set(classes).size > 1;
    case 'all-wrong':
      return classes.every((one) => one !== label);
    case 'only-right':
    case 'only-wrong': {
      const isOdd = (one: number): boolean => (one === label) === (contest.kind === 'only-right');
      return classes.every((one, network) => isOdd(one) === (network === contest.network));
    }
    case 'cell':
      return label === contest.cell.label && classes.includes(contest.cell.predicted);
  }
}

function distanceOf(views: readonly PredictionsView[], image: number): number {
  let [sum, pairs] = [0, 0];
  for (const [index, left] of views.entries()) {
    for (const right of views.slice(index + 1)) {
      let apart = 0;
      for (let one = 0; one < left.classes; one += 1) {
        const place = image * left.classes + one;
        apart += Math.abs((left.probabilities[place] ?? 0) - (right.probabilities[place] ?? 0));
      }
      sum += apart / 2;
      pairs += 1;
    }
  }
  return pairs === 0 ? 0 : sum / pairs;
}

/**
 * Confusion matrices and their readings.
 *
 * symbol   meaning                                          shape
 * counts   images of true class r that were called class c  [classes][classes], row-major
 */
import type { PredictionsView } from '../../bridge/schemas/records.ts';

/** A place in a matrix. */
export interface Cell {
  readonly label: number;
  readonly predicted: number;
}

export interface Confusion {
  readonly classes: number;
  readonly counts: readonly number[];
  /** Images of each true class. */
  readonly totals: readonly number[];
}

/** The most probable class of each image, `[count]`; the lower class of equals, the first where
 * none is a number. */
export function predictedClasses({ count, classes, probabilities }: PredictionsView): Uint8Array {
  const chosen = new Uint8Array(count);
  for (let image = 0; image < count; image += 1) {
    let best = 0;
    for (let one = 1; one < classes; one += 1) {
      const [value, most] = [probabilities[image * classes + one] ?? NaN, probabilities[image * classes + best] ?? NaN];
      if (value > most) best = one;
    }
    chosen[image] = best;
  }
  return chosen;
}

export function confusionOf(predictions: PredictionsView): Confusion {
  const { classes, labels } = predictions;
  const counts = new Array<number>(classes * classes).fill(0);
  const totals = new Array<number>(classes).fill(0);
  for (const [image, predicted] of predictedClasses(predictions).entries()) {
    const label = labels[image] ?? 0;
    const cell = label * classes + predicted;
    counts[cell] = (counts[cell] ?? 0) + 1;
    totals[label] = (totals[label] ?? 0) + 1;
  }
  return { classes, counts, totals };
}

/** Share of the true class's images, [0, 1]; 0 for a class without images. */
export function shareOf({ counts, totals, classes }: Confusion, label: number, predicted: number): number {
  const total = totals[label] ?? 0;
  return total === 0 ? 0 : (counts[label * classes + predicted] ?? 0) / total;
}

/** What is told of predictions beside accuracy: pure functions of labels and probabilities. */
import { areaUnderRoc } from './roc.ts';

/** What a network said of the examples of a split. */
export interface Judged {
  readonly classes: number;
  /** `[count]`, the class of each example. */
  readonly labels: ArrayLike<number>;
  /** `[count][classes]`, row-major. */
  readonly probabilities: ArrayLike<number>;
  /** `[count]`, what each example counts in a weighted measure; absent: as much as any other. */
  readonly weights?: ArrayLike<number>;
}

export const MEASURE_NAMES = ['balancedAccuracy', 'auc', 'weightedAuc'] as const;
export type MeasureName = (typeof MEASURE_NAMES)[number];
export type Measured = Readonly<Partial<Record<MeasureName, number>>>;

/** `isShare`: told in percent; else an area below 1. */
export const MEASURE_WORDS: Readonly<Record<MeasureName, { readonly title: string; readonly isShare: boolean }>> = {
  balancedAccuracy: { title: 'Balanced accuracy', isShare: true },
  auc: { title: 'AUC', isShare: false },
  weightedAuc: { title: 'Weighted AUC', isShare: false },
};

/** Those of them that stand among numbers of any kind. */
export const measuredIn = (numbers: Readonly<Record<string, number>>): Measured =>
  Object.fromEntries(MEASURE_NAMES.flatMap((name) => (numbers[name] === undefined ? [] : [[name, numbers[name]]])));

/**
 * Mean over classes of the share of each that was told right: unweighted average recall, UAR in
 * speech emotion recognition (Schuller et al. 2009). Classes without an example do not count. The
 * first of equal probabilities is what was said, as in accuracy.
 */
function balancedAccuracy({ classes, labels, probabilities }: Judged): number {
  const right = new Float64Array(classes);
  const total = new Float64Array(classes);
  for (let example = 0; example < labels.length; example += 1) {
    const label = labels[example] ?? 0;
    const at = example * classes;
    let said = 0;
    for (let one = 1; one < classes; one += 1) {
      if ((probabilities[at + one] ?? 0) > (probabilities[at + said] ?? 0)) said = one;
    }
    total[label] = (total[label] ?? 0) + 1;
    if (said === label) right[label] = (right[label] ?? 0) + 1;
  }
  let [sum, present] = [0, 0];
  for (const [label, count] of total.entries()) {
    if (count === 0) continue;
    sum += (right[label] ?? 0) / count;
    present += 1;
  }
  return sum / present;
}

/** Of every name; `weightedAuc` alone reads weights. */
export const MEASURES: Readonly<Record<MeasureName, (judged: Judged) => number>> = {
  balancedAccuracy,
  auc: (judged) => areaUnderRoc(judged),
  weightedAuc: (judged) => areaUnderRoc(judged, judged.weights),
};

/**
 * Weights that rise with the place in a sequence, from 1, and sum to 1 over each sequence: late
 * answers, of which more is known, count more. Ours: the weights of the time-weighted AUC of Ding
 * et al. (arXiv 2111.04497) were not reached.
 */
export function positionWeights(positions: ArrayLike<number>, groups: ArrayLike<number>): Float64Array {
  const sums = new Map<number, number>();
  for (let example = 0; example < positions.length; example += 1) {
    const group = groups[example] ?? 0;
    sums.set(group, (sums.get(group) ?? 0) + (positions[example] ?? 0));
  }
  return Float64Array.from(
    { length: positions.length },
    (_, example) => (positions[example] ?? 0) / (sums.get(groups[example] ?? 0) ?? 1),
  );
}

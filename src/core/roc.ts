/**
 * Receiver operating characteristic of two classes, and how sure its area is.
 *
 * symbol     meaning
 * m, n       examples of class 1 (positives), of class 0 (negatives)
 * psi(x, y)  1 where positive x is given more than negative y, half where as much, else 0
 * V10, V01   mean of psi over the negatives, of each positive [m]; over the positives [n]
 * A          mean of V10 = mean of V01: the area
 * S10, S01   sample covariances of V10, of V01, of one curve or between two
 * var A      S10 / m + S01 / n (DeLong, DeLong and Clarke-Pearson 1988)
 *
 * V10 and V01 come of midranks (Sun and Xu 2014), so that 10,000 examples take no 10,000^2 / 4.
 */
import { logCdf } from './math/normal.ts';

/** Two classes: `labels` [count], 0 or 1; `probabilities` [count][2]. */
export interface TwoClasses {
  readonly labels: ArrayLike<number>;
  readonly probabilities: ArrayLike<number>;
}

export interface RocPoint {
  /** Class 1 is said from this probability on; above 1: never. */
  readonly threshold: number;
  /** Share of class 0 of which class 1 is said then, and of class 1. */
  readonly falsePositives: number;
  readonly truePositives: number;
}

export interface Roc {
  /** By falling thresholds, from (0, 0) to (1, 1): one for each probability that was given, so that
   * ties are one step aslant. */
  readonly points: readonly RocPoint[];
  readonly positives: number;
  readonly negatives: number;
  /** NaN where a class is missing; the interval's ends where one has a single example. */
  readonly area: number;
  /** 95 %, by DeLong, within [0, 1]. */
  readonly low: number;
  readonly high: number;
  /** V10 [m] and V01 [n], in the order of the examples. */
  readonly ofPositives: Float64Array;
  readonly ofNegatives: Float64Array;
}

/** Two-sided 95 % of a normal distribution. */
const Z = 1.959963984540054;

export function rocOf(given: TwoClasses): Roc {
  const { length } = given.labels;
  const ties = [...tiesOf(given)];
  const positives = ties.reduce((sum, tie) => sum + tie.positives, 0);
  const negatives = length - positives;
  const points: RocPoint[] = [{ threshold: Infinity, falsePositives: 0, truePositives: 0 }];
  const [v10, v01] = [new Float64Array(length), new Float64Array(length)];
  let [above, right] = [0, 0];
  for (const { threshold, examples, ...tie } of ties) {
    for (const example of examples) {
      if (given.labels[example] === 1) v10[example] = (negatives - above - tie.negatives / 2) / negatives;
      else v01[example] = (right + tie.positives / 2) / positives;
    }
    above += tie.negatives;
    right += tie.positives;
    points.push({ threshold, falsePositives: above / negatives, truePositives: right / positives });
  }
  const of = (values: Float64Array, wanted: number): Float64Array =>
    values.filter((_, example) => (given.labels[example] === 1 ? 1 : 0) === wanted);
  const [ofPositives, ofNegatives] = [of(v10, 1), of(v01, 0)];
  const area = meanOf(ofPositives);
  const reach =
    Z * Math.sqrt(covariance(ofPositives, ofPositives) / positives + covariance(ofNegatives, ofNegatives) / negatives);
  return {
    ...{ points, positives, negatives, area: negatives === 0 ? NaN : area },
    ...{ low: Math.max(0, area - reach), high: Math.min(1, area + reach), ofPositives, ofNegatives },
  };
}

export interface RocDifference {
  /** First less second. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided; 1 where the two never differ. */
  readonly p: number;
}

/** Of two networks on the same examples in the same order (DeLong et al. 1988, equation 5). */
export function rocDifference(first: Roc, second: Roc): RocDifference {
  const variance = (one: 'ofPositives' | 'ofNegatives'): number => {
    const apart = first[one].map((value, place) => value - (second[one][place] ?? NaN));
    return covariance(apart, apart) / apart.length;
  };
  const difference = first.area - second.area;
  const deviation = Math.sqrt(variance('ofPositives') + variance('ofNegatives'));
  return {
    ...{ difference, low: difference - Z * deviation, high: difference + Z * deviation },
    p: difference === 0 ? 1 : 2 * Math.exp(logCdf(-Math.abs(difference) / deviation)),
  };
}

/** Where a threshold stands on a curve. */
export function atThreshold({ points }: Pick<Roc, 'points'>, threshold: number): RocPoint {
  const [start] = points;
  let found = start ?? { threshold, falsePositives: NaN, truePositives: NaN };
  for (const point of points) {
    if (!(point.threshold >= threshold)) break;
    found = point;
  }
  return { ...found, threshold };
}

/** What an example was given; least where that is no number. */
function saidOf({ probabilities }: TwoClasses, example: number): number {
  const value = probabilities[2 * example + 1] ?? NaN;
  return Number.isNaN(value) ? -Infinity : value;
}

/** Examples that were given the same, and what they weigh. */
interface Tie {
  readonly threshold: number;
  readonly examples: readonly number[];
  readonly positives: number;
  readonly negatives: number;
}

/** By falling probabilities; `weights` `[count]`: absent, each counts 1. */
function* tiesOf(given: TwoClasses, weights?: ArrayLike<number>): Generator<Tie> {
  const order = Array.from({ length: given.labels.length }, (_, example) => example).sort(
    (left, right) => saidOf(given, right) - saidOf(given, left) || left - right,
  );
  for (let first = 0; first < order.length;) {
    const threshold = saidOf(given, order[first] ?? 0);
    let [end, positives, negatives] = [first, 0, 0];
    for (; end < order.length && saidOf(given, order[end] ?? 0) === threshold; end += 1) {
      const example = order[end] ?? 0;
      const weight = weights?.[example] ?? 1;
      if (given.labels[example] === 1) positives += weight;
      else negatives += weight;
    }
    yield { threshold, examples: order.slice(first, end), positives, negatives };
    first = end;
  }
}

/**
 * The chance that an example of class 1 is given more than one of class 0, ties half (Hanley and
 * McNeil 1982), where each is drawn by its weight `[count]`. NaN where a class is missing.
 */
export function areaUnderRoc(given: TwoClasses, weights?: ArrayLike<number>): number {
  let [negatives, positives, area] = [0, 0, 0];
  for (const tie of tiesOf(given, weights)) {
    area += tie.negatives * (positives + tie.positives / 2);
    negatives += tie.negatives;
    positives += tie.positives;
  }
  return area / (positives * negatives);
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample: over its length less 1. */
function covariance(left: Float64Array, right: Float64Array): number {
  const [one, other] = [meanOf(left), meanOf(right)];
  const sum = left.reduce((total, value, place) => total + (value - one) * ((right[place] ?? NaN) - other), 0);
  return sum / (left.length - 1);
}

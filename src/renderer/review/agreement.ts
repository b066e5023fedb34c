/**
 * How far two networks say the same, and whether one may be called better: McNemar's exact test on
 * the examples where exactly one of them is right (McNemar 1947; exact form: binomial, two-sided).
 *
 * symbol   meaning
 * b, c     examples that only the first, only the second classifies correctly
 * n        b + c
 * p        min(1, 2 * sum over k <= min(b, c) of C(n, k) / 2^n)
 */
import type { PredictionsView } from '../../bridge/schemas/records.ts';
import { IMAGE_NOUN } from '../../core/data-kinds.ts';
import type { Noun } from '../../core/data-kinds.ts';
import { formatExamples } from '../format.ts';
import { predictedClasses } from './confusion.ts';

/** Below it a difference may be called one: the custom of the field. */
export const SIGNIFICANT = 0.05;

export interface Agreement {
  /** Examples of both, in the same order. */
  readonly examples: number;
  /** Share on which both say the same class, right or wrong. */
  readonly same: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly p: number;
}

/** Undefined where the two did not see the same examples. */
export function agreementOf(first: PredictionsView, second: PredictionsView): Agreement | undefined {
  const isSameSplit =
    first.count === second.count &&
    first.count > 0 &&
    first.labels.every((label, image) => label === second.labels[image]);
  if (!isSameSplit) return undefined;
  const [left, right] = [predictedClasses(first), predictedClasses(second)];
  let [same, onlyFirst, onlySecond] = [0, 0, 0];
  for (const [image, label] of first.labels.entries()) {
    const [one, other] = [left[image], right[image]];
    if (one === other) same += 1;
    if (one === label && other !== label) onlyFirst += 1;
    if (one !== label && other === label) onlySecond += 1;
  }
  const p = mcNemar(onlyFirst, onlySecond);
  return { examples: first.count, same: same / first.count, onlyFirst, onlySecond, p };
}

/** Two-sided exact p-value; 1 where the two never differ. */
function mcNemar(b: number, c: number): number {
  const n = b + c;
  // C(n, k) / 2^n in logarithms: 2^5000 is no double.
  let log = -n * Math.LN2;
  let tail = Math.exp(log);
  for (let k = 1; k <= Math.min(b, c); k += 1) {
    log += Math.log((n - k + 1) / k);
    tail += Math.exp(log);
  }
  return Math.min(1, 2 * tail);
}

/** The word "better" only where the test bears it. `pairs`: over how many its p was corrected. */
export function verdictWords(
  agreement: Agreement,
  first: string,
  second: string,
  noun: Noun = IMAGE_NOUN,
  pairs = 1,
): string {
  const { onlyFirst, onlySecond, p } = agreement;
  const counts = `${formatExamples(onlyFirst, noun)} only ${first} gets right, ${onlySecond} only ${second}`;
  const family = pairs > 1 ? ` corrected by Holm over ${pairs} pairs,` : '';
  const test = `McNemar's exact test,${family} p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}`;
  if (p >= SIGNIFICANT) return `No significant difference: ${counts} (${test}).`;
  return `${onlyFirst > onlySecond ? first : second} is better: ${counts} (${test}).`;
}

export const testing = { mcNemar };

/**
 * Fronts compared in points of accuracy: what each offers within a limit of params, over limits
 * that are evenly spaced in their logarithm.
 *
 * symbol   meaning
 * front    students as they were chosen, dearer ones told to be more accurate
 * offer    of the chosen within a limit the one that was told to be the most accurate: its score
 */

/** A student of a front: what it was chosen by, and what it is worth. */
export interface Offered {
  readonly params: number;
  readonly told: number;
  readonly score: number;
}

/** `count` limits from `least` to `most`, both included, evenly spaced in their logarithm. */
export function spacedLimits(least: number, most: number, count: number): readonly number[] {
  const step = Math.log(most / least) / (count - 1);
  // The ends are the very numbers: rounding must not cut off a student that lies on one.
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? least : i === count - 1 ? most : least * Math.exp(i * step),
  );
}

/** NaN where nothing is within the limit. */
export function offerWithin(front: readonly Offered[], limit: number): number {
  const within = front.filter(({ params }) => params <= limit);
  return (
    within.reduce<Offered | undefined>((best, one) => (best && best.told >= one.told ? best : one), undefined)?.score ??
    NaN
  );
}

const leastOf = (front: readonly Offered[]): number => Math.min(...front.map(({ params }) => params));
const mostOf = (front: readonly Offered[]): number => Math.max(...front.map(({ params }) => params));

/** The limits at which each of these fronts offers something, up to the dearest student of all. */
export const sharedLimits = (fronts: readonly (readonly Offered[])[], count: number): readonly number[] =>
  spacedLimits(Math.max(...fronts.map(leastOf)), Math.max(...fronts.map(mostOf)), count);

/** The first front's offers minus the second's, mean over the limits that both can serve. */
export function meanAdvantage(one: readonly Offered[], other: readonly Offered[], count: number): number {
  const limits = sharedLimits([one, other], count);
  const gaps = limits.map((limit) => offerWithin(one, limit) - offerWithin(other, limit));
  return gaps.reduce((total, gap) => total + gap, 0) / gaps.length;
}

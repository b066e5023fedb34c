/** Expected hypervolume improvement of many candidates, and the best of them without looking
 * closely at all. */
import { crossEntry, crossVariance } from '../../surrogate/cross-cache.ts';
import type { CrossCache, CrossEntry, RowWriter } from '../../surrogate/cross-cache.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { priorVariance } from '../../surrogate/kernel.ts';
import { createSubset, mostTelling, varianceBound } from '../../surrogate/subset.ts';
import type { Member } from '../catalogue.ts';
import type { Gain } from './gain.ts';

export interface Scored {
  readonly member: Member;
  /** What it has in common with the posterior's points. */
  readonly entry: CrossEntry;
  readonly mean: number;
  readonly deviation: number;
  /** log EHVI; an upper bound of it until the candidate has been looked at closely. */
  readonly logGain: number;
}

export interface Scorer {
  /** Conditioned on pending trials; its first `settled` points are results. */
  readonly gp: Gp;
  readonly settled: number;
  readonly cross: CrossCache;
  readonly gain: Gain;
  readonly writePoint: RowWriter;
  /** What earlier runs add to the candidate's posterior mean. */
  readonly offset: (member: Member) => number;
  /** 1 / (prior variance + noise) of each of the posterior's points, `[n]`. */
  readonly precisions: Float64Array;
}

const LEAST_VARIANCE = 1e-12;

export function createScorer(parts: Omit<Scorer, 'precisions'>): Scorer {
  const { terms, points } = parts.gp;
  const precisions = Float64Array.from(points, ({ family }) => 1 / (priorVariance(terms, family) + terms.noise));
  return { ...parts, precisions };
}

/**
 * Posterior mean in O(n), and upper bounds: the variance given the one most telling result alone is
 * never less than the variance given all, and EHVI rises with it.
 */
export function glance(scorer: Scorer, member: Member): Scored {
  const { gp, gain, precisions, cross, settled, writePoint } = scorer;
  const entry = crossEntry(cross, gp, settled, member, writePoint);
  const { values: vector, prior } = entry;
  let mean = scorer.offset(member);
  let explained = 0;
  for (let i = 0; i < precisions.length; i++) {
    const covariance = vector[i]!;
    mean += covariance * gp.alpha[i]!;
    const share = covariance * covariance * precisions[i]!;
    if (share > explained) explained = share;
  }
  const deviation = Math.sqrt(Math.max(LEAST_VARIANCE, prior - explained));
  return { member, entry, mean, deviation, logGain: gain.bound(member, mean, deviation) };
}

/** The same with EHVI itself instead of its bound, at the deviation's bound. */
export function refine({ gain }: Scorer, glanced: Scored): Scored {
  const { member, mean, deviation } = glanced;
  return { ...glanced, logGain: gain.log(gain.improvementTermsOf(member), mean, deviation) };
}

/** The exact gain, in O(n²), in O(n) a new result; `undefined`, often sooner, when it turns out to
 * be less than `atLeast`. */
function look(scorer: Scorer, { member, entry, mean }: Scored, atLeast: number): Scored | undefined {
  const { gp, gain, cross, settled } = scorer;
  const deviationOf = (variance: number): number => Math.sqrt(Math.max(variance, LEAST_VARIANCE));
  const falls = (variance: number): boolean => gain.bound(member, mean, deviationOf(variance)) < atLeast;
  const variance = crossVariance(cross, gp, settled, entry, falls);
  if (falls(variance)) return undefined;
  const deviation = deviationOf(variance);
  const logGain = gain.log(gain.improvementTermsOf(member), mean, deviation);
  return logGain < atLeast ? undefined : { member, entry, mean, deviation, logGain };
}

/** What decides how quickly the best is found, and not which it is: with fewer results, or rivals,
 * looking at all is quicker. */
const QUICKER = Object.freeze({
  results: 150,
  rivals: 8,
  /** The part of the data is chosen by what so many of the most promising have in common with
   * it. */
  judges: 64,
  /** The part, as a share of the results. */
  share: 1 / 4,
});

/**
 * Those of the rivals, most promising first, that may still gain more than `floor`, by tighter
 * bounds: what was worked out of them before, and then the part of the data that tells most of the
 * first of them, O(n²/32) each.
 */
function tighten(scorer: Scorer, rivals: readonly Scored[], floor: number): readonly Scored[] {
  const { gp, gain } = scorer;
  const n = gp.points.length;
  if (n < QUICKER.results) return rivals;
  const above = (items: readonly Scored[], varianceOf: (entry: CrossEntry) => number): readonly Scored[] =>
    items.flatMap((item) => {
      const variance = Math.max(varianceOf(item.entry), LEAST_VARIANCE);
      const logGain = Math.min(item.logGain, gain.bound(item.member, item.mean, Math.sqrt(variance)));
      return logGain > floor ? [{ ...item, logGain }] : [];
    });
  const known = above(rivals, ({ variance }) => variance);
  if (known.length < QUICKER.rivals) return known;
  const judges = known.slice(0, QUICKER.judges).map(({ entry }) => entry.values);
  const subset = createSubset(gp, mostTelling(judges, n, Math.round(QUICKER.share * n)));
  return subset ? above(known, ({ values, prior }) => varianceBound(subset, values, prior)) : known;
}

/**
 * The candidate with the largest gain, `undefined` where none has more than `atLeast`, if that is
 * given. Exact, but only promising ones are looked at closely: one whose bound is highest first,
 * then those whose bounds are above what it turned out to be, and stay so when they are tightened.
 */
export function best(scorer: Scorer, glanced: readonly Scored[], atLeast = -Infinity): Scored | undefined {
  const [first, ...others] = glanced;
  if (!first) return undefined;
  const hopeful = others.reduce((high, item) => (item.logGain > high.logGain ? item : high), first);
  let winner = look(scorer, hopeful, atLeast);
  let floor = winner?.logGain ?? atLeast;
  const above = (items: readonly Scored[]): readonly Scored[] =>
    items.filter(({ logGain }) => logGain > floor).sort((a, b) => b.logGain - a.logGain);
  const rivals = above(glanced.filter((item) => item !== hopeful));
  for (const item of above(tighten(scorer, rivals, floor))) {
    if (item.logGain <= floor) break;
    const seen = look(scorer, item, floor);
    if (seen && seen.logGain > floor) [winner, floor] = [seen, seen.logGain];
  }
  return winner;
}

export const testing = { look };

/** Expected hypervolume improvement of many candidates, and the best of them without looking closely at all. */
import { crossEntry, crossVariance } from '../../surrogate/cross-cache.ts';
import type { CrossCache, CrossEntry } from '../../surrogate/cross-cache.ts';
import type { Point } from '../../surrogate/encoding.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { priorVariance } from '../../surrogate/kernel.ts';
import type { Member } from '../catalogue.ts';
import type { Gain } from './gain.ts';

export interface Scored {
  readonly member: Member;
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
  readonly pointOf: (member: Member) => Point;
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

const entryOf = ({ cross, gp, settled, pointOf }: Scorer, member: Member): CrossEntry =>
  crossEntry(cross, gp, settled, member.key, pointOf(member));

/**
 * Posterior mean in O(n), and upper bounds: the variance given the one most telling result alone is never less than the
 * variance given all, and EHVI rises with it.
 */
export function glance(scorer: Scorer, member: Member): Scored {
  const { gp, gain, precisions } = scorer;
  const { values: vector } = entryOf(scorer, member);
  let mean = scorer.offset(member);
  let explained = 0;
  for (let i = 0; i < precisions.length; i++) {
    const covariance = vector[i]!;
    mean += covariance * gp.alpha[i]!;
    const share = covariance * covariance * precisions[i]!;
    if (share > explained) explained = share;
  }
  const prior = priorVariance(gp.terms, scorer.pointOf(member).family);
  const deviation = Math.sqrt(Math.max(LEAST_VARIANCE, prior - explained));
  return { member, mean, deviation, logGain: gain.bound(member, mean, deviation) };
}

/** The same with EHVI itself instead of its bound, at the deviation's bound. */
export function refine({ gain }: Scorer, glanced: Scored): Scored {
  const { member, mean, deviation } = glanced;
  return { ...glanced, logGain: gain.log(gain.stakesOf(member), mean, deviation) };
}

/** The exact gain, in O(n²), in O(n) a new result; `undefined`, often sooner, when it turns out to be less than `atLeast`. */
export function look(scorer: Scorer, { member, mean }: Scored, atLeast: number): Scored | undefined {
  const { gp, gain, cross, settled } = scorer;
  const deviationOf = (variance: number): number => Math.sqrt(Math.max(variance, LEAST_VARIANCE));
  const falls = (variance: number): boolean => gain.bound(member, mean, deviationOf(variance)) < atLeast;
  const variance = crossVariance(cross, gp, settled, entryOf(scorer, member), falls);
  if (falls(variance)) return undefined;
  const deviation = deviationOf(variance);
  const logGain = gain.log(gain.stakesOf(member), mean, deviation);
  return logGain < atLeast ? undefined : { member, mean, deviation, logGain };
}

/**
 * The candidate with the largest gain, `undefined` where none has more than `atLeast`, if that is given. Exact, but only
 * promising ones are looked at closely: one whose bound is highest first, then those whose bounds are above what it turned
 * out to be.
 */
export function best(scorer: Scorer, glanced: readonly Scored[], atLeast = -Infinity): Scored | undefined {
  const [first, ...others] = glanced;
  if (!first) return undefined;
  const hopeful = others.reduce((high, item) => (item.logGain > high.logGain ? item : high), first);
  let winner = look(scorer, hopeful, atLeast);
  let floor = winner?.logGain ?? atLeast;
  const rivals = glanced.filter((item) => item !== hopeful && item.logGain > floor);
  for (const item of rivals.sort((a, b) => b.logGain - a.logGain)) {
    if (item.logGain <= floor) break;
    const seen = look(scorer, item, floor);
    if (seen && seen.logGain > floor) [winner, floor] = [seen, seen.logGain];
  }
  return winner;
}

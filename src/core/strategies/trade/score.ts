/** Expected hypervolume improvement of many candidates, and the best of them without looking closely at all. */
import type { Ehvi } from '../../acquisition/ehvi.ts';
import { crossVector } from '../../surrogate/cross-cache.ts';
import type { CrossCache } from '../../surrogate/cross-cache.ts';
import type { Point } from '../../surrogate/encoding.ts';
import { posteriorMean, posteriorVariance } from '../../surrogate/gp.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { priorVariance } from '../../surrogate/kernel.ts';
import type { Member } from '../catalogue.ts';

export interface Scored {
  readonly member: Member;
  /** Volumes of the candidate's known objectives in the front's cells. */
  readonly volumes: Float64Array;
  readonly mean: number;
  readonly deviation: number;
  /** log EHVI; an upper bound of it while `exact` is false. */
  readonly logGain: number;
  readonly exact: boolean;
}

export interface Scorer {
  /** Conditioned on pending trials; its first `settled` points are results. */
  readonly gp: Gp;
  readonly settled: number;
  readonly cross: CrossCache;
  readonly ehvi: Ehvi;
  readonly pointOf: (member: Member) => Point;
  /** The candidate's known objectives, less is better. */
  readonly costsOf: (member: Member) => readonly number[];
}

const vectorOf = ({ cross, gp, settled, pointOf }: Scorer, member: Member): Float64Array =>
  crossVector(cross, gp, settled, member.key, pointOf(member));

/**
 * Posterior mean in O(n), and an upper bound of the gain: the variance given the one most similar result alone is never
 * less than the variance given all, and EHVI rises with it.
 */
export function glance(scorer: Scorer, member: Member): Scored {
  const { gp, ehvi } = scorer;
  const vector = vectorOf(scorer, member);
  const { families } = gp.scaled;
  const priors = gp.model.encoding.families.map((_, family) => priorVariance(gp.terms, family));
  const prior = priors[scorer.pointOf(member).family] ?? NaN;
  let explained = 0;
  for (let i = 0; i < gp.points.length; i++) {
    const covariance = vector[i]!;
    explained = Math.max(explained, (covariance * covariance) / (priors[families[i]!]! + gp.terms.noise));
  }
  const mean = posteriorMean(gp, vector);
  const deviation = Math.sqrt(Math.max(1e-12, prior - explained));
  const volumes = ehvi.volumes(scorer.costsOf(member));
  return { member, volumes, mean, deviation, logGain: ehvi.log(volumes, mean, deviation), exact: false };
}

/** The exact gain, in O(n²); given up, as a bound that lies below `atLeast`, once the candidate cannot reach that. */
export function look(scorer: Scorer, { member, volumes, mean }: Scored, atLeast: number): Scored {
  const { gp, ehvi } = scorer;
  const n = gp.points.length;
  const vector = vectorOf(scorer, member);
  let abandoned = false;
  const variance = posteriorVariance(gp, scorer.pointOf(member).family, vector, new Float64Array(n), (bound) => {
    abandoned = ehvi.log(volumes, mean, Math.sqrt(Math.max(bound, 1e-12))) < atLeast;
    return abandoned;
  });
  const deviation = Math.sqrt(Math.max(variance, 1e-12));
  return { member, volumes, mean, deviation, logGain: ehvi.log(volumes, mean, deviation), exact: !abandoned };
}

/** The candidate with the largest gain; of equals the first. Exact, but only promising ones are looked at closely. */
export function best(scorer: Scorer, glanced: readonly Scored[], atLeast = -Infinity): Scored | undefined {
  const order = glanced.map((_, i) => i).sort((a, b) => glanced[b]!.logGain - glanced[a]!.logGain || a - b);
  let winner: Scored | undefined;
  let mark = atLeast;
  for (const i of order) {
    const item = glanced[i]!;
    if (item.logGain < mark || (winner && item.logGain === mark)) break;
    const seen = look(scorer, item, mark);
    if (seen.exact && (!winner || seen.logGain > mark)) {
      winner = seen;
      mark = seen.logGain;
    }
  }
  return winner;
}

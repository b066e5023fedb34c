/**
 * What earlier runs say of a student, as a feature of the surrogate (docs/trade.md, step 10): y = ρ
 * m(x) + δ(x).
 *
 * | symbol | meaning                                                                             | shape |
 * | m(x)   | posterior mean of the earlier results, each run standardised by itself              | [n]   |
 * | y      | outputs of this run                                                                 | [n]   |
 * | δ      | what the earlier runs do not explain: the process with covariance K (noise on it)   |       |
 * | ρ      | weight, ρ ~ N(ρ₀, τ²); 0 where the earlier runs are dropped                           |       |
 * | q      | K⁻¹ m                                                                               | [n]   |
 * | P      | (K + τ² m mᵀ)⁻¹, which integrates ρ                                                  | [n][n]|
 *
 * A student tells about others as in Kennedy and O'Hagan 2000 (equation 1, autoregressive), with
 * the earlier mean plugged in. The weight is dropped when leaving one out predicts better without
 * it: a run that misleads costs its initial students. Results on other data begin a search, and are
 * dropped after some of its own. [R]
 */
import { cornerOf } from '../../geometry/dominance.ts';
import { memoise } from '../../memoise.ts';
import { sign } from '../../objective.ts';
import { createGp, leaveOneOut, posteriorMean } from '../../surrogate/gp.ts';
import type { Gp, Model } from '../../surrogate/gp.ts';
import { fitHyperparameters } from '../../surrogate/fit.ts';
import { kernelVector } from '../../surrogate/kernel.ts';
import type { CostedCandidate, Point } from '../../surrogate/encoding.ts';
import { logScore } from '../../surrogate/calibration.ts';
import { createStandardiser, toOutput } from '../../surrogate/standardise.ts';
import { inverse, packedLength, solve } from '../../math/linear-algebra.ts';
import { activeDimensions, isMember } from '../../space/lattice.ts';
import type { Candidate, Space } from '../../space/space.ts';
import type { Catalogue, Member } from '../catalogue.ts';
import type { PriorResult } from '../../records/run.ts';
import { contributions } from './regions.ts';

const TRANSFER = Object.freeze({
  /** ρ₀ and τ. [R] */
  weight: 0.8,
  weightDeviation: 0.4,
  /** Log score, in nats over all results, by which the earlier runs must predict worse before they
   * are dropped. [R] */
  benefit: 1,
  /** Own results from which on those of another data set count no more: what they say of the best
   * students holds a search up, and leaving one out does not tell. [R] */
  onOtherData: 10,
  /** Results of earlier runs that are learned from; of more, every so-manyth by value. [R] */
  results: 400,
  /** Likelihood evaluations of the one fit to them. [R] */
  evaluations: 20,
});

/** A student of an earlier run, within this one's limits. */
interface Earlier {
  readonly member: Member;
  /** Standardised within its run, more is better. */
  readonly output: number;
}

export interface Prior {
  /** m(x). */
  readonly mean: (member: CostedCandidate) => number;
  /** The earlier runs' front, what it would lose most by first. */
  readonly front: readonly Member[];
  /** Own results from which on it counts no more. */
  readonly until: number;
}

/** A finite value of a student that this space has, too. */
export function isUsable(space: Space, { candidate, value }: PriorResult): boolean {
  return Number.isFinite(value) && isCandidateOf(space, candidate);
}

function isCandidateOf({ families }: Space, { family: name, config }: Candidate): boolean {
  const family = families.find((one) => one.name === name);
  if (!family) return false;
  const active = activeDimensions(family, config);
  const hasLevels = active.every((dimension) => dimension.levels.some((level) => level === config[dimension.name]));
  return hasLevels && active.length === Object.keys(config).length && isMember(family, config);
}

/** `undefined` without a single usable result: of a student of this space, with a finite value. */
export function createPrior(
  catalogue: Catalogue,
  model: Model,
  pointOf: (member: CostedCandidate) => Point,
  results: readonly PriorResult[],
  isFromOtherData = false,
): Prior | undefined {
  const known = standardised(catalogue, results);
  if (known.length === 0) return undefined;
  // Fitted when it is first needed: a run that is only looked at needs none.
  let fitted: Gp | undefined;
  const gpOf = (): Gp => (fitted ??= fitEarlier(model, pointOf, known));
  return {
    mean: memoise((member) => {
      const gp = gpOf();
      const vector = new Float64Array(gp.points.length);
      return posteriorMean(gp, kernelVector(model.encoding, gp.terms, gp.scaled, pointOf(member), vector));
    }),
    front: frontOf(catalogue, known),
    until: isFromOtherData ? TRANSFER.onOtherData : Infinity,
  };
}

function fitEarlier(model: Model, pointOf: (member: CostedCandidate) => Point, known: readonly Earlier[]): Gp {
  const points = known.map(({ member }) => pointOf(member));
  const y = Float64Array.from(known, ({ output }) => output);
  const theta = fitHyperparameters(model, points, y, undefined, TRANSFER.evaluations);
  return createGp(model, theta, points, y);
}

function standardised(catalogue: Catalogue, results: readonly PriorResult[]): readonly Earlier[] {
  const orientation = sign(catalogue.problem.objectives[0]?.goal ?? 'maximize');
  const usable = results.filter((result) => isUsable(catalogue.problem.space, result));
  const sources = [...new Set(usable.map(({ source }) => source))];
  const earlier = sources.flatMap((name) => {
    const run = usable.filter(({ source }) => source === name);
    const scale = createStandardiser(run.map(({ value }) => orientation * value));
    return run.flatMap(({ candidate, value }): Earlier[] => {
      const member = catalogue.admit(candidate);
      return member ? [{ member, output: toOutput(scale, orientation * value) }] : [];
    });
  });
  earlier.sort((a, b) => b.output - a.output || (a.member.key < b.member.key ? -1 : 1));
  const step = Math.max(1, Math.ceil(earlier.length / TRANSFER.results));
  return earlier.filter((_, i) => i % step === 0);
}

/** Of costs that only a measurement tells nothing is known here: the front is that of the
 * others. */
function frontOf({ problem, families }: Catalogue, known: readonly Earlier[]): readonly Member[] {
  const objectives = problem.objectives.slice(1).filter((objective) => objective.known);
  const costsOf = ({ costs }: Member): readonly number[] => cornerOf(costs, objectives);
  const dearest = families
    .flatMap(({ members }) => members.map(costsOf))
    .reduce((high, costs) => high.map((cost, j) => Math.max(cost, costs[j] ?? cost)), costsOf(known[0]!.member));
  const worst = known.reduce((low, { output }) => Math.min(low, output), Infinity);
  const placed = known.map(({ member, output }, trial) => ({
    trial,
    outcome: { value: output, costs: costsOf(member) },
  }));
  const front = contributions(placed, { value: worst - 1, costs: dearest.map((cost) => cost + Math.abs(cost) / 10) });
  const members = front.flatMap(({ trial }) => known[trial]?.member ?? []);
  return [...new Map(members.map((member) => [member.key, member])).values()];
}

export interface PriorFit {
  readonly theta: readonly number[];
  /** ρ. */
  readonly weight: number;
}

/** θ and ρ for outputs `y` and earlier means `m`, `[n]`: of two fits, with the earlier runs and
 * without, the better. */
export function fitWithPrior(
  model: Model,
  points: readonly Point[],
  y: Float64Array,
  m: Float64Array,
  warmStart: readonly number[] | undefined,
  evaluations: number,
): PriorFit {
  const plain = fitHyperparameters(model, points, y, warmStart, evaluations);
  const alone = createGp(model, plain, points, y);
  const first = weigh(alone, m).weight;
  const theta = fitHyperparameters(model, points, withoutPrior(y, m, first), warmStart, evaluations);
  const joint = weigh(createGp(model, theta, points, y), m);
  return joint.score >= plainScore(alone) - TRANSFER.benefit
    ? { theta, weight: joint.weight }
    : { theta: plain, weight: 0 };
}

/** y − ρ m, `[n]`: what is left for the surrogate. */
export const withoutPrior = (y: Float64Array, m: Float64Array, weight: number): Float64Array =>
  y.map((output, i) => output - weight * m[i]!);

/** Σ log p(yᵢ | the others), in nats. */
const plainScore = (gp: Gp): number =>
  leaveOneOut(gp).reduce(
    (sum, { mean, variance }, i) => sum + logScore({ mean, deviation: Math.sqrt(variance), outcome: gp.y[i]! }),
    0,
  );

/**
 * Posterior mean of ρ given the outputs of `gp` (whose K it is), and Σ log p(yᵢ | the others) with
 * ρ integrated: equations 5.10 to 5.12 of Rasmussen and Williams 2006 for P, by Sherman and
 * Morrison.
 */
function weigh(gp: Gp, m: Float64Array): { readonly weight: number; readonly score: number } {
  const { weight: start, weightDeviation } = TRANSFER;
  const spread = weightDeviation ** 2;
  const q = solve(gp.factor, m);
  const alpha = gp.alpha.map((value, i) => value - start * q[i]!);
  const information = q.reduce((sum, value, i) => sum + value * m[i]!, 0);
  const pull = alpha.reduce((sum, value, i) => sum + value * m[i]!, 0);
  const gain = spread / (1 + spread * information);
  const precision = inverse(gp.factor);
  const score = q.reduce((sum, value, i) => {
    const own = precision[packedLength(i) + i]! - gain * value * value;
    const residual = (alpha[i]! - gain * value * pull) / own;
    return sum + logScore({ mean: 0, deviation: Math.sqrt(1 / own), outcome: residual });
  }, 0);
  return { weight: start + gain * pull, score };
}

export const testing = { TRANSFER, weigh };

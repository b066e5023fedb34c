/** One proposal from the posterior: candidates of all arms, one acquisition, one argmax over
 * families and regions alike. */
import type { Why } from '../../records/proposal.ts';
import type { Outcome } from '../../geometry/cells.ts';
import type { Rng } from '../../math/rng.ts';
import { sign } from '../../objective.ts';
import { familyOf } from '../../space/lattice.ts';
import type { Candidate } from '../../space/space.ts';
import { posterior } from '../../surrogate/gp.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { toValue, unitAt } from '../../surrogate/standardise.ts';
import type { Standardiser } from '../../surrogate/standardise.ts';
import type { Member } from '../catalogue.ts';
import { isPending, objectiveCosts, outcomeOf, valueAt, withData } from '../ledger.ts';
import { addGlobalCandidates, addRegionCandidates, CandidateSet } from './candidates.ts';
import { climbAnywhere } from './climb.ts';
import { FAMILY_ARM, TRADE } from './constants.ts';
import { stepInFamily } from './family-arm.ts';
import type { FamilyStep } from './family-arm.ts';
import { createGain } from './gain.ts';
import { posteriorValues } from './learn.ts';
import type { Learned } from './learn.ts';
import { contributions, familyFronts, isOpen, nearestCentre, playLaw, radiusName } from './regions.ts';
import type { Centre, Region, Result } from './regions.ts';
import { best, createScorer, glance } from './score.ts';
import type { Scored, Scorer } from './score.ts';
import { judged } from './state.ts';
import type { TradeState } from './state.ts';

export interface Chosen {
  readonly member: Member;
  readonly why: Why;
}

/** The most promising unasked candidate; `undefined` when none is left. `gp` is conditioned on what
 * is pending. */
export function propose(
  state: TradeState,
  learned: Learned,
  gp: Gp,
  picked: readonly Member[],
  asked: ReadonlySet<string>,
  position: number,
  rng: Rng,
): Chosen | undefined {
  const { context } = state;
  const { catalogue, options } = context;
  const { problem } = context.input;
  const results = believedResults(state, learned);
  const scorer = scorerOf(state, learned, results, gp, picked);

  const bounds = context.options['regions'] === true ? boundsOf(state, results) : undefined;
  const set = new CandidateSet(catalogue, asked);
  if (bounds) addRegionCandidates(set, bounds.region, [...bounds.centres.values()].flat(), rng);
  addGlobalCandidates(set, searchCentres(state), position, rng);

  const holds = (candidate: Candidate): boolean => bounds === undefined || bounds.holds(candidate);
  const within = set.members.filter(({ candidate }) => holds(candidate));
  // A region without an unasked student left restricts nothing.
  const glanced = (within.length > 0 ? within : set.members).map((member) => glance(scorer, member));
  climbAnywhere({ scorer, set, glanced, rng, holds });
  const winner = best(scorer, glanced);
  if (!winner) return undefined;
  const orientation = sign(problem.objectives[0]?.goal ?? 'maximize');
  const { latency } = learned;
  const step =
    options['familyArm'] === false
      ? undefined
      : stepInFamily(state, Math.exp(winner.logGain), { latency, picked, asked, rng });
  const { member } = step ?? winner;
  const expectedLatency = latency.expected(member);
  const why = step
    ? explainStep(step, best(scorer, [glance(scorer, member)]), orientation)
    : {
        ...explain(winner, learned.scale, orientation, bounds?.placeOf(member.candidate)),
        ...(learned.priorWeight !== undefined && { priorWeight: learned.priorWeight }),
      };
  return { member, why: { ...why, ...(expectedLatency !== undefined && { predictedLatencyMs: expectedLatency }) } };
}

/** What is told, each result at its posterior value, in the order in which it came. */
export function believedResults({ context, ledger }: TradeState, learned: Learned): readonly Result[] {
  const { problem } = context.input;
  const data = withData(ledger);
  const values = posteriorValues(problem, data, learned);
  return data.map((told, i) => {
    const { trial, why, candidate } = told;
    const outcome = outcomeOf(problem, told);
    return { trial, why, candidate, outcome: outcome && { ...outcome, value: values[i]! } };
  });
}

/** Where the trust region lets a student be proposed. */
interface Bounds {
  readonly region: Region;
  readonly centres: ReadonlyMap<string, readonly Centre[]>;
  readonly holds: (candidate: Candidate) => boolean;
  readonly placeOf: (candidate: Candidate) => Why['region'];
}

/** `undefined` as long as the region is not open. A family without a result has no centre yet, and
 * is free, but where a single student is the only centre. */
function boundsOf(state: TradeState, results: readonly Result[]): Bounds | undefined {
  const { context } = state;
  const { space } = context.input.problem;
  const { reference } = judged(state);
  const region = playLaw(results, reference).at(-1)?.region;
  if (!region || !isOpen(region)) return undefined;
  const isSingle = context.options['oneRegion'] === true;
  const centres = isSingle ? largestContribution(results, reference) : familyFronts(results);
  const nearest = (candidate: Candidate): Centre | undefined => {
    const family = familyOf(space, candidate.family);
    return nearestCentre(region, family, centres.get(candidate.family) ?? [], candidate);
  };
  return {
    region,
    centres,
    holds: (candidate) => (!isSingle && !centres.has(candidate.family)) || nearest(candidate) !== undefined,
    placeOf(candidate) {
      const centre = nearest(candidate);
      const radius = radiusName(region, familyOf(space, candidate.family));
      return centre && { id: region.id, centre: centre.trial, radius };
    },
  };
}

/** The student without which the believed front would lose most, as the only centre. */
function largestContribution(results: readonly Result[], reference: Outcome): ReadonlyMap<string, readonly Centre[]> {
  const placed = results.flatMap(({ trial, outcome }) => (outcome ? [{ trial, outcome }] : []));
  const first = contributions(placed, reference)[0]?.trial;
  return new Map(results.filter(({ trial }) => trial === first).map((result) => [result.candidate.family, [result]]));
}

/** Gains over what is told, at its posterior value, and over what is pending at its predicted
 * value. */
function scorerOf(
  state: TradeState,
  learned: Learned,
  results: readonly Result[],
  gp: Gp,
  picked: readonly Member[],
): Scorer {
  const { scale, cross, latency, offset } = learned;
  const { context, ledger } = state;
  const { problem } = context.input;
  const running: readonly Pick<Member, 'key' | 'candidate' | 'costs'>[] = [
    ...ledger.trials.filter(isPending),
    ...picked,
  ];
  const expected = running.map((member): Outcome => {
    const costs = latency.costs(member);
    const value = toValue(scale, posterior(gp, context.pointOf(member)).mean + offset(member));
    return { value: valueAt(problem, value, costs), costs: objectiveCosts(problem, costs) };
  });
  return createScorer({
    gp,
    settled: learned.gp.points.length,
    cross,
    gain: createGain(
      problem,
      [...results.flatMap(({ outcome }) => outcome ?? []), ...expected],
      judged(state).reference,
      scale,
      latency,
    ),
    writePoint: context.writePoint,
    offset,
  });
}

/** The front, and the best values told: around them lie the candidates of families too large to
 * list. */
function searchCentres(state: TradeState): readonly Candidate[] {
  const { placed, reference } = judged(state);
  const values = [...withData(state.ledger)].sort((a, b) => b.value - a.value || a.trial - b.trial);
  const trials = [...contributions(placed, reference).map(({ trial }) => trial), ...values.map(({ trial }) => trial)];
  return [...new Set(trials)]
    .slice(0, TRADE.bestMeans)
    .map((trial) => state.ledger.trials[trial]?.candidate)
    .filter((candidate) => candidate !== undefined);
}

/** Predicted by its family's own process; the gain is what the surrogate of all families expects of
 * it. */
function explainStep({ mean, deviation }: FamilyStep, shared: Scored | undefined, orientation: number): Why {
  return {
    source: FAMILY_ARM,
    predicted: { mean: orientation * mean, deviation },
    ...(shared && { expectedGain: Math.exp(shared.logGain) }),
  };
}

/** Why this one, in the objective's own units and orientation. */
function explain(winner: Scored, scale: Standardiser, orientation: number, region: Why['region']): Why {
  const { mean, deviation, logGain } = winner;
  return {
    source: region ? 'region' : 'global',
    ...(region && { region }),
    predicted: { mean: orientation * toValue(scale, mean), deviation: deviation * unitAt(scale, mean) },
    expectedGain: Math.exp(logGain),
    ...(logGain === -Infinity ? { fallback: 'no candidate is left that could improve the front' } : {}),
  };
}

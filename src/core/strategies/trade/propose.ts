/** One proposal from the posterior: candidates of all arms, one acquisition, one argmax over
 * families and regions alike. */
import type { Why } from '../../records/proposal.ts';
import type { Outcome } from '../../geometry/cells.ts';
import type { Rng } from '../../math/rng.ts';
import { sign } from '../../objective.ts';
import type { Candidate } from '../../space/space.ts';
import { posterior } from '../../surrogate/gp.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { toValue, unitAt } from '../../surrogate/standardise.ts';
import type { Standardiser } from '../../surrogate/standardise.ts';
import type { Member } from '../catalogue.ts';
import { isPending, objectiveCosts, outcomeOf, valueAt, withData } from '../ledger.ts';
import { chooseByCredit, claimant, regionArms } from './arms.ts';
import type { RegionArm } from './arms.ts';
import { addGlobalCandidates, addRegionCandidates, CandidateSet } from './candidates.ts';
import { climbAnywhere, climbWithin } from './climb.ts';
import { FAMILY_ARM, TRADE } from './constants.ts';
import { stepInFamily } from './family-arm.ts';
import type { FamilyStep } from './family-arm.ts';
import { createGain } from './gain.ts';
import { posteriorValues } from './learn.ts';
import type { Learned } from './learn.ts';
import { contributions, radiusName } from './regions.ts';
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
  const { context, ledger, regions } = state;
  const { catalogue } = context;
  const { problem } = context.input;
  const scorer = scorerOf(state, learned, gp, picked);

  const set = new CandidateSet(catalogue, asked);
  const arms = regionArms(catalogue, context.options['regions'] === false ? [] : regions, ledger.trials);
  for (const { region, family, centre } of arms) addRegionCandidates(set, region, family, centre, rng);
  addGlobalCandidates(set, searchCentres(state), position, rng);

  const glanced = set.members.map((member) => glance(scorer, member));
  const climber = { scorer, set, glanced, rng };
  climbAnywhere(climber);
  for (const arm of arms) climbWithin(climber, arm);
  const { options } = context;
  const boxed = options['oneRegion'] === true ? glanced.filter(({ member }) => claimant(arms, member)) : [];
  const candidates = boxed.length > 0 ? boxed : glanced;
  const winner = options['credit'] === false ? best(scorer, candidates) : chooseByCredit(scorer, candidates, arms);
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
        ...explain(winner, learned.scale, orientation, claimant(arms, member)),
        ...(learned.priorWeight !== undefined && { priorWeight: learned.priorWeight }),
      };
  return { member, why: { ...why, ...(expectedLatency !== undefined && { predictedLatencyMs: expectedLatency }) } };
}

/** What is told, each result at its posterior value. */
function posteriorOutcomes({ context, ledger }: TradeState, learned: Learned): readonly Outcome[] {
  const { problem } = context.input;
  const data = withData(ledger);
  const values = posteriorValues(problem, data, learned);
  return data.flatMap((trial, i) => {
    const outcome = outcomeOf(problem, trial);
    return outcome ? [{ ...outcome, value: values[i]! }] : [];
  });
}

/** Gains over what is told, at its posterior value, and over what is pending at its predicted
 * value. */
function scorerOf(state: TradeState, learned: Learned, gp: Gp, picked: readonly Member[]): Scorer {
  const { scale, gp: results, cross, latency, offset } = learned;
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
    settled: results.points.length,
    cross,
    gain: createGain(
      problem,
      [...posteriorOutcomes(state, learned), ...expected],
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
function explain(winner: Scored, scale: Standardiser, orientation: number, arm: RegionArm | undefined): Why {
  const { mean, deviation, logGain } = winner;
  return {
    source: arm ? 'region' : 'global',
    ...(arm && {
      region: { id: arm.region.id, centre: arm.region.centre, radius: radiusName(arm.region, arm.family) },
    }),
    predicted: { mean: orientation * toValue(scale, mean), deviation: deviation * unitAt(scale, mean) },
    expectedGain: Math.exp(logGain),
    ...(logGain === -Infinity ? { fallback: 'no candidate is left that could improve the front' } : {}),
  };
}

/** One proposal from the posterior: candidates of all arms, one acquisition, one argmax over families and regions alike. */
import type { Outcome } from '../../acquisition/cells.ts';
import type { Why } from '../../events.ts';
import type { Rng } from '../../math/rng.ts';
import { familyOf } from '../../space/lattice.ts';
import type { Candidate } from '../../space/space.ts';
import { posterior } from '../../surrogate/gp.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { toValue, unitAt } from '../../surrogate/standardise.ts';
import type { Standardiser } from '../../surrogate/standardise.ts';
import type { Catalogue, Member } from '../catalogue.ts';
import { isPending, objectiveCosts, outcomeOf, sign, valueAt, withData } from '../ledger.ts';
import { referenceOutcome } from '../reference-outcome.ts';
import { addGlobalCandidates, addRegionCandidates, CandidateSet, neighbour } from './candidates.ts';
import { TRADE } from './constants.ts';
import { createGain } from './gain.ts';
import type { Learned } from './learn.ts';
import { contains, contributions, radiusName } from './regions.ts';
import type { Region } from './regions.ts';
import { best, createScorer, glance, refine } from './score.ts';
import type { Scored, Scorer } from './score.ts';
import { judged } from './state.ts';
import type { TradeState } from './state.ts';

export interface Chosen {
  readonly member: Member;
  readonly why: Why;
}

/** The most promising unasked candidate; `undefined` when none is left. `gp` is conditioned on what is pending. */
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
  const active = context.options['regions'] === false ? [] : regions;
  for (const region of active) {
    const centre = ledger.trials[region.centre];
    if (centre) addRegionCandidates(set, catalogue, region, centre.candidate, rng);
  }
  addGlobalCandidates(set, catalogue, searchCentres(state), position, rng);

  const glanced = set.members.map((member) => glance(scorer, member));
  climb(catalogue, scorer, set, glanced, rng);
  const winner = best(scorer, glanced);
  if (!winner) return undefined;
  const expectedLatency = learned.latency.expected(winner.member);
  const orientation = sign(problem.objectives[0]?.goal ?? 'maximize');
  return {
    member: winner.member,
    why: {
      ...explain(winner, learned.scale, orientation, claimant(state, active, winner.member)),
      ...(expectedLatency !== undefined && { predictedLatencyMs: expectedLatency }),
      ...(learned.priorWeight !== undefined && { priorWeight: learned.priorWeight }),
    },
  };
}

/** The narrowest region that the candidate lies in: it answers for the trial. The global arm has what lies in none. */
function claimant(
  { context, ledger }: TradeState,
  regions: readonly Region[],
  { candidate }: Member,
): Region | undefined {
  const { space } = context.input.problem;
  return regions
    .filter(({ step, centre }) => {
      const middle = ledger.trials[centre]?.candidate;
      if (middle?.family !== candidate.family) return false;
      return contains({ step }, familyOf(space, candidate.family), middle.config)(candidate.config);
    })
    .sort((a, b) => b.step - a.step || a.id - b.id)[0];
}

/**
 * What results are worth by the surrogate: their posterior means without the noise, y − σ²α (Rasmussen and Williams 2006,
 * equation 2.25 at the data). Gains over the best of noisy results would be gains over its luck (Letham et al. 2019).
 */
function believed({ context, ledger }: TradeState, { scale, gp, offset }: Learned): readonly Outcome[] {
  const { problem } = context.input;
  return withData(ledger).flatMap((trial, i) => {
    const outcome = outcomeOf(problem, trial);
    if (!outcome) return [];
    const latent = gp.y[i]! - gp.terms.noise * gp.alpha[i]! + offset(trial);
    const costs = { ...trial.metrics, ...trial.costs };
    return [{ ...outcome, value: valueAt(problem, toValue(scale, latent), costs) }];
  });
}

/** Gains over what is told, as it is believed to be, and over what is pending at its predicted value. */
function scorerOf(state: TradeState, learned: Learned, gp: Gp, picked: readonly Member[]): Scorer {
  const { scale, gp: results, cross, latency, offset } = learned;
  const { context, ledger } = state;
  const { problem } = context.input;
  const told = judged(state).map(({ outcome }) => outcome);
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
      [...believed(state, learned), ...expected],
      referenceOutcome(context.catalogue, told),
      scale,
      latency,
    ),
    pointOf: context.pointOf,
    offset,
  });
}

/** The front, and the best values told: around them lie the candidates of families too large to list. */
function searchCentres(state: TradeState): readonly Candidate[] {
  const placed = judged(state);
  const reference = referenceOutcome(
    state.context.catalogue,
    placed.map(({ outcome }) => outcome),
  );
  const values = [...withData(state.ledger)].sort((a, b) => b.value - a.value || a.trial - b.trial);
  const trials = [...contributions(placed, reference).map(({ trial }) => trial), ...values.map(({ trial }) => trial)];
  return [...new Set(trials)]
    .slice(0, TRADE.bestMeans)
    .map((trial) => state.ledger.trials[trial]?.candidate)
    .filter((candidate) => candidate !== undefined);
}

/**
 * Local search in large families: from the best candidates, and from the best of each family's sample (which lie where
 * little is known), one or two dimensions move by a step of any size as long as that promises more. Adds what it sees.
 */
function climb(catalogue: Catalogue, scorer: Scorer, set: CandidateSet, glanced: Scored[], rng: Rng): void {
  const large = catalogue.families.filter(({ whole }) => !whole);
  if (large.length === 0) return;
  const names = new Set(large.map(({ family }) => family.name));
  const sampled = new Set(large.flatMap(({ members }) => members.map(({ key }) => key)));
  const order = glanced
    .filter(({ member }) => names.has(member.candidate.family))
    .map((item) => refine(scorer, item))
    .sort((a, b) => b.logGain - a.logGain);
  const starts = new Set([
    ...order.slice(0, TRADE.searchStarts),
    ...order.filter(({ member }) => sampled.has(member.key)).slice(0, TRADE.searchStarts),
  ]);
  for (const start of starts) {
    const family = familyOf(catalogue.problem.space, start.member.candidate.family);
    let here = start;
    for (let looks = 0; looks < TRADE.searchLooks; looks++) {
      const config = neighbour(family, here.member.candidate.config, rng);
      const member = config && set.addConfig(family, config);
      if (!member) continue;
      const seen = refine(scorer, glance(scorer, member));
      glanced.push(seen);
      if (seen.logGain > here.logGain) here = seen;
    }
  }
}

/** Why this one, in the objective's own units and orientation. */
function explain(winner: Scored, scale: Standardiser, orientation: number, region: Region | undefined): Why {
  const { mean, deviation, logGain } = winner;
  return {
    source: region ? 'region' : 'global',
    ...(region ? { region: { id: region.id, centre: region.centre, radius: radiusName(region) } } : {}),
    predicted: { mean: orientation * toValue(scale, mean), deviation: deviation * unitAt(scale, mean) },
    expectedGain: Math.exp(logGain),
    ...(logGain === -Infinity ? { fallback: 'no candidate is left that could improve the front' } : {}),
  };
}

/** One proposal from the posterior: candidates of all arms, one acquisition, one argmax over families and regions alike. */
import { createCells } from '../../acquisition/cells.ts';
import type { Outcome } from '../../acquisition/cells.ts';
import { createEhvi } from '../../acquisition/ehvi.ts';
import type { Why } from '../../events.ts';
import type { Rng } from '../../math/rng.ts';
import { familyOf } from '../../space/lattice.ts';
import type { Candidate } from '../../space/space.ts';
import { posterior } from '../../surrogate/gp.ts';
import type { Gp } from '../../surrogate/gp.ts';
import { toValue, unitAt } from '../../surrogate/standardise.ts';
import type { Standardiser } from '../../surrogate/standardise.ts';
import type { Member } from '../catalogue.ts';
import { isPending, knownObjectives, sign, withData } from '../ledger.ts';
import { referenceOutcome } from '../reference-outcome.ts';
import { addGlobalCandidates, addRegionCandidates, CandidateSet, exchanges } from './candidates.ts';
import { TRADE } from './constants.ts';
import type { Learned } from './learn.ts';
import { contributions, radiusName } from './regions.ts';
import type { Region } from './regions.ts';
import { best, glance } from './score.ts';
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
  const scorer = createScorer(state, learned, gp, picked);

  const set = new CandidateSet(catalogue, asked);
  const regionOf = new Map<string, Region>();
  if (context.options['regions'] !== false) {
    for (const region of regions) {
      const centre = ledger.trials[region.centre];
      if (!centre || catalogue.families.some(({ family, whole }) => whole && family.name === centre.candidate.family))
        continue;
      for (const member of addRegionCandidates(set, catalogue, region, centre.candidate, rng))
        regionOf.set(member.key, region);
    }
  }
  addGlobalCandidates(set, catalogue, searchCentres(state), position, rng);

  const glanced = set.members.map((member) => glance(scorer, member));
  climb(state, scorer, set, glanced, regionOf);
  const winner = best(scorer, glanced);
  if (!winner) return undefined;
  return {
    member: winner.member,
    why: explain(
      winner,
      learned.scale,
      sign(problem.objectives[0]?.goal ?? 'maximize'),
      regionOf.get(winner.member.key),
    ),
  };
}

/** EHVI over the front of what is told, and of what is pending at its predicted value. */
function createScorer(
  state: TradeState,
  { scale, gp: results, cross }: Learned,
  gp: Gp,
  picked: readonly Member[],
): Scorer {
  const { context, ledger } = state;
  const { problem } = context.input;
  const costsOf = (member: Pick<Member, 'costs'>): readonly number[] => knownObjectives(problem, member.costs);
  const told = judged(state).map(({ outcome }) => outcome);
  const running: readonly Pick<Member, 'key' | 'candidate' | 'costs'>[] = [
    ...ledger.trials.filter(isPending),
    ...picked,
  ];
  const expected = running.map((member): Outcome => ({
    value: toValue(scale, posterior(gp, context.pointOf(member)).mean),
    costs: costsOf(member),
  }));
  const cells = createCells([...told, ...expected], referenceOutcome(context.catalogue, told));
  return {
    gp,
    settled: results.points.length,
    cross,
    ehvi: createEhvi(cells, scale),
    pointOf: context.pointOf,
    costsOf,
  };
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

/** Local search from the best candidates of large families, as long as a neighbour promises more; adds what it sees. */
function climb(
  state: TradeState,
  scorer: Scorer,
  set: CandidateSet,
  glanced: Scored[],
  regionOf: Map<string, Region>,
): void {
  const { catalogue } = state.context;
  const large = new Set(catalogue.families.filter(({ whole }) => !whole).map(({ family }) => family.name));
  const starts = glanced
    .filter(({ member }) => large.has(member.candidate.family))
    .sort((a, b) => b.logGain - a.logGain)
    .slice(0, TRADE.searchStarts);
  let looks = TRADE.searchLooks;
  for (const start of starts) {
    let here = start;
    for (let better = true; better && looks > 0;) {
      better = false;
      const family = familyOf(catalogue.problem.space, here.member.candidate.family);
      const region = regionOf.get(here.member.key);
      let next = here;
      for (const config of exchanges(family, here.member.candidate.config)) {
        const member = looks > 0 ? set.addConfig(family, config) : undefined;
        if (!member) continue;
        looks--;
        if (region) regionOf.set(member.key, region);
        const seen = glance(scorer, member);
        glanced.push(seen);
        if (seen.logGain > next.logGain) [next, better] = [seen, true];
      }
      here = next;
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
  };
}

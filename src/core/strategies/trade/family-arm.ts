/**
 * The arm of a starved family (docs/trade.md, step 5). Of a family with two poor results the
 * likeliest surrogate is too sure that all of it is poor, the more so as bad outliers are drawn in.
 * So where everything that it can still promise is next to nothing, a family that had few trials
 * goes on by itself: by a process of its own results alone, from its own best up.
 *
 * | symbol | meaning                                                                                   |
 * | v      | what is learned of a student, more is better                                              |
 * | best   | the family's best posterior value by its own process                                      |
 * | climb  | a result of the family above all its earlier ones by some part of a deviation of all       |
 *
 * Acquisition: log E[max(0, r v − best)], r = 1 or a reward's factor, over what costs less than the
 * reference.
 */
import { createExpectedReward } from '../../acquisition/expected-reward.ts';
import { logGainOf } from '../../acquisition/improvement-terms.ts';
import type { ImprovementTerms } from '../../acquisition/improvement-terms.ts';
import { outcomeCorner } from '../../geometry/cells.ts';
import type { Outcome } from '../../geometry/cells.ts';
import { createDominatedVolume } from '../../geometry/dominated-volume.ts';
import type { Rng } from '../../math/rng.ts';
import { rewardFactor } from '../../reward.ts';
import { encode } from '../../surrogate/encoding.ts';
import { appendPending, posterior } from '../../surrogate/gp.ts';
import type { Gp, Posterior } from '../../surrogate/gp.ts';
import { createStandardiser, toValue, unitAt } from '../../surrogate/standardise.ts';
import type { FamilyCatalogue, Member } from '../catalogue.ts';
import { isBelow, isPending, objectiveCosts, withData } from '../ledger.ts';
import type { DataTrial, LedgerTrial } from '../ledger.ts';
import { addFamilyCandidates, CandidateSet } from './candidates.ts';
import { FAMILY_ARM, TRADE } from './constants.ts';
import type { LatencyForecast } from './latency.ts';
import { fitFamily, posteriorValues } from './learn.ts';
import { contributions } from './regions.ts';
import { judged } from './state.ts';
import type { TradeState } from './state.ts';

/** A student by the arm of its family; `mean` and `deviation` are of what is learned, by the
 * family's own process. */
export interface FamilyStep {
  readonly member: Member;
  readonly mean: number;
  readonly deviation: number;
}

/** What a proposal has to go by. */
interface Standing {
  readonly latency: LatencyForecast;
  readonly picked: readonly Member[];
  readonly asked: ReadonlySet<string>;
  readonly rng: Rng;
}

/** The next student of a starved family; `undefined` where none is starved, or the rest promises
 * enough. `gain`: the best promise. */
export function stepInFamily(state: TradeState, gain: number, standing: Standing): FamilyStep | undefined {
  const { catalogue } = state.context;
  if (catalogue.families.length < 2) return undefined;
  const spent = state.ledger.trials.filter(({ why }) => why.source === FAMILY_ARM).length;
  if (spent >= Math.floor(TRADE.familyArmShare * catalogue.problem.budget)) return undefined;
  const { placed, reference } = judged(state);
  const volume = createDominatedVolume(outcomeCorner(reference));
  const whole = placed.reduce((_, { outcome }) => volume.add(outcomeCorner(outcome)), 0);
  if (!(gain < TRADE.familyArmBelow * whole)) return undefined;
  const onFront = new Set(
    contributions(placed, reference).map(({ trial }) => state.ledger.trials[trial]?.candidate.family),
  );
  for (const family of starvedFamilies(state, onFront)) {
    const step = nextStep(state, family, reference, standing);
    if (step) return step;
  }
  return undefined;
}

/** Families off the front: the one that climbs already, then those with few results, the poorest
 * first. */
function starvedFamilies(
  { context: { catalogue }, ledger }: TradeState,
  onFront: ReadonlySet<string | undefined>,
): readonly FamilyCatalogue[] {
  const data = withData(ledger);
  const { unit } = createStandardiser(data.map(({ learned }) => learned));
  const able = catalogue.families.filter(({ members }) => members.length > 0);
  const fewest = (TRADE.starvedShare * data.length) / able.length;
  const starved = able.flatMap((family) => {
    const { name, dimensions } = family.family;
    if (onFront.has(name)) return [];
    const own = ledger.trials.filter(({ candidate }) => candidate.family === name);
    const results = own.flatMap(({ learned }) => learned ?? []);
    const best = results.reduce((high, value) => Math.max(high, value), -Infinity);
    const { steps, vain } = stepsOf(own, unit);
    const isOn = steps > 0 && vain < TRADE.climbPatience * dimensions.length;
    const isNew = steps === 0 && results.length > 0 && results.length < fewest;
    return isOn || isNew ? [{ family, steps, best }] : [];
  });
  return starved
    .sort((a, b) => b.steps - a.steps || a.best - b.best || (a.family.family.name < b.family.family.name ? -1 : 1))
    .map(({ family }) => family);
}

/** How many of its family's trials the arm proposed, and how many of them since it last climbed. */
function stepsOf(own: readonly LedgerTrial[], unit: number): { readonly steps: number; readonly vain: number } {
  let best = -Infinity;
  let steps = 0;
  let vain = 0;
  for (const { why, learned = -Infinity } of own) {
    const isStep = why.source === FAMILY_ARM;
    if (isStep) steps++;
    if (learned > best + TRADE.climb * unit) vain = 0;
    else if (isStep) vain++;
    best = Math.max(best, learned);
  }
  return { steps, vain };
}

/** The family's own process, its results standardised by themselves; pending students count at
 * their posterior means. */
function ownProcess({ context, ledger }: TradeState, family: FamilyCatalogue, picked: readonly Member[]) {
  const { catalogue, options } = context;
  const metrics = options['costFeatures'] === false ? [] : catalogue.costMetrics;
  const isOwn = ({ candidate }: Pick<Member, 'candidate'>): boolean => candidate.family === family.family.name;
  const data = withData(ledger).filter(isOwn);
  const { encoding, scale, gp } = fitFamily(family, metrics, options['mainEffects'] !== false, data, TRADE.fitMost);
  const running = [...ledger.trials.filter(isPending), ...picked].filter(isOwn);
  const conditioned = running.reduce((process: Gp, trial) => appendPending(process, encode(encoding, trial)), gp);
  const at = (member: Member): Posterior => posterior(conditioned, encode(encoding, member));
  return { data, gp, scale, at };
}

function nextStep(
  state: TradeState,
  family: FamilyCatalogue,
  reference: Outcome,
  { latency, picked, asked, rng }: Standing,
): FamilyStep | undefined {
  const { catalogue } = state.context;
  const { problem } = catalogue;
  const { data, gp, scale, at } = ownProcess(state, family, picked);
  const values = posteriorValues(problem, data, { gp, scale });
  const best = values.reduce((high, value) => Math.max(high, value), -Infinity);
  const improvement = createExpectedReward(best, scale);
  const set = new CandidateSet(catalogue, asked);
  addFamilyCandidates(set, family, centresOf(data, values), rng);
  const hopeful = set.members.filter((member) => isBelow(objectiveCosts(problem, latency.quickest(member)), reference));
  const { reward } = problem;
  const improvementTermsOf = (member: Member): ImprovementTerms =>
    improvement.improvementTermsOf(latency.draws(member).map((costs) => (reward ? rewardFactor(reward, costs) : 1)));
  let winner: FamilyStep | undefined;
  let top = -Infinity;
  for (const member of hopeful) {
    const { mean, variance } = at(member);
    const deviation = Math.sqrt(variance);
    const logGain = logGainOf(scale, improvementTermsOf(member), mean, deviation) + latency.logFeasible(member);
    if (winner && !(logGain > top)) continue;
    top = logGain;
    winner = { member, mean: toValue(scale, mean), deviation: deviation * unitAt(scale, mean) };
  }
  return winner;
}

/** The family's best by their posterior values. */
const centresOf = (data: readonly DataTrial[], values: readonly number[]) =>
  data
    .map(({ trial, candidate }, i) => ({ trial, candidate, value: values[i]! }))
    .sort((a, b) => b.value - a.value || a.trial - b.trial)
    .slice(0, TRADE.familyArmCentres)
    .map(({ candidate }) => candidate.config);

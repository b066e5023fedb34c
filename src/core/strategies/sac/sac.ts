/**
 * Students built by E2GAN's agent (Tian et al. 2020, "Off-Policy Reinforcement Learning for
 * Efficient and Effective GAN Architecture Search"): discrete soft actor-critic in the place of
 * AKD's policy gradient. The paper builds generators with it; as a builder of students it is ours.
 *
 * An episode is a student, its steps are the decisions that AKD's policy takes: family, then each
 * active dimension. Its last step is paid AKD's reward, in deviations from the mean of all that are
 * known; the others are paid nothing. What others chose teaches it as well: reference students and
 * draws by chance are in the replay, and a result that is corrected is corrected there too.
 *
 * situation    what is written, and what is to be decided, one-hot [tokens + decisions]
 * actions      the tokens of that decision
 */
import { placeOf } from '../../math/draw.ts';
import { invalid } from '../../errors.ts';
import type { RunEvent } from '../../records/events.ts';
import { createRng, split } from '../../math/rng.ts';
import { chancesOf, createSac, learnSac } from '../../rl/sac.ts';
import type { Replay, Sac, Situation, Transition } from '../../rl/sac.ts';
import { choicesOf, createDecisions, writeCandidate } from '../akd/decisions.ts';
import type { Choice, Decision, Decisions } from '../akd/decisions.ts';
import { rewardOf } from '../akd/reward.ts';
import { askInTurn, BASELINE_DEFAULTS, foldBaseline, startBaseline } from '../baseline.ts';
import type { BaselineState, Turn } from '../baseline.ts';
import type { Member } from '../catalogue.ts';
import { FIRST_SOURCES } from '../initial.ts';
import { byChance } from '../random.ts';
import { admitNew } from '../repair.ts';
import type { Strategy } from '../strategy.ts';
import { SAC_BUILDER, SAC_DEFAULTS } from './constants.ts';

export interface SacState extends BaselineState {
  readonly decisions: Decisions;
  /** Places of decisions in a situation's features, by their first token. */
  readonly places: ReadonlyMap<number, number>;
  readonly agent: Sac;
  /** Results that it has learned after, which are its chance's stream. */
  readonly lessons: number;
}

const STREAM = 0x73616331;
const WEIGHTS = 0x73616332;
const LESSONS = 0x73616333;

const SOURCE = 'actor';

function foldEvent(before: SacState, event: RunEvent): SacState {
  const state = foldBaseline(before, event);
  switch (event.type) {
    case 'asked':
    case 'rested':
    case 'mixed':
    case 'searched':
      return state;
    case 'told':
    case 'failed':
      return isNews(before, state, event.trial) ? learn(state) : state;
  }
}

/** What is heard again teaches nothing; a correction does. */
function isNews(before: SacState, { catalogue, ledger }: SacState, trial: number): boolean {
  const [was, is] = [before.ledger.trials[trial], ledger.trials[trial]];
  if (was === undefined || is === undefined) return false;
  return was.state !== is.state || rewardOf(catalogue.problem, was) !== rewardOf(catalogue.problem, is);
}

function learn(state: SacState): SacState {
  const rng = createRng(split(split(state.input.seed, LESSONS), state.lessons));
  const agent = learnSac(state.agent, replayOf(state), SAC_BUILDER.steps, rng);
  return { ...state, agent, lessons: state.lessons + 1 };
}

/** Every step of every student that has ended; none before the first result. What failed is as bad
 * as the worst. */
function replayOf(state: SacState): Replay {
  const { catalogue, ledger, decisions } = state;
  const ended = ledger.trials.filter((trial) => trial.state === 'told' || trial.state === 'failed');
  const rewards = ended.map((trial) => rewardOf(catalogue.problem, trial));
  const known = rewards.filter((reward) => reward !== undefined);
  if (known.length === 0) return { count: 0, at: () => nothing() };
  const worst = known.reduce((low, reward) => Math.min(low, reward), Infinity);
  const all = rewards.map((reward) => reward ?? worst);
  const mean = all.reduce((sum, reward) => sum + reward / all.length, 0);
  const deviation = Math.sqrt(all.reduce((sum, reward) => sum + (reward - mean) ** 2 / all.length, 0)) || 1;
  const steps = ended.flatMap(({ candidate }, index) => {
    const choices = choicesOf(decisions, candidate);
    return choices.map((_, step) => ({ choices, step, reward: (all[index]! - mean) / deviation }));
  });
  return { count: steps.length, at: (index) => transitionOf(state, steps[index] ?? nothing()) };
}

function nothing(): never {
  throw new Error('A replay has no more than its steps');
}

interface Step {
  readonly choices: readonly Choice[];
  readonly step: number;
  readonly reward: number;
}

function transitionOf(state: SacState, { choices, step, reward }: Step): Transition {
  const own = choices[step]!;
  const next = choices[step + 1];
  const written = choices.slice(0, step).map(({ token }) => token);
  const from = situationOf(state, written, own);
  const chosen = own.token - own.first;
  if (next === undefined) return { from, chosen, reward };
  return { from, chosen, reward: 0, to: situationOf(state, [...written, own.token], next) };
}

function situationOf({ decisions, places }: SacState, written: readonly number[], decision: Decision): Situation {
  const features = new Float64Array(decisions.tokens + places.size);
  for (const token of written) features[token] = 1;
  features[decisions.tokens + (places.get(decision.first) ?? 0)] = 1;
  return { features, actions: Array.from({ length: decision.size }, (_, index) => decision.first + index) };
}

/** The first student that the actor writes and that may be proposed; `undefined` when there is none
 * among many. */
function write(state: SacState, { position, asked }: Turn): Member | undefined {
  const { catalogue, input, decisions, agent } = state;
  const rng = createRng(split(split(input.seed, STREAM), position));
  for (let attempt = 0; attempt < SAC_BUILDER.attempts; attempt++) {
    const written: number[] = [];
    const candidate = writeCandidate(decisions, (decision) => {
      const chosen = placeOf(chancesOf(agent, situationOf(state, written, decision)), rng.uniform());
      written.push(decision.first + chosen);
      return chosen;
    });
    const member = admitNew(catalogue, candidate, asked, rng);
    if (member) return member;
  }
  return undefined;
}

export const sac: Strategy<SacState> = {
  id: 'sac',
  title: 'Soft actor-critic (off-policy)',
  version: 1,
  fidelity: 'partial',
  summary:
    "E2GAN's agent (Tian et al. 2020) building students decision by decision on AKD's reward: it learns from every " +
    'result so far, whoever proposed it. The agent is the paper’s, the building of students ours.',
  defaults: { ...BASELINE_DEFAULTS, ...SAC_DEFAULTS },
  sources: {
    ...FIRST_SOURCES,
    [SOURCE]: { title: 'Actor', sentence: 'The actor wrote it, which learns from all results so far.' },
  },

  checkOptions({ options: { alpha } }) {
    if (Number(alpha) > 0 && Number(alpha) <= 100) return;
    throw invalid('strategy.options.alpha', 'weighs the entropy of choices: give a number above 0, at most 100.');
  },

  init(input) {
    const start = startBaseline(input);
    const families = start.catalogue.families.filter(({ members }) => members.length > 0);
    const decisions = createDecisions(families.map(({ family }) => family));
    const all = [decisions.ofFamily, ...decisions.ofDimension.flat()].filter(({ size }) => size > 1);
    const places = new Map(all.map(({ first }, place) => [first, place]));
    const sizes = { features: decisions.tokens + places.size, actions: decisions.tokens };
    const agent = createSac(
      sizes,
      { ...SAC_BUILDER, alpha: Number(input.options['alpha']) },
      split(input.seed, WEIGHTS),
    );
    return { ...start, decisions, places, agent, lessons: 0 };
  },

  fold: foldEvent,

  ask: (state, count) =>
    askInTurn(state, count, (_, turn) => {
      const written = write(state, turn);
      if (written) return { member: written, why: { source: SOURCE } };
      const fallback = 'nothing that the actor writes is new and within the limits';
      return byChance(state, turn, { source: 'random', fallback });
    }),
};

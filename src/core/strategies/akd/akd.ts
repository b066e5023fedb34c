/**
 * The reinforcement learning of AKD (Liu et al. 2020, "Search to Distill"): a recurrent policy
 * writes students token by token and learns from MnasNet's reward on what they reach with
 * distillation. Controller and settings are reconstructed from the works that it builds on.
 *
 * 1. the policy writes a student                          policy.ts, lstm.ts
 * 2. its reward                                           reward.ts
 * 3. after every eight results the policy learns          ppo.ts
 *
 * Its parameters are a function of the seed and of the log: what it has learned is rebuilt by
 * folding. It learns from its own students alone, in the order in which their results come in. One
 * that failed counts as the worst so far; a result that is corrected after the policy has learned
 * from it changes nothing in it any more.
 */
import type { Learner } from '../../math/adam.ts';
import type { RunEvent } from '../../records/events.ts';
import { createRng, split } from '../../math/rng.ts';
import { askInTurn, BASELINE_DEFAULTS, foldBaseline, startBaseline } from '../baseline.ts';
import type { BaselineState, Turn } from '../baseline.ts';
import type { Member } from '../catalogue.ts';
import { FIRST_SOURCES } from '../initial.ts';
import { byChance } from '../random.ts';
import { admitNew } from '../repair.ts';
import type { AskedEvent, Strategy } from '../strategy.ts';
import { AKD } from './constants.ts';
import { choicesOf } from './decisions.ts';
import { createPolicy, sampleCandidate } from './policy.ts';
import type { Policy } from './policy.ts';
import { learnBatch, logProbabilities, startPolicyLearner } from './ppo.ts';
import type { Episode } from './ppo.ts';
import { rewardOf } from './reward.ts';
import { NOTHING_WEIGHED, weigh } from './weigh.ts';
import type { Weighed } from './weigh.ts';

/** Of the rewards that the policy has learned from. */
interface Rewards extends Weighed {
  readonly worst: number;
}

export interface AkdState extends BaselineState {
  readonly policy: Policy;
  readonly learner: Learner;
  readonly rewards: Rewards;
  /** Students written by the policy and not learned from yet, by trial. */
  readonly open: ReadonlyMap<number, Omit<Episode, 'advantage'>>;
  /** Those of them that have come to their end, in the order in which they did. */
  readonly ended: readonly number[];
}

const STREAM = 0x616b6431;
const WEIGHTS = 0x616b6432;

/** The policy learns from what it has written itself. */
const SOURCE = 'policy';

function foldEvent(before: AkdState, event: RunEvent): AkdState {
  const state = foldBaseline(before, event);
  switch (event.type) {
    case 'asked':
      return openEpisodes(state, event);
    case 'rested':
    case 'mixed':
    case 'searched':
      return state;
    case 'told':
    case 'failed': {
      if (!state.open.has(event.trial) || state.ended.includes(event.trial)) return state;
      const ended = [...state.ended, event.trial];
      return ended.length < AKD.batch ? { ...state, ended } : learn({ ...state, ended });
    }
  }
}

function openEpisodes(state: AkdState, { proposals }: AskedEvent): AkdState {
  const open = new Map(state.open);
  for (const { trial, candidate, why } of proposals) {
    if (why.source !== SOURCE) continue;
    const choices = choicesOf(state.policy, candidate);
    open.set(trial, { choices, before: logProbabilities(state.policy, state.learner.theta, choices) });
  }
  return { ...state, open };
}

/** One update from the students that have ended. */
function learn(state: AkdState): AkdState {
  const { policy, catalogue, ledger } = state;
  const told = state.ended.map((trial) => ledger.trials[trial] && rewardOf(catalogue.problem, ledger.trials[trial]));
  const known = told.filter((reward) => reward !== undefined);
  const open = new Map(state.open);
  for (const trial of state.ended) open.delete(trial);
  const rest = { ...state, open, ended: [] };
  const worst = known.reduce((low, reward) => Math.min(low, reward), state.rewards.worst);
  if (!Number.isFinite(worst)) return rest; // nothing but failures so far
  const batch = told.map((reward) => reward ?? worst);
  const { weighed, advantages } = weigh(state.rewards, batch);
  const episodes = state.ended.map((trial, i): Episode => ({ ...state.open.get(trial)!, advantage: advantages[i]! }));
  return { ...rest, rewards: { ...weighed, worst }, learner: learnBatch(policy, state.learner, episodes) };
}

/** The first student that the policy writes and that may be proposed; `undefined` when there is
 * none among many. */
function write({ catalogue, input, policy, learner }: AkdState, { position, asked }: Turn): Member | undefined {
  const rng = createRng(split(split(input.seed, STREAM), position));
  for (let attempt = 0; attempt < AKD.attempts; attempt++) {
    const member = admitNew(catalogue, sampleCandidate(policy, learner.theta, rng), asked, rng);
    if (member) return member;
  }
  return undefined;
}

export const akd: Strategy<AkdState> = {
  id: 'akd',
  title: 'AKD (reinforcement learning)',
  version: 1,
  fidelity: 'reconstruction',
  summary:
    'A recurrent policy that writes students token by token, taught by PPO on the MnasNet reward (Liu et al. ' +
    '2020): slow at small budgets.',
  defaults: BASELINE_DEFAULTS,
  sources: {
    ...FIRST_SOURCES,
    [SOURCE]: { title: 'Policy', sentence: 'It was written by the policy that learns from rewards.' },
  },

  init(input) {
    const start = startBaseline(input);
    const families = start.catalogue.families.filter(({ members }) => members.length > 0);
    const policy = createPolicy(
      families.map(({ family }) => family),
      AKD.units,
    );
    return {
      ...start,
      policy,
      learner: startPolicyLearner(policy, split(input.seed, WEIGHTS)),
      rewards: { ...NOTHING_WEIGHED, worst: Infinity },
      open: new Map(),
      ended: [],
    };
  },

  fold: foldEvent,

  ask: (state, count) =>
    askInTurn(state, count, (_, turn) => {
      const written = write(state, turn);
      if (written) return { member: written, why: { source: SOURCE } };
      const fallback = 'nothing that the policy writes is new and within the limits';
      return byChance(state, turn, { source: 'random', fallback });
    }),
};

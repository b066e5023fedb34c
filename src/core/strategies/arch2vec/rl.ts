/**
 * Reinforcement learning in arch2vec's space (Yan et al. 2020, section 3.3): the policy points at a
 * place, the untried student nearest to it is trained, and its own place is what the policy reads
 * next. After each episode of 16 the policy learns from their rewards.
 *
 * Rewards are AKD's: the value where it is the only objective. The authors' program takes .4 from
 * accuracies between 0 and 1; here advantages are deviations from a moving average, whatever the
 * unit is. Of nearest students it leaves the very first out; we do not.
 */
import type { RunEvent } from '../../records/events.ts';
import { createRng, split } from '../../math/rng.ts';
import type { Candidate } from '../../space/space.ts';
import { rewardOf } from '../akd/reward.ts';
import { askInTurn, foldBaseline, startBaseline } from '../baseline.ts';
import type { BaselineState } from '../baseline.ts';
import type { Member } from '../catalogue.ts';
import { FIRST_SOURCES } from '../initial.ts';
import { byChance } from '../random.ts';
import type { AskedEvent, Strategy } from '../strategy.ts';
import { adamStep, copyLearner, startLearner } from '../../math/adam.ts';
import type { Learner } from '../../math/adam.ts';
import { ENCODING_DEFAULTS, needsOfEncoding } from './bo.ts';
import { ARCH2VEC } from './constants.ts';
import { checkEncoding, createFeatures, listMembers } from './features.ts';
import type { Features, Listed } from './features.ts';
import { createTheta, drawPlace, point, reinforceLoss, shapeOf } from './policy.ts';
import type { Pointed, Shape, Walked } from './policy.ts';

/** A student that the policy has chosen, by trial. */
interface Step extends Omit<Walked, 'advantage'> {
  readonly trial: number;
  readonly pointed: Pointed;
}

/** Where the walk stands. */
interface Walk {
  /** Of the student before; absent before the first. */
  readonly at: Float64Array | undefined;
  /** Of the episode that is being asked for. */
  readonly steps: readonly Step[];
}

export interface RlState extends BaselineState, Walk {
  readonly features: Features;
  readonly listed: Listed;
  readonly shape: Shape;
  readonly learner: Learner;
  /** Episodes that were asked for whole, and whose students have not all ended. */
  readonly open: readonly (readonly Step[])[];
  /** Of the rewards so far: their number, moving average, sum of squared distances from it. */
  readonly rewards: Rewards;
}

interface Rewards {
  readonly count: number;
  readonly baseline: number;
  readonly squares: number;
  readonly worst: number;
}

const STREAM = 0x61327672;
const WEIGHTS = 0x61327677;

const SOURCE = 'place';

/** The next step of the walk, before it is known whose place is nearest. */
function stepFrom({ input, shape, learner }: RlState, { at, steps }: Walk, trial: number): Step | undefined {
  if (at === undefined) return undefined;
  const pointed = point(shape, learner.theta, at, steps.at(-1)?.pointed.step);
  const rng = createRng(split(split(input.seed, STREAM), trial));
  return { trial, from: at, pointed, place: drawPlace(pointed, rng) };
}

/** The untried student nearest to a place. */
function nearest({ listed, features }: RlState, place: Float64Array, asked: ReadonlySet<string>): Member | undefined {
  const { members, rows } = listed;
  let [best, least] = [-1, Infinity];
  for (let index = 0; index < members.length; index++) {
    let distance = 0;
    for (let j = 0, at = index * features.length; j < features.length; j++, at++) {
      distance += (rows[at]! - place[j]!) ** 2;
    }
    if (distance < least && !asked.has(members[index]!.key)) [best, least] = [index, distance];
  }
  return members[best];
}

/** The walk with one more student; `step`: if the policy chose it. */
function walkOn({ features }: RlState, { steps }: Walk, candidate: Candidate, step: Step | undefined): Walk {
  const at = features.of(candidate);
  if (step === undefined) return { at, steps };
  return { at, steps: steps.length + 1 < ARCH2VEC.episode ? [...steps, step] : [] };
}

function openSteps(before: RlState, { proposals }: AskedEvent): RlState {
  let state = before;
  for (const { trial, candidate, why } of proposals) {
    const step = why.source === SOURCE ? stepFrom(state, state, trial) : undefined;
    const isWhole = step !== undefined && state.steps.length + 1 === ARCH2VEC.episode;
    const open = isWhole ? [...state.open, [...state.steps, step]] : state.open;
    state = { ...state, ...walkOn(state, state, candidate, step), open };
  }
  return state;
}

/** Learns from every episode whose students have all ended. */
function learnEnded(before: RlState): RlState {
  const { ledger, catalogue } = before;
  const hasEnded = ({ trial }: Step): boolean => ['told', 'failed'].includes(ledger.trials[trial]?.state ?? '');
  const [ended, open] = [
    before.open.filter((steps) => steps.every(hasEnded)),
    before.open.filter((steps) => !steps.every(hasEnded)),
  ];
  let state = ended.length > 0 ? { ...before, open } : before;
  for (const steps of ended) {
    const told = steps.map(({ trial }) => ledger.trials[trial] && rewardOf(catalogue.problem, ledger.trials[trial]));
    const worst = told.reduce((low, reward) => Math.min(low!, reward ?? Infinity), state.rewards.worst)!;
    if (!Number.isFinite(worst)) continue; // nothing but failures so far
    const { rewards, advantages } = weigh(
      { ...state.rewards, worst },
      told.map((reward) => reward ?? worst),
    );
    const walked = steps.map(({ from, place }, i): Walked => ({ from, place, advantage: advantages[i]! }));
    const learner = copyLearner(state.learner);
    const gradient = new Float64Array(learner.theta.length);
    reinforceLoss(state.shape, learner.theta, walked, gradient);
    state = { ...state, rewards, learner: adamStep(learner, gradient, ARCH2VEC) };
  }
  return state;
}

/** How far each reward lies above the moving average before it, in deviations of all so far. */
function weigh(before: Rewards, batch: readonly number[]): { rewards: Rewards; advantages: readonly number[] } {
  let { count, baseline, squares } = before;
  if (count === 0) baseline = batch.reduce((sum, reward) => sum + reward / batch.length, 0);
  const distances = batch.map((reward) => {
    const distance = reward - baseline;
    count += 1;
    squares += distance ** 2;
    baseline += (1 - ARCH2VEC.baseline) * distance;
    return distance;
  });
  const deviation = Math.sqrt(squares / count) || 1;
  return {
    rewards: { ...before, count, baseline, squares },
    advantages: distances.map((distance) => distance / deviation),
  };
}

export const arch2vecRl: Strategy<RlState> = {
  id: 'arch2vec-rl',
  title: 'arch2vec (reinforcement learning)',
  version: 1,
  fidelity: 'partial',
  summary:
    'A recurrent policy that points into a space of cells which was learned without any result (Yan et al. 2020); ' +
    'needs the family of cells, or one-hot levels as the control.',
  defaults: ENCODING_DEFAULTS,
  needsWith: needsOfEncoding,
  checkOptions: checkEncoding,
  sources: {
    ...FIRST_SOURCES,
    [SOURCE]: { title: 'Place', sentence: 'It is the untried student nearest to where the policy pointed.' },
  },
  init(input) {
    checkEncoding(input);
    const start = startBaseline(input);
    const features = createFeatures(input);
    const shape = shapeOf(features.length);
    return {
      ...{ ...start, features, shape, listed: listMembers(start.catalogue, features) },
      learner: startLearner(createTheta(shape, createRng(split(input.seed, WEIGHTS)))),
      ...{ at: undefined, steps: [], open: [] },
      rewards: { count: 0, baseline: 0, squares: 0, worst: Infinity },
    };
  },
  fold(before, event: RunEvent) {
    const state = foldBaseline(before, event);
    if (event.type === 'asked') return openSteps(state, event);
    return event.type === 'told' || event.type === 'failed' ? learnEnded(state) : state;
  },
  ask(state, count) {
    let walk: Walk = state;
    return askInTurn(state, count, (_, turn) => {
      // What this ask has chosen before, references among it, is part of the walk.
      for (const { member } of turn.chosen.slice(-1)) walk = { ...walk, at: state.features.of(member.candidate) };
      const step = stepFrom(state, walk, turn.position);
      if (step === undefined) return byChance(state, turn, { source: 'initial' });
      const member = nearest(state, step.place, turn.asked);
      if (member === undefined) {
        const fallback = 'every student that was listed is asked already';
        return byChance(state, turn, { source: 'random', fallback });
      }
      walk = walkOn(state, walk, member.candidate, step);
      return { member, why: { source: SOURCE } };
    });
  },
};

export const testing = { weigh };

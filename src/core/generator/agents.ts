/**
 * Who chooses the cells of generators: E2GAN's soft actor-critic, AKD's policy, or chance. Each is
 * a fold of the rows of its study, so that a study goes on as if nobody had stopped it.
 *
 * A cell's reward = (IS-c − IS-c before) + .01 (FD-c before − FD-c). Before the first cell stand
 * blank images. Soft actor-critic is paid at a generator's end, for all of its cells together,
 * which have the same sum: what a cell came to on its way is mostly chance. Payments are told less
 * their mean and by their deviation over the finished ones, so that α is of their size. Its state
 * is the choices of the cells before, which is all that a generator is made of.
 */
import { placeOf } from '../math/draw.ts';
import { createRng, split } from '../math/rng.ts';
import type { SacSettings } from '../rl/actor-critic.ts';
import { createJointSac, createStage, learnJointSac, partChances } from '../rl/joint-sac.ts';
import type { JointSac, Move, Stage } from '../rl/joint-sac.ts';
import { SAC } from '../rl/sac.ts';
import { AKD } from '../strategies/akd/constants.ts';
import { choicesOf } from '../strategies/akd/decisions.ts';
import { createPolicy, sampleCandidate } from '../strategies/akd/policy.ts';
import type { Policy } from '../strategies/akd/policy.ts';
import { learnBatch, logProbabilities, startPolicyLearner } from '../strategies/akd/ppo.ts';
import type { Learner } from '../math/adam.ts';
import type { Episode } from '../strategies/akd/ppo.ts';
import { NOTHING_WEIGHED, weigh } from '../strategies/akd/weigh.ts';
import type { Weighed } from '../strategies/akd/weigh.ts';
import {
  actionOf,
  actionsOf,
  cellOf,
  cellsIn,
  configOf,
  generatorFamily,
  NORMS,
  ORDERS,
  UPSAMPLINGS,
} from './cells.ts';
import type { Cell } from './cells.ts';
import type { AgentName, GeneratorCourse, GeneratorRow } from './row.ts';

export const GENERATOR_AGENT = Object.freeze({
  /** Weight of the distance in the reward. */
  distance: 0.01,
  /** Share of the episodes in which soft actor-critic draws its actions; then it takes the
   * likeliest. */
  explores: 0.7,
  /** Its steps after each generator. E2GAN takes one a cell at first and ten later. [R] */
  steps: 30,
});

/** α and Adam's averages are E2GAN's. It has 128 units, a rate of 3e-4, a τ of .005 and batches of
 * 256, which is too slow for tens of generators. Ours were chosen on made-up ones. [R] */
const SETTINGS: SacSettings = Object.freeze({ ...SAC, hidden: 64, learningRate: 1e-3, tau: 0.05, batch: 16 });

export interface GeneratorAgent {
  /** An action of the cell that comes next; the same when it is asked again. */
  readonly choose: () => number;
  /** It after the next row. */
  readonly fold: (row: GeneratorRow) => GeneratorAgent;
}

const STREAM = 0x67616e31;
const WEIGHTS = 0x67616e32;
const LESSONS = 0x67616e33;

const AGENTS_BY_NAME: Readonly<Record<AgentName, (course: GeneratorCourse) => GeneratorAgent>> = {
  sac: (course) => sacAgent(course, [], startSac(course)),
  reinforce: (course) => policyAgent(course, [], startPolicy(course)),
  random: (course) => chanceAgent(course, 0),
};

/** Nothing trained so far. */
export const startAgent = (course: GeneratorCourse): GeneratorAgent => AGENTS_BY_NAME[course.agent](course);

/** A stream of chance for the cell number `position` of a study. */
const chanceAt = (seed: number, position: number) => createRng(split(split(seed, STREAM), position));

function chanceAgent(course: GeneratorCourse, position: number): GeneratorAgent {
  return {
    choose: () => chanceAt(course.seed, position).int(actionsOf(position % course.cells)),
    fold: () => chanceAgent(course, position + 1),
  };
}

/** Levels of each choice of a cell. */
const partsOf = (cell: number): readonly number[] => [
  ...[ORDERS.length, NORMS.length, UPSAMPLINGS.length, 2],
  ...Array.from({ length: cell }, () => 2),
];
const tokensOf = (cell: number): number => partsOf(cell).reduce((sum, size) => sum + size, 0);

/** Of each choice, which level a cell has. */
const levelsOf = ({ order, norm, upsampling, shortcut, skips }: Cell): readonly number[] => [
  ...[ORDERS.indexOf(order), NORMS.indexOf(norm), UPSAMPLINGS.indexOf(upsampling)],
  ...[shortcut, ...skips].map(Number),
];

const cellWith = ([order = 0, norm = 0, upsampling = 0, shortcut = 0, ...skips]: readonly number[]): Cell => ({
  ...{ order: ORDERS[order]!, norm: NORMS[norm]!, upsampling: UPSAMPLINGS[upsampling]! },
  ...{ shortcut: shortcut === 1, skips: skips.map((skip) => skip === 1) },
});

/** Which cell it is, and a 1 for each choice of those before it. */
const stateLength = (cells: number): number =>
  Array.from({ length: cells - 1 }, (_, cell) => tokensOf(cell)).reduce((sum, tokens) => sum + tokens, cells);

const startSac = ({ cells, seed }: GeneratorCourse): JointSac => {
  const sizes = { state: stateLength(cells), tokens: tokensOf(cells - 1) };
  return createJointSac(sizes, SETTINGS, split(seed, WEIGHTS));
};

/** `stages` is of the whole study: the same cells lead to the same object. */
function sacAgent(
  course: GeneratorCourse,
  rows: readonly GeneratorRow[],
  agent: JointSac,
  stages = createStages(course.cells),
): GeneratorAgent {
  const { episodes, cells, seed } = course;
  const position = rows.length;
  return {
    choose: () => {
      const rng = chanceAt(seed, position);
      const explores = Math.floor(position / cells) < GENERATOR_AGENT.explores * episodes;
      const before = rows.slice(position - (position % cells)).map(({ action }) => action);
      const levels = partChances(agent, stages(before)).map((chances) =>
        explores ? placeOf(chances, rng.uniform()) : chances.indexOf(Math.max(...chances)),
      );
      return actionOf(cellWith(levels));
    },
    fold: (row) => {
      const known = [...rows, row];
      if (row.cell < cells - 1) return sacAgent(course, known, agent, stages);
      const moves = movesOf(cells, known, stages);
      const rng = createRng(split(split(seed, LESSONS), position));
      const replay = { count: moves.length, at: (index: number) => moves[index]! };
      return sacAgent(course, known, learnJointSac(agent, replay, GENERATOR_AGENT.steps, rng), stages);
    },
  };
}

/** Where the cell behind those that are given is chosen. */
function createStages(cells: number): (actions: readonly number[]) => Stage {
  const known = new Map<string, Stage>();
  return (actions) => {
    const key = actions.join();
    const stage = known.get(key) ?? createStage(stateAt(cells, actions), partsOf(actions.length));
    known.set(key, stage);
    return stage;
  };
}

function stateAt(cells: number, actions: readonly number[]): Float64Array {
  const state = new Float64Array(stateLength(cells));
  state[actions.length] = 1;
  let at = cells;
  actions.forEach((action, cell) => {
    levelsOf(cellOf(cell, action)).forEach((level, part) => {
      state[at + level] = 1;
      at += partsOf(cell)[part]!;
    });
  });
  return state;
}

/** Of finished generators. */
function movesOf(
  cells: number,
  rows: readonly GeneratorRow[],
  stages: (actions: readonly number[]) => Stage,
): readonly Move[] {
  const episodes = Array.from({ length: rows.length / cells }, (_, episode) =>
    rows.slice(episode * cells, (episode + 1) * cells),
  );
  const sums = episodes.map((own) => own.reduce((sum, { reward }) => sum + reward, 0));
  const mean = sums.reduce((sum, one) => sum + one / sums.length, 0);
  const deviation = Math.sqrt(sums.reduce((sum, one) => sum + (one - mean) ** 2 / sums.length, 0));
  return episodes.flatMap((own, episode) => {
    const actions = own.map(({ action }) => action);
    // All are alike: nothing is to be learned.
    const paid = deviation > 0 ? (sums[episode]! - mean) / deviation : 0;
    return own.map(({ cell, action }): Move => {
      const move = { from: stages(actions.slice(0, cell)), action: levelsOf(cellOf(cell, action)) };
      if (cell === cells - 1) return { ...move, reward: paid };
      return { ...move, reward: 0, to: stages(actions.slice(0, cell + 1)) };
    });
  });
}

interface PolicyState {
  readonly policy: Policy;
  readonly learner: Learner;
  readonly weighed: Weighed;
  /** Episodes that have ended and are not learned from. */
  readonly ended: readonly { readonly actions: readonly number[]; readonly reward: number }[];
}

function startPolicy({ cells, seed }: GeneratorCourse): PolicyState {
  const policy = createPolicy([generatorFamily(cells)], AKD.units);
  const learner = startPolicyLearner(policy, split(seed, WEIGHTS));
  return { policy, learner, weighed: NOTHING_WEIGHED, ended: [] };
}

/** It writes a whole generator at once, as AKD's policy a student, and is paid for it whole. */
function policyAgent(course: GeneratorCourse, rows: readonly GeneratorRow[], state: PolicyState): GeneratorAgent {
  const { cells, seed } = course;
  const episode = Math.floor(rows.length / cells);
  return {
    choose: () => {
      const { config } = sampleCandidate(state.policy, state.learner.theta, chanceAt(seed, episode));
      return actionOf(cellsIn(cells, config)[rows.length % cells]!);
    },
    fold: (row) => {
      const known = [...rows, row];
      if (row.cell < cells - 1) return policyAgent(course, known, state);
      const own = known.slice(-cells);
      const ended = {
        actions: own.map(({ action }) => action),
        reward: own.reduce((sum, { reward }) => sum + reward, 0),
      };
      return policyAgent(course, known, learned({ ...state, ended: [...state.ended, ended] }));
    },
  };
}

/** After AKD's eight episodes. */
function learned(state: PolicyState): PolicyState {
  const { policy, learner, ended } = state;
  if (ended.length < AKD.batch) return state;
  const { weighed, advantages } = weigh(
    state.weighed,
    ended.map(({ reward }) => reward),
  );
  const episodes = ended.map(({ actions }, i): Episode => {
    const choices = choicesOf(policy, { family: 'generator', config: configOf(actions) });
    return { choices, before: logProbabilities(policy, learner.theta, choices), advantage: advantages[i]! };
  });
  return { policy, learner: learnBatch(policy, learner, episodes), weighed, ended: [] };
}

export const testing = { createStages, movesOf };

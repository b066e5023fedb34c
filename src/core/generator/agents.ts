/**
 * Who chooses the cells of generators: E2GAN's soft actor-critic, AKD's policy, or chance. Each is
 * a fold of the rows of its study, so that a study goes on as if nobody had stopped it.
 *
 * state = [cell, IS-c, .01 FD-c] and the means of the channels that the last cell gives; a cell's
 * reward = (IS-c − IS-c before) + .01 (FD-c before − FD-c). Before the first cell stand blank
 * images. Soft actor-critic makes the choices of a cell one after the other, each seeing those
 * before it, and is paid at the last: in a joint of 144 actions twenty generators would teach
 * nothing of the others.
 */
import { placeOf } from '../math/draw.ts';
import { createRng, split } from '../math/rng.ts';
import { chancesOf, createSac, learnSac, SAC } from '../rl/sac.ts';
import type { Sac, Situation, Transition } from '../rl/sac.ts';
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
  /** Weight of the distance in state and reward. */
  distance: 0.01,
  /** Share of the episodes in which soft actor-critic draws its actions; then it takes the
   * likeliest. */
  explores: 0.7,
  /** Its steps after each cell. E2GAN takes one at first and ten later, of 100 episodes. [R] */
  steps: 10,
});

export interface GeneratorAgent {
  /** An action of the cell that comes next; the same when it is asked again. */
  readonly choose: () => number;
  /** It after the next row. */
  readonly fold: (row: GeneratorRow) => GeneratorAgent;
}

type Course = GeneratorCourse & {
  /** Numbers in a row's `channels`. */
  readonly channels: number;
};

const STREAM = 0x67616e31;
const WEIGHTS = 0x67616e32;
const LESSONS = 0x67616e33;

const AGENTS_BY_NAME: Readonly<Record<AgentName, (course: Course) => GeneratorAgent>> = {
  sac: (course) => sacAgent(course, [], startSac(course)),
  reinforce: (course) => policyAgent(course, [], startPolicy(course)),
  random: (course) => chanceAgent(course, 0),
};

/** Nothing trained so far. */
export const startAgent = (course: Course): GeneratorAgent => AGENTS_BY_NAME[course.agent](course);

/** A stream of chance for the cell number `position` of a study. */
const chanceAt = (seed: number, position: number) => createRng(split(split(seed, STREAM), position));

function chanceAgent(course: Course, position: number): GeneratorAgent {
  return {
    choose: () => chanceAt(course.seed, position).int(actionsOf(position % course.cells)),
    fold: () => chanceAgent(course, position + 1),
  };
}

const startSac = ({ cells, channels, seed }: Course): Sac => {
  const { tokens, groups } = groupsOf(cells - 1);
  const features = 3 + channels + tokens + groups.length;
  return createSac({ features, actions: tokens }, SAC, split(seed, WEIGHTS));
};

/** Choices of a cell one after the other, each among tokens of its own. */
function groupsOf(cell: number) {
  const sizes = [ORDERS.length, NORMS.length, UPSAMPLINGS.length, 2, ...Array.from({ length: cell }, () => 2)];
  const groups = sizes.map((size, group) => {
    const first = sizes.slice(0, group).reduce((sum, before) => sum + before, 0);
    return Array.from({ length: size }, (_, level) => first + level);
  });
  return { groups, tokens: groups.flat().length };
}

/** Of each group, which level a cell has. */
const levelsOf = ({ order, norm, upsampling, shortcut, skips }: Cell): readonly number[] => [
  ...[ORDERS.indexOf(order), NORMS.indexOf(norm), UPSAMPLINGS.indexOf(upsampling)],
  ...[shortcut, ...skips].map(Number),
];

const cellWith = ([order = 0, norm = 0, upsampling = 0, shortcut = 0, ...skips]: readonly number[]): Cell => ({
  ...{ order: ORDERS[order]!, norm: NORMS[norm]!, upsampling: UPSAMPLINGS[upsampling]! },
  ...{ shortcut: shortcut === 1, skips: skips.map((skip) => skip === 1) },
});

function sacAgent(course: Course, rows: readonly GeneratorRow[], agent: Sac): GeneratorAgent {
  const { episodes, cells, seed } = course;
  const position = rows.length;
  return {
    choose: () => {
      const rng = chanceAt(seed, position);
      const explores = Math.floor(position / cells) < GENERATOR_AGENT.explores * episodes;
      const levels: number[] = [];
      for (const _ of groupsOf(position % cells).groups) {
        const chances = chancesOf(agent, situationAt(course, rows, position, levels));
        levels.push(explores ? placeOf(chances, rng.uniform()) : chances.indexOf(Math.max(...chances)));
      }
      return actionOf(cellWith(levels));
    },
    fold: (row) => {
      const known = [...rows, row];
      const steps = known.flatMap(({ cell }, index) =>
        groupsOf(cell).groups.map((_, group) => [index, group] as const),
      );
      const at = (step: number): Transition => transitionAt(course, known, ...steps[step]!);
      const rng = createRng(split(split(seed, LESSONS), position));
      return sacAgent(course, known, learnSac(agent, { count: steps.length, at }, GENERATOR_AGENT.steps, rng));
    },
  };
}

/** Where the cell number `position` is chosen, when so many of its choices are made. */
function situationAt(
  { cells, channels }: Course,
  rows: readonly GeneratorRow[],
  position: number,
  levels: readonly number[],
): Situation {
  const { groups } = groupsOf(position % cells);
  const { tokens, groups: all } = groupsOf(cells - 1);
  const before = position % cells === 0 ? undefined : rows[position - 1];
  const features = new Float64Array(3 + channels + tokens + all.length);
  if (before !== undefined) {
    const seen = [position % cells, before.score, GENERATOR_AGENT.distance * before.distance];
    features.set([...seen, ...before.channels]);
  }
  levels.forEach((level, group) => (features[3 + channels + groups[group]![level]!] = 1));
  features[3 + channels + tokens + levels.length] = 1;
  return { features, actions: groups[levels.length]! };
}

/** The choice number `group` of a row. The last one of a cell is paid for it. */
function transitionAt(course: Course, rows: readonly GeneratorRow[], index: number, group: number): Transition {
  const row = rows[index]!;
  const levels = levelsOf(cellOf(row.cell, row.action));
  const own = { from: situationAt(course, rows, index, levels.slice(0, group)), chosen: levels[group]! };
  const isLast = group === levels.length - 1;
  if (!isLast) return { ...own, reward: 0, to: situationAt(course, rows, index, levels.slice(0, group + 1)) };
  if (row.cell === course.cells - 1) return { ...own, reward: row.reward };
  return { ...own, reward: row.reward, to: situationAt(course, rows, index + 1, []) };
}

interface PolicyState {
  readonly policy: Policy;
  readonly learner: Learner;
  readonly weighed: Weighed;
  /** Episodes that have ended and are not learned from. */
  readonly ended: readonly { readonly actions: readonly number[]; readonly reward: number }[];
}

function startPolicy({ cells, seed }: Course): PolicyState {
  const policy = createPolicy([generatorFamily(cells)], AKD.units);
  const learner = startPolicyLearner(policy, split(seed, WEIGHTS));
  return { policy, learner, weighed: NOTHING_WEIGHED, ended: [] };
}

/** It writes a whole generator at once, as AKD's policy a student, and is paid for it whole. */
function policyAgent(course: Course, rows: readonly GeneratorRow[], state: PolicyState): GeneratorAgent {
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

export const testing = { situationAt, transitionAt };

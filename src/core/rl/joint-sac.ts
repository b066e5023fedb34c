/**
 * Soft actor-critic (Haarnoja et al. 2018) for actions of several parts that are chosen at once, as
 * E2GAN chooses a cell. The actor gives each part its own chances. The critics read the whole
 * action beside the state: what one action teaches of a part counts for all that share it. What is
 * expected over actions is summed over all of them (Christodoulou 2019), so they must be few.
 *
 * | symbol   | meaning                                                                | shape       |
 * | s        | state                                                                  | `[n]`       |
 * | a, o(a)  | a level of each part; a 1 for each of them, else 0                     | `[parts]`, `[t]` |
 * | π(a|s)   | the actor: the product over parts of a softmax over its levels         |             |
 * | Q1, Q2   | critics of (s, o(a)); Q1', Q2' targets that follow them by τ           |             |
 * | y        | r + γ Σ_b π(b|s') (min(Q1', Q2')(s', b) − α log π(b|s')), r at the end |             |
 * | N        | moves of a batch                                                       |             |
 *
 * loss of a critic = 1/2N Σ (Q(s, a) − y)²
 * loss of the actor = 1/N Σ Σ_b π(b|s) (α log π(b|s) − min(Q1, Q2)(s, b))
 */
import { startLearner } from '../math/adam.ts';
import { createRng, split } from '../math/rng.ts';
import type { Rng } from '../math/rng.ts';
import { learnByReplay, logSoftmax } from './actor-critic.ts';
import type { ActorCritic, Form, Pair, Reading, ReplayOf, SacSettings } from './actor-critic.ts';
import { createMlp, mlpBackward, mlpForward } from './mlp.ts';
import type { MlpPass, MlpShape } from './mlp.ts';

/** Where an action is to be chosen. Moves that begin at the same one share the object. */
export interface Stage {
  /** `[n]` */
  readonly state: Float64Array;
  /** Levels of each part. */
  readonly parts: readonly number[];
  /** All there are, `[actions][parts]`, the last part's level turning fastest. */
  readonly actions: readonly (readonly number[])[];
}

export const createStage = (state: Float64Array, parts: readonly number[]): Stage => ({
  ...{ state, parts },
  actions: parts.reduce<readonly (readonly number[])[]>(
    (before, size) => before.flatMap((action) => Array.from({ length: size }, (_, level) => [...action, level])),
    [[]],
  ),
});

export interface Move {
  readonly from: Stage;
  /** A level of each part. */
  readonly action: readonly number[];
  readonly reward: number;
  /** Absent: the episode has ended. */
  readonly to?: Stage;
}

export interface JointSac extends ActorCritic {
  readonly actorShape: MlpShape;
  readonly criticShape: MlpShape;
}

/** `tokens`: levels of all parts of the stage that has most. */
export function createJointSac(
  sizes: { readonly state: number; readonly tokens: number },
  settings: SacSettings,
  seed: number,
): JointSac {
  const { hidden } = settings;
  const actorShape = { inputs: sizes.state, hidden, outputs: sizes.tokens };
  const criticShape = { inputs: sizes.state + sizes.tokens, hidden, outputs: 1 };
  const draw = (shape: MlpShape, index: number): Float64Array => createMlp(shape, createRng(split(seed, index)));
  const [one, two] = [draw(criticShape, 1), draw(criticShape, 2)];
  return {
    ...{ settings, actorShape, criticShape, actor: startLearner(draw(actorShape, 0)) },
    ...{ critics: [startLearner(one), startLearner(two)], targets: [one.slice(), two.slice()] },
  };
}

/** Chances of each part's levels, `[parts][levels]`. */
export const partChances = (sac: JointSac, stage: Stage): readonly Float64Array[] =>
  logsOf(stage, actorPass(sac, stage)).map((logs) => logs.map(Math.exp));

function actorPass({ actorShape, actor }: JointSac, { state, parts }: Stage): MlpPass {
  const tokens = parts.reduce((sum, size) => sum + size, 0);
  const asked = Array.from({ length: tokens }, (_, token) => token);
  return mlpForward(actorShape, actor.theta, state, asked);
}

/** log π of each part's levels. */
function logsOf({ parts }: Stage, { values }: MlpPass): readonly Float64Array[] {
  let at = 0;
  return parts.map((size) => logSoftmax(values.subarray(at, (at += size))));
}

/** s and o(a). */
function readBy({ inputs }: MlpShape, { state, parts }: Stage, action: readonly number[]): Float64Array {
  const input = new Float64Array(inputs);
  input.set(state);
  let at = state.length;
  parts.forEach((size, part) => {
    input[at + action[part]!] = 1;
    at += size;
  });
  return input;
}

/** The lesser of two critics of each action, `[actions]`. */
const lesser = (shape: MlpShape, thetas: Pair<Float64Array>, stage: Stage): Float64Array =>
  Float64Array.from(stage.actions, (action) => {
    const input = readBy(shape, stage, action);
    return Math.min(...thetas.map((theta) => mlpForward(shape, theta, input, [0]).values[0]!));
  });

export type Moves = ReplayOf<Move>;

export const learnJointSac = (before: JointSac, moves: Moves, steps: number, rng: Rng): JointSac =>
  learnByReplay(before, formOf(before), moves, steps, rng);

const formOf = ({ criticShape, settings: { gamma } }: JointSac): Form<JointSac, Move> => ({
  criticShape,
  read: (move) => readingOf(criticShape, move),
  wanted: (sac, batch) => {
    const softAt = once((stage) => softValue(sac, stage));
    return batch.map(({ reward, to }) => reward + (to === undefined ? 0 : gamma * softAt(to)));
  },
  addActorSlopes: (sac, batch, critics, gradient) => {
    actorLoss(
      sac,
      batch,
      once((stage) => lesser(criticShape, critics, stage)),
      gradient,
    );
  },
});

const readingOf = (shape: MlpShape, { from, action }: Move): Reading => ({
  input: readBy(shape, from, action),
  output: 0,
});

/** Worked out once for each stage. */
function once<T>(of: (stage: Stage) => T): (stage: Stage) => T {
  const known = new Map<Stage, T>();
  return (stage) => {
    const value = known.has(stage) ? known.get(stage)! : of(stage);
    known.set(stage, value);
    return value;
  };
}

/** log π(a|s) of each action. */
const jointLogs = ({ actions }: Stage, logs: readonly Float64Array[]): Float64Array =>
  Float64Array.from(actions, (action) => action.reduce((sum, level, part) => sum + logs[part]![level]!, 0));

/** What y takes of a stage, without γ. */
function softValue(sac: JointSac, stage: Stage): number {
  const logs = jointLogs(stage, logsOf(stage, actorPass(sac, stage)));
  const values = lesser(sac.criticShape, sac.targets, stage);
  return logs.reduce((sum, log, b) => sum + Math.exp(log) * (values[b]! - sac.settings.alpha * log), 0);
}

/** `valuesAt`: min(Q1, Q2) of each action of a stage. Adds its gradient by θ to `gradient`. */
function actorLoss(
  sac: JointSac,
  batch: readonly Pick<Move, 'from'>[],
  valuesAt: (stage: Stage) => Float64Array,
  gradient: Float64Array,
): number {
  let loss = 0;
  for (const { from } of batch) {
    const pass = actorPass(sac, from);
    const logs = jointLogs(from, logsOf(from, pass));
    const values = valuesAt(from);
    const costs = logs.map((log, b) => sac.settings.alpha * log - values[b]!);
    const mean = costs.reduce((sum, cost, b) => sum + Math.exp(logs[b]!) * cost, 0);
    loss += mean / batch.length;
    // By a level's logit: Σ over its actions of π (cost − mean); the mean over a part's is 0.
    const slopes = new Float64Array(pass.values.length);
    from.actions.forEach((action, b) => {
      const slope = (Math.exp(logs[b]!) * (costs[b]! - mean)) / batch.length;
      let at = 0;
      from.parts.forEach((size, part) => {
        slopes[at + action[part]!]! += slope;
        at += size;
      });
    });
    mlpBackward(sac.actorShape, sac.actor.theta, pass, slopes, gradient);
  }
  return loss;
}

export const testing = { actorLoss, lesser, readingOf, softValue };

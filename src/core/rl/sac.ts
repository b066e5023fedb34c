/**
 * Soft actor-critic (Haarnoja et al. 2018) with discrete actions (Christodoulou 2019): what is
 * expected over actions is summed over all of them. It is off-policy: whoever chose the actions,
 * it learns from them.
 *
 * | symbol   | meaning                                                                  | shape     |
 * | s, A(s)  | features of a situation, its legal actions                               | `[n]`     |
 * | π        | the actor: a softmax over the legal actions                              | `[A(s)]`  |
 * | Q1, Q2   | critics; Q1', Q2' targets that follow them by τ                          | `[A(s)]`  |
 * | y        | r + γ Σ_b π(b|s') (min(Q1', Q2')(s', b) − α log π(b|s')), r at the end    |           |
 * | N        | transitions of a batch                                                   |           |
 *
 * loss of a critic = 1/2N Σ (Q(s, a) − y)²
 * loss of the actor = 1/N Σ Σ_b π(b|s) (α log π(b|s) − min(Q1, Q2)(s, b))
 */
import { adamStep, copyLearner, startLearner } from '../math/adam.ts';
import type { AdamSettings, Learner } from '../math/adam.ts';
import { createRng, split } from '../math/rng.ts';
import type { Rng } from '../math/rng.ts';
import { createMlp, mlpBackward, mlpForward } from './mlp.ts';
import type { MlpShape } from './mlp.ts';

export interface SacSettings extends AdamSettings {
  readonly hidden: number;
  /** What a nat of entropy is worth. */
  readonly alpha: number;
  /** Share of the critics that a step moves into the targets. */
  readonly tau: number;
  readonly gamma: number;
  /** Transitions that a step learns from, at most. */
  readonly batch: number;
}

/** As E2GAN's agent has them (ECCV 2020). */
export const SAC: SacSettings = Object.freeze({
  ...{ hidden: 128, learningRate: 3e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  ...{ alpha: 0.1, tau: 0.005, gamma: 1, batch: 256 },
});

/** Where something is to be chosen. */
export interface Situation {
  readonly features: Float64Array;
  /** Legal actions, at least one. */
  readonly actions: readonly number[];
}

export interface Transition {
  readonly from: Situation;
  /** Place among the legal actions. */
  readonly chosen: number;
  readonly reward: number;
  /** Absent: the episode has ended. */
  readonly to?: Situation;
}

type Pair<T> = readonly [T, T];

export interface Sac {
  readonly shape: MlpShape;
  readonly settings: SacSettings;
  readonly actor: Learner;
  readonly critics: Pair<Learner>;
  readonly targets: Pair<Float64Array>;
}

export function createSac(
  sizes: { readonly features: number; readonly actions: number },
  settings: SacSettings,
  seed: number,
): Sac {
  const shape = { inputs: sizes.features, hidden: settings.hidden, outputs: sizes.actions };
  const draw = (index: number): Float64Array => createMlp(shape, createRng(split(seed, index)));
  const [one, two] = [draw(1), draw(2)];
  return {
    ...{ shape, settings, actor: startLearner(draw(0)), critics: [startLearner(one), startLearner(two)] },
    targets: [one.slice(), two.slice()],
  };
}

/** Chances of the legal actions, in their order. */
export const chancesOf = ({ shape, actor }: Sac, { features, actions }: Situation): Float64Array =>
  logSoftmax(mlpForward(shape, actor.theta, features, actions).values).map(Math.exp);

/** What the more doubtful critic expects of the legal actions, in their order. */
const expectedOf = ({ shape, critics }: Sac, situation: Situation): Float64Array =>
  lesser(shape, [critics[0].theta, critics[1].theta], situation);

/** All that is known, or what makes it when it is drawn. */
export interface Replay {
  readonly count: number;
  readonly at: (index: number) => Transition;
}

/** So many steps, each on transitions drawn with replacement, or on all where they are no more than
 * a batch. The agent of before is left alone. */
export function learnSac(before: Sac, { count, at }: Replay, steps: number, rng: Rng): Sac {
  if (count === 0 || steps === 0) return before;
  const [one, two] = before.critics;
  const [slow, slower] = before.targets;
  let sac: Sac = {
    ...{ ...before, actor: copyLearner(before.actor), critics: [copyLearner(one), copyLearner(two)] },
    targets: [slow.slice(), slower.slice()],
  };
  const { batch } = sac.settings;
  for (let step = 0; step < steps; step++) {
    const drawn = Array.from({ length: Math.min(batch, count) }, (_, index) =>
      at(count <= batch ? index : rng.int(count)),
    );
    sac = stepInPlace(sac, drawn);
  }
  return sac;
}

function stepInPlace(sac: Sac, batch: readonly Transition[]): Sac {
  const { shape, settings, actor, critics, targets } = sac;
  const wanted = batch.map((transition) => targetOf(sac, transition));
  const learn = (critic: Learner): Learner => {
    const gradient = new Float64Array(critic.theta.length);
    criticLoss(shape, critic.theta, batch, wanted, gradient);
    return adamStep(critic, gradient, settings);
  };
  const after: Pair<Learner> = [learn(critics[0]), learn(critics[1])];
  const values = batch.map(({ from }) => lesser(shape, [after[0].theta, after[1].theta], from));
  const gradient = new Float64Array(actor.theta.length);
  actorLoss(shape, actor.theta, batch, { values, alpha: settings.alpha }, gradient);
  targets.forEach((target, index) => {
    const { theta } = after[index === 0 ? 0 : 1];
    for (let i = 0; i < target.length; i++) target[i]! += settings.tau * (theta[i]! - target[i]!);
  });
  return { ...sac, actor: adamStep(actor, gradient, settings), critics: after };
}

/** y */
function targetOf({ shape, settings, actor, targets }: Sac, { reward, to }: Transition): number {
  if (to === undefined) return reward;
  const logs = logSoftmax(mlpForward(shape, actor.theta, to.features, to.actions).values);
  const values = lesser(shape, targets, to);
  const expected = logs.reduce((sum, log, b) => sum + Math.exp(log) * (values[b]! - settings.alpha * log), 0);
  return reward + settings.gamma * expected;
}

function lesser(shape: MlpShape, thetas: Pair<Float64Array>, { features, actions }: Situation): Float64Array {
  const [one, two] = thetas.map((theta) => mlpForward(shape, theta, features, actions).values);
  return one!.map((value, b) => Math.min(value, two![b]!));
}

/** Adds its gradient by θ to `gradient`. */
function criticLoss(
  shape: MlpShape,
  theta: Float64Array,
  batch: readonly Transition[],
  wanted: readonly number[],
  gradient: Float64Array,
): number {
  let loss = 0;
  batch.forEach(({ from, chosen }, index) => {
    const pass = mlpForward(shape, theta, from.features, [from.actions[chosen]!]);
    const error = pass.values[0]! - wanted[index]!;
    loss += error ** 2 / (2 * batch.length);
    mlpBackward(shape, theta, pass, Float64Array.of(error / batch.length), gradient);
  });
  return loss;
}

/** `values`: min(Q1, Q2) of each situation's actions. Adds its gradient by θ to `gradient`. */
function actorLoss(
  shape: MlpShape,
  theta: Float64Array,
  batch: readonly Pick<Transition, 'from'>[],
  { values, alpha }: { readonly values: readonly Float64Array[]; readonly alpha: number },
  gradient: Float64Array,
): number {
  let loss = 0;
  batch.forEach(({ from }, index) => {
    const pass = mlpForward(shape, theta, from.features, from.actions);
    const logs = logSoftmax(pass.values);
    const costs = logs.map((log, b) => alpha * log - values[index]![b]!);
    const mean = costs.reduce((sum, cost, b) => sum + Math.exp(logs[b]!) * cost, 0);
    loss += mean / batch.length;
    const slopes = costs.map((cost, b) => (Math.exp(logs[b]!) * (cost - mean)) / batch.length);
    mlpBackward(shape, theta, pass, slopes, gradient);
  });
  return loss;
}

/** log of the softmax of these. */
export function logSoftmax(logits: Float64Array): Float64Array {
  const most = logits.reduce((high, value) => Math.max(high, value), -Infinity);
  const total = most + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0));
  return logits.map((value) => value - total);
}

export const testing = { criticLoss, actorLoss, targetOf, expectedOf };

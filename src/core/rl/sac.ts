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
import { startLearner } from '../math/adam.ts';
import { createRng, split } from '../math/rng.ts';
import type { Rng } from '../math/rng.ts';
import { learnByReplay, logSoftmax } from './actor-critic.ts';
import type { ActorCritic, Form, Pair, Reading, ReplayOf, SacSettings } from './actor-critic.ts';
import { createMlp, mlpBackward, mlpForward } from './mlp.ts';
import type { MlpShape } from './mlp.ts';

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

export interface Sac extends ActorCritic {
  /** Of actor and critics alike. */
  readonly shape: MlpShape;
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

export type Replay = ReplayOf<Transition>;

export const learnSac = (before: Sac, replay: Replay, steps: number, rng: Rng): Sac =>
  learnByReplay(before, formOf(before), replay, steps, rng);

const formOf = ({ shape, settings: { alpha } }: Sac): Form<Sac, Transition> => ({
  criticShape: shape,
  read: readingOf,
  wanted: (sac, batch) => batch.map((transition) => targetOf(sac, transition)),
  addActorSlopes: ({ actor }, batch, critics, gradient) => {
    const values = batch.map(({ from }) => lesser(shape, critics, from));
    actorLoss(shape, actor.theta, batch, { values, alpha }, gradient);
  },
});

const readingOf = ({ from, chosen }: Transition): Reading => ({
  input: from.features,
  output: from.actions[chosen]!,
});

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

export const testing = { actorLoss, targetOf, expectedOf, readingOf };

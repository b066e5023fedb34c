/**
 * What both forms of soft actor-critic share: two critics learn towards one wanted value, targets
 * follow them by τ, and the actor takes a step of its own loss.
 *
 * loss of a critic = 1/2N Σ (Q − y)², N transitions of a batch
 */
import { adamStep, copyLearner } from '../math/adam.ts';
import type { AdamSettings, Learner } from '../math/adam.ts';
import type { Rng } from '../math/rng.ts';
import { mlpBackward, mlpForward } from './mlp.ts';
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

export type Pair<T> = readonly [T, T];

export interface ActorCritic {
  readonly settings: SacSettings;
  readonly actor: Learner;
  readonly critics: Pair<Learner>;
  readonly targets: Pair<Float64Array>;
}

/** All that is known, or what makes it when it is drawn. */
export interface ReplayOf<T> {
  readonly count: number;
  readonly at: (index: number) => T;
}

/** What a critic is given of a transition, and its output that is the value. */
export interface Reading {
  /** `[inputs]` */
  readonly input: Float64Array;
  readonly output: number;
}

/** What a form makes of a batch. */
export interface Form<S, T> {
  readonly criticShape: MlpShape;
  readonly read: (transition: T) => Reading;
  /** y of each, by the targets. */
  readonly wanted: (sac: S, batch: readonly T[]) => readonly number[];
  /** Adds the gradient of the actor's loss by θ; `critics`: after their step. */
  readonly addActorSlopes: (sac: S, batch: readonly T[], critics: Pair<Float64Array>, gradient: Float64Array) => void;
}

/** So many steps, each on transitions drawn with replacement, or on all where they are no more than
 * a batch. The agent of before is left alone. */
export function learnByReplay<S extends ActorCritic, T>(
  before: S,
  form: Form<S, T>,
  { count, at }: ReplayOf<T>,
  steps: number,
  rng: Rng,
): S {
  if (count === 0 || steps === 0) return before;
  const [one, two] = before.critics;
  const [slow, slower] = before.targets;
  let sac: S = {
    ...{ ...before, actor: copyLearner(before.actor), critics: [copyLearner(one), copyLearner(two)] },
    targets: [slow.slice(), slower.slice()],
  };
  const { batch } = sac.settings;
  for (let step = 0; step < steps; step++) {
    const drawn = Array.from({ length: Math.min(batch, count) }, (_, index) =>
      at(count <= batch ? index : rng.int(count)),
    );
    sac = stepInPlace(sac, form, drawn);
  }
  return sac;
}

function stepInPlace<S extends ActorCritic, T>(sac: S, form: Form<S, T>, batch: readonly T[]): S {
  const { settings, actor, critics, targets } = sac;
  const wanted = form.wanted(sac, batch);
  const readings = batch.map(form.read);
  const learn = (critic: Learner): Learner => {
    const gradient = new Float64Array(critic.theta.length);
    criticLoss(form.criticShape, critic.theta, readings, wanted, gradient);
    return adamStep(critic, gradient, settings);
  };
  const after: Pair<Learner> = [learn(critics[0]), learn(critics[1])];
  const gradient = new Float64Array(actor.theta.length);
  form.addActorSlopes(sac, batch, [after[0].theta, after[1].theta], gradient);
  targets.forEach((target, index) => {
    const { theta } = after[index === 0 ? 0 : 1];
    for (let i = 0; i < target.length; i++) target[i]! += settings.tau * (theta[i]! - target[i]!);
  });
  return { ...sac, actor: adamStep(actor, gradient, settings), critics: after };
}

/** Adds its gradient by θ to `gradient`. */
function criticLoss(
  shape: MlpShape,
  theta: Float64Array,
  batch: readonly Reading[],
  wanted: readonly number[],
  gradient: Float64Array,
): number {
  let loss = 0;
  batch.forEach(({ input, output }, index) => {
    const pass = mlpForward(shape, theta, input, [output]);
    const error = pass.values[0]! - wanted[index]!;
    loss += error ** 2 / (2 * batch.length);
    mlpBackward(shape, theta, pass, Float64Array.of(error / batch.length), gradient);
  });
  return loss;
}

/** log of the softmax of these, `[n]`. */
export function logSoftmax(logits: Float64Array): Float64Array {
  const most = logits.reduce((high, value) => Math.max(high, value), -Infinity);
  const total = most + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0));
  return logits.map((value) => value - total);
}

export const testing = { criticLoss };

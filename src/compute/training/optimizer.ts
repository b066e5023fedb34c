/**
 * Optimisers over the vector of all weights, and the learning rate's course.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | theta, g | weights, gradient | `[params]` |
 * | d | 1 where weight decay applies, else 0 | `[params]` |
 * | v | velocity (SGD); m, s: first and second moment (AdamW) | `[params]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Recipe } from '../../core/records/recipe.ts';
import { hasNativeKernels } from '../backend/native.ts';
import { rawOp } from '../backend/raw.ts';
import type { HostWeights } from '../model/parameters.ts';

/** Kingma and Ba 2015, with the shorter memory of the second moment that runs of a few hundred
 * steps need. */
const ADAM = Object.freeze({ secondMoment: 0.99, epsilon: 1e-8 });

/** The optimiser's own vectors by name; `theta` and these are replaced each step and owned by the
 * trainer. */
export type OptimizerState = Readonly<Record<string, Tensor1D>>;

/** Names of each optimiser's vectors. */
const OPTIMIZER_SLOTS = { sgd: ['velocity'], adamw: ['first', 'second'] } as const satisfies Record<
  Recipe['optimizer'],
  readonly string[]
>;

/** The moving average of weights and statistics, where a recipe has one: `joined` parameters. */
export const AVERAGE = 'average';

/** Names of all vectors that a training keeps beside its weights. */
export function stateSlots({ optimizer, emaDecay }: Recipe): readonly string[] {
  return emaDecay > 0 ? [...OPTIMIZER_SLOTS[optimizer], AVERAGE] : OPTIMIZER_SLOTS[optimizer];
}

/** A training's own vectors where it goes on, else what it begins with. The caller owns them. */
export function uploadVectors(
  slots: readonly string[],
  known: HostWeights | undefined,
  fresh: (slot: string) => Tensor1D,
): OptimizerState {
  const vectorOf = (slot: string): Tensor1D => {
    const values = known?.get(slot);
    return values === undefined ? fresh(slot) : tf.tensor1d(values.slice());
  };
  return Object.fromEntries(slots.map((slot) => [slot, vectorOf(slot)]));
}

export function downloadVectors(state: OptimizerState): HostWeights {
  return new Map(Object.entries(state).map(([name, vector]) => [name, vector.dataSync<'float32'>().slice()]));
}

export interface Optimizer {
  /** One step; `step` counts from 1. Inputs are left alone, outputs are new. Call it inside a
   * tidy. */
  readonly update: (
    theta: Tensor1D,
    gradient: Tensor1D,
    state: OptimizerState,
    learningRate: number,
    step: number,
  ) => { readonly theta: Tensor1D; readonly state: OptimizerState };
}

export function createOptimizer(recipe: Recipe, decay: Tensor1D): Optimizer {
  const { update } = OPTIMIZERS[recipe.optimizer](recipe, decay);
  if (recipe.clipNorm === 0) return { update };
  return {
    update: (theta, gradient, ...rest) => update(theta, clipped(gradient, recipe.clipNorm), ...rest),
  };
}

/** g min(1, norm / |g|); Pascanu et al. 2013. A shorter gradient stays as it is, to the bit. */
function clipped(gradient: Tensor1D, norm: number): Tensor1D {
  const length = tf.sqrt(tf.sum(tf.square(gradient)));
  return tf.mul(gradient, tf.div(norm, tf.maximum(length, norm)));
}

/**
 * d a + (1 - d) x: the moving average after step `step`, which counts from 1. The start is
 * forgotten sooner than the decay says, d = min(decay, (1 + step) / (10 + step)), as in
 * TensorFlow's ExponentialMovingAverage with `num_updates`.
 */
export function movingAverage(average: Tensor1D, values: Tensor1D, decay: number, step: number): Tensor1D {
  const kept = Math.min(decay, (1 + step) / (10 + step));
  return tf.add(average, tf.mul(tf.sub(values, average), 1 - kept));
}

const nativeSgd = rawOp('TradeSgd', 2, {});
const nativeAdamW = rawOp('TradeAdamW', 3, {});

const OPTIMIZERS = { sgd, adamw } as const satisfies Record<
  Recipe['optimizer'],
  (recipe: Recipe, decay: Tensor1D) => Optimizer
>;

/** Nesterov's momentum as in Sutskever et al. 2013; the decay is part of the gradient. */
function sgd({ momentum, weightDecay }: Recipe, decay: Tensor1D): Optimizer {
  return {
    update: (theta, gradient, state, learningRate) => {
      if (hasNativeKernels()) {
        const rates = tf.tensor1d([learningRate, weightDecay, momentum]);
        const [moved, velocity] = vectors(nativeSgd([theta, gradient, slot(state, 'velocity'), decay, rates]), 2);
        return { theta: moved, state: { velocity } };
      }
      const g: Tensor1D = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(tf.mul(theta, decay), weightDecay));
      const velocity: Tensor1D = tf.add(tf.mul(slot(state, 'velocity'), momentum), g);
      const direction = tf.add(g, tf.mul(velocity, momentum));
      return { theta: tf.sub(theta, tf.mul(direction, learningRate)), state: { velocity } };
    },
  };
}

/** Loshchilov and Hutter 2019: the decay is apart from the moments. `recipe.momentum` is beta 1. */
function adamw({ momentum, weightDecay }: Recipe, decay: Tensor1D): Optimizer {
  const { secondMoment, epsilon } = ADAM;
  return {
    update: (theta, gradient, state, learningRate, step) => {
      if (hasNativeKernels()) {
        const corrections = [1 - momentum ** step, 1 - secondMoment ** step];
        const rates = tf.tensor1d([learningRate, weightDecay, momentum, secondMoment, ...corrections, epsilon]);
        const moments = [slot(state, 'first'), slot(state, 'second')];
        const [moved, first, second] = vectors(nativeAdamW([theta, gradient, ...moments, decay, rates]), 3);
        return { theta: moved, state: { first, second } };
      }
      const first: Tensor1D = tf.add(tf.mul(slot(state, 'first'), momentum), tf.mul(gradient, 1 - momentum));
      const second: Tensor1D = tf.add(
        tf.mul(slot(state, 'second'), secondMoment),
        tf.mul(tf.square(gradient), 1 - secondMoment),
      );
      const deviation = tf.add(tf.sqrt(tf.mul(second, 1 / (1 - secondMoment ** step))), epsilon);
      const direction = tf.div(tf.mul(first, 1 / (1 - momentum ** step)), deviation);
      const shrunk = tf.sub(theta, tf.mul(tf.mul(theta, decay), learningRate * weightDecay));
      return { theta: tf.sub(shrunk, tf.mul(direction, learningRate)), state: { first, second } };
    },
  };
}

/**
 * Linear warm-up, then the recipe's schedule; `step` counts from 0, and the last one is still above
 * zero. Where the recipe says for how many seconds to train, the schedule follows the share of them
 * that has passed, and `elapsed` is the time trained so far.
 */
export function learningRateAt(step: number, stepsPerEpoch: number, recipe: Recipe, elapsed = 0): number {
  const { learningRate, warmupEpochs, epochs, seconds } = recipe;
  const byTime = seconds !== undefined;
  const total = epochs * stepsPerEpoch;
  const wanted = Math.round(warmupEpochs * stepsPerEpoch);
  const warmup = byTime ? wanted : Math.min(wanted, total);
  const course = SCHEDULES[recipe.schedule];
  const rise = Math.min(1, (step + 1) / Math.max(1, warmup));
  if (byTime) {
    const share = Math.min(1, elapsed / seconds);
    return learningRate * rise * course(recipe, share, share);
  }
  if (step < warmup) return learningRate * rise;
  return learningRate * course(recipe, step / total, (step - warmup) / Math.max(1, total - warmup));
}

/** Share of the peak, by the share of the whole training that is done, and of that after the
 * warm-up. */
const SCHEDULES = {
  cosine: (_recipe, _done, afterWarmup) => (1 + Math.cos(Math.PI * afterWarmup)) / 2,
  step: ({ milestones, decayFactor }, done) =>
    decayFactor ** milestones.filter((milestone) => done >= milestone).length,
  constant: () => 1,
} as const satisfies Record<Recipe['schedule'], (recipe: Recipe, done: number, afterWarmup: number) => number>;

function vectors(outputs: readonly Tensor[], count: 2): readonly [Tensor1D, Tensor1D];
function vectors(outputs: readonly Tensor[], count: 3): readonly [Tensor1D, Tensor1D, Tensor1D];
function vectors(outputs: readonly Tensor[], count: number): readonly Tensor1D[] {
  if (outputs.length !== count) throw new Error(`${outputs.length} vectors were given, and ${count} expected`);
  return outputs as readonly Tensor1D[]; // shaped as theta
}

function slot(state: OptimizerState, name: string): Tensor1D {
  const value = state[name];
  if (value === undefined) throw new Error(`The optimiser's state lacks "${name}"`);
  return value;
}

export const testing = { OPTIMIZER_SLOTS };

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
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { Recipe } from '../core/recipe.ts';

/** Kingma and Ba 2015, with the shorter memory of the second moment that runs of a few hundred steps need. */
const ADAM = Object.freeze({ secondMoment: 0.99, epsilon: 1e-8 });

/** The optimiser's own vectors by name; `theta` and these are replaced each step and owned by the trainer. */
export type OptimizerState = Readonly<Record<string, Tensor1D>>;

/** Names of each optimiser's vectors. */
export const OPTIMIZER_SLOTS = { sgd: ['velocity'], adamw: ['first', 'second'] } as const satisfies Record<
  Recipe['optimizer'],
  readonly string[]
>;

export interface Optimizer {
  /** One step; `step` counts from 1. Inputs are left alone, outputs are new. Call it inside a tidy. */
  readonly update: (
    theta: Tensor1D,
    gradient: Tensor1D,
    state: OptimizerState,
    learningRate: number,
    step: number,
  ) => { readonly theta: Tensor1D; readonly state: OptimizerState };
}

export function createOptimizer(recipe: Recipe, decay: Tensor1D): Optimizer {
  return OPTIMIZERS[recipe.optimizer](recipe, decay);
}

const OPTIMIZERS = { sgd, adamw } as const satisfies Record<
  Recipe['optimizer'],
  (recipe: Recipe, decay: Tensor1D) => Optimizer
>;

/** Nesterov's momentum as in Sutskever et al. 2013; the decay is part of the gradient. */
function sgd({ momentum, weightDecay }: Recipe, decay: Tensor1D): Optimizer {
  return {
    update: (theta, gradient, state, learningRate) => {
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

/** Linear warm-up, then half a cosine down to zero; `step` counts from 0, and the last one is still above zero. */
export function learningRateAt(step: number, stepsPerEpoch: number, recipe: Recipe): number {
  const total = recipe.epochs * stepsPerEpoch;
  const warmup = Math.min(Math.round(recipe.warmupEpochs * stepsPerEpoch), total);
  if (step < warmup) return (recipe.learningRate * (step + 1)) / warmup;
  return (recipe.learningRate * (1 + Math.cos((Math.PI * (step - warmup)) / Math.max(1, total - warmup)))) / 2;
}

function slot(state: OptimizerState, name: string): Tensor1D {
  const value = state[name];
  if (value === undefined) throw new Error(`The optimiser's state lacks "${name}"`);
  return value;
}

/**
 * What changes from step to step of a training: weights, running statistics, the optimiser's
 * vectors, their moving average, the sum of losses. One step is one pass over a batch, with chance
 * decided by the seed and the step alone.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { createRng, split } from '../../core/math/rng.ts';
import type { Recipe } from '../../core/records/recipe.ts';
import type { Statistics } from '../backend/norms.ts';
import { lossAndGradients } from '../backend/gradient.ts';
import type { TrainingState } from '../files/checkpoint.ts';
import { createCriterion } from '../losses/create-criterion.ts';
import type { Criterion } from '../losses/criterion.ts';
import { gatherImages, viewOf } from '../data/augment.ts';
import type { View } from '../data/augment.ts';
import { drawShare, mixed } from '../data/mixup.ts';
import { smooth } from '../losses/soft-targets.ts';
import { AVERAGE, movingAverage, stateSlots } from './optimizer.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';
import {
  disposeParameters,
  disposeStatistics,
  downloadWeights,
  extendLayout,
  flatten,
  initialWeights,
  joined,
  parted,
  unflatten,
  uploadWeights,
} from '../model/parameters.ts';
import type { Layout, Parameters } from '../model/parameters.ts';
import type { TrainingTask } from './task.ts';

/** Streams of chance that a seed is split into. */
const STREAM = { weights: 0, views: 2, criterion: 3, mixup: 4 } as const;

/** What its checkpoints hold: the network's weights and those of its criterion. */
export function trainingLayout(task: TrainingTask): Layout {
  return extendLayout(task.model.layout, criterionOf(task).slots);
}

function criterionOf({ model, recipe, teacher, train: { labels } }: TrainingTask): Criterion {
  const { distillation } = recipe;
  return createCriterion({ student: model.graph, distillation, labels, ...(teacher && { teacher }) });
}

export interface Learner {
  /**
   * Hands over what is evaluated and kept: the weights, or their moving average where the recipe
   * asks for one, and then with the moving average of the batch norms' running statistics, by the
   * same decay, since statistics belong to weights.
   */
  readonly withKept: <T>(use: (parameters: Parameters) => T | Promise<T>) => Promise<T>;
  /** Steps done. */
  readonly position: () => number;
  /** `progress`: share of the training that is done. */
  readonly step: (samples: Int32Array, epoch: number, learningRate: number, progress: number) => void;
  /** Sum of this epoch's losses; waits for the device. */
  readonly lossSum: () => number;
  readonly forgetLoss: () => void;
  /** Whether every weight and statistic is a finite number; waits for the device. */
  readonly isFinite: () => boolean;
  readonly state: () => LearnerState;
  readonly dispose: () => void;
}

/** Of a training's state, what a learner knows. */
export type LearnerState = Pick<TrainingState, 'step' | 'lossSum' | 'weights' | 'optimizer'>;

export function createLearner(task: TrainingTask, optimizer: Optimizer): Learner {
  const { model, recipe, seed, start } = task;
  const criterion = criterionOf(task);
  const layout = trainingLayout(task);
  const slots = new Map(layout.trainable.map((slot, index) => [slot.name, index]));
  const own = criterion.slots.flatMap(({ name }) => slots.get(name) ?? []);
  let position = start?.step ?? 0;
  const initial = start?.weights ?? initialWeights(layout, split(seed, STREAM.weights));
  let parameters = uploadWeights(layout, initial);
  let state = initialState(recipe, parameters, start);
  let lossSum: Scalar = tf.scalar(start?.lossSum ?? 0);

  function step(samples: Int32Array, epoch: number, learningRate: number, progress: number): void {
    const updated = new Map<string, Statistics>();
    const keeping = new Map<string, Tensor>();
    const { views, rows } = showings(task, samples, epoch);
    const { theta, statistics, kept } = parameters;
    const rng = createRng(split(split(seed, STREAM.criterion), position));
    const lambda = shareOf(task, position);
    try {
      const next = tf.tidy(() => {
        const images = mixed(gatherImages(task.train, samples, views), lambda);
        const labels = rowsOf(task.train.labels, samples);
        const targets = mixed(smooth(labels, recipe.labelSmoothing), lambda);
        const { value, gradients } = lossAndGradients(
          (weights) => {
            const features = new Map<string, Tensor>();
            const logits = model.forward(images, weights, statistics, (layer, fresh) => updated.set(layer, fresh), {
              layers: criterion.taps,
              give: (layer, output) => features.set(layer, output),
            });
            return [logits, ...criterion.taps.map((layer) => found(features.get(layer), layer))];
          },
          ([logits, ...features], weights) =>
            criterion.loss({
              ...{ logits: logits as Tensor2D, targets, samples, progress, rng }, // the network's own
              teacher: (name) => mixed(rowsOf(found(task.teacher?.tensors.get(name), name), rows), lambda),
              feature: (layer) => found(features[criterion.taps.indexOf(layer)], layer),
              weight: (name) => found(kept.get(name) ?? weights[slots.get(name) ?? -1], name),
              keep: (name, fresh) => keeping.set(name, tf.keep(fresh)),
            }),
          unflatten(layout, theta),
          own,
        );
        const moved = optimizer.update(theta, flatten(gradients), state, learningRate, position + 1);
        const fresh = { theta: moved.theta, statistics: new Map([...statistics, ...updated]), kept };
        const average = averaged(state, fresh, recipe.emaDecay, position + 1);
        return { theta: moved.theta, state: { ...moved.state, ...average }, lossSum: tf.add<Scalar>(lossSum, value) };
      });
      tf.dispose([theta, lossSum, ...Object.values(state)]);
      // had by every layer that updates
      for (const layer of updated.keys()) disposeStatistics(statistics.get(layer) as Statistics);
      for (const name of keeping.keys()) kept.get(name)?.dispose();
      parameters = {
        theta: next.theta,
        statistics: new Map([...statistics, ...updated]),
        kept: new Map([...kept, ...keeping]),
      };
      state = next.state;
      lossSum = next.lossSum;
      position += 1;
    } catch (error) {
      dropTape();
      for (const fresh of updated.values()) disposeStatistics(fresh);
      for (const fresh of keeping.values()) fresh.dispose();
      throw error;
    }
  }

  return {
    withKept: async (use) => {
      const average = state[AVERAGE];
      if (average === undefined) return use(parameters);
      const own = parted(layout, average);
      try {
        return await use(own);
      } finally {
        disposeParameters(own);
      }
    },
    position: () => position,
    step,
    lossSum: () => lossSum.dataSync<'float32'>()[0] ?? Number.NaN,
    forgetLoss: () => {
      lossSum.dispose();
      lossSum = tf.scalar(0);
    },
    // A number times 0 is 0, and what is none stays none.
    isFinite: () => tf.tidy(() => tf.sum(tf.mul(joined(parameters), 0)).dataSync<'float32'>()[0] === 0),
    state: () => ({
      step: position,
      lossSum: lossSum.dataSync<'float32'>()[0] ?? Number.NaN,
      weights: downloadWeights(layout, parameters),
      optimizer: new Map(Object.entries(state).map(([name, vector]) => [name, vector.dataSync<'float32'>().slice()])),
    }),
    dispose: () => {
      disposeParameters(parameters);
      tf.dispose([lossSum, ...Object.values(state)]);
    },
  };
}

/** tfjs-core 4.22 forgets what a forward pass that throws has saved for its gradients; nobody else
 * can dispose it. */
function dropTape(): void {
  const { state } = tf.engine();
  // Its type forgets that there is none after a pass that went well.
  const tape = state.activeTape as typeof state.activeTape | null;
  for (const { saved } of tape ?? []) tf.dispose(saved);
  state.activeTape = [];
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`The criterion asks for "${name}", which is not there`);
  return value;
}

/** tfjs-node reads the indices of a gather, which is free as long as they have not left the host:
 * each gather has its own. */
function rowsOf<T extends Tensor>(tensor: T, rows: Int32Array): T {
  return tf.gather(tensor, tf.tensor1d(rows, 'int32'));
}

function initialState(recipe: Recipe, parameters: Parameters, start: TrainingState | undefined): OptimizerState {
  const vectors = stateSlots(recipe).map((slot): [string, Tensor1D] => {
    const values = start?.optimizer.get(slot);
    if (values !== undefined) return [slot, tf.tensor1d(values.slice())];
    return [slot, slot === AVERAGE ? joined(parameters) : tf.zerosLike(parameters.theta)];
  });
  return Object.fromEntries(vectors);
}

function averaged(state: OptimizerState, fresh: Parameters, decay: number, step: number): OptimizerState {
  const average = state[AVERAGE];
  return average === undefined ? {} : { [AVERAGE]: movingAverage(average, joined(fresh), decay, step) };
}

/** 1 where samples are not mixed. */
function shareOf({ recipe, seed }: TrainingTask, position: number): number {
  const { mixup } = recipe.augmentation;
  return mixup === 0 ? 1 : drawShare(mixup, createRng(split(split(seed, STREAM.mixup), position)));
}

/**
 * How the samples are shown in an epoch. With a teacher one of its fixed views is drawn, and `rows`
 * says where its logits are; without, every epoch has views of its own.
 */
function showings(
  task: TrainingTask,
  samples: Int32Array,
  epoch: number,
): { readonly views: View[]; readonly rows: Int32Array } {
  const { recipe, teacher, train: data } = task;
  const seed = split(task.seed, STREAM.views);
  const rows = new Int32Array(samples.length);
  const views = Array.from(samples, (sample, index) => {
    if (teacher === undefined) return viewOf(seed, sample, epoch, recipe.augmentation, data);
    const view = split(split(seed, sample), epoch) % teacher.views;
    rows[index] = view * data.count + sample;
    return viewOf(teacher.viewSeed, sample, view, recipe.augmentation, data);
  });
  return { views, rows };
}

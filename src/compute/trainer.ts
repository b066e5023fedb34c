/**
 * The training loop: any architecture graph, with or without a teacher. Order, views and start are decided by the seed
 * and the position alone, so a run that goes on from a checkpoint is the run that was never stopped.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../core/errors.ts';
import { createRng, split } from '../core/math/rng.ts';
import type { Recipe } from '../core/recipe.ts';
import type { EpochPoint } from '../core/trial.ts';
import type { Statistics } from './backend/fused.ts';
import { lossAndGradients } from './backend/gradient.ts';
import type { TrainingState } from './checkpoint.ts';
import { createCriterion } from './criterion.ts';
import type { Criterion } from './criterion.ts';
import { gatherImages, viewOf } from './data/augment.ts';
import type { ResidentImages, View } from './data/augment.ts';
import { evaluate } from './evaluate.ts';
import type { Breath, Evaluation } from './evaluate.ts';
import { smooth } from './losses/soft-targets.ts';
import type { Model } from './model.ts';
import { createOptimizer, learningRateAt, OPTIMIZER_SLOTS } from './optimizer.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';
import {
  decayMask,
  disposeParameters,
  disposeStatistics,
  downloadWeights,
  extendLayout,
  flatten,
  initialWeights,
  unflatten,
  uploadWeights,
} from './parameters.ts';
import type { HostWeights, Layout, Parameters } from './parameters.ts';
import type { TeacherTargets } from './teacher-targets.ts';

export interface TrainingTask {
  readonly model: Model;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly train: ResidentImages;
  readonly validation: ResidentImages;
  /** Classes of the validation images. */
  readonly validationLabels: Uint8Array;
  readonly teacher?: TeacherTargets;
  readonly start?: TrainingState;
}

export interface TrainingHooks {
  /** Called between steps. Throws to give up; training then ends with that error after `onStop`. */
  readonly breath: Breath;
  /** Number of steps done so far. */
  readonly onStep?: (done: number) => void;
  readonly onEpoch?: (point: EpochPoint, state: () => TrainingState) => void;
  /** Called with the position when `breath` gives up. */
  readonly onStop?: (state: () => TrainingState) => void;
}

export interface Trained {
  readonly weights: HostWeights;
  readonly evaluation: Evaluation;
  readonly seconds: number;
}

/** Streams of chance that a seed is split into. */
const STREAM = { weights: 0, order: 1, views: 2, criterion: 3 } as const;
/** Reading a number back waits for the device: the loss is looked at once in so many steps. */
const STEPS_PER_LOOK = 25;

/** Whole batches alone: a few images left over sit out an epoch, each time others. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.max(1, Math.floor(images / batchSize));
}

/** What its checkpoints hold: the network's weights and those of its criterion. */
export function trainingLayout(task: TrainingTask): Layout {
  return extendLayout(task.model.layout, criterionOf(task).slots);
}

function criterionOf({ model, recipe, teacher, train: { labels } }: TrainingTask): Criterion {
  const { distillation } = recipe;
  return createCriterion({ student: model.graph, distillation, labels, ...(teacher && { teacher }) });
}

/** Throws `trainer.failed` when the loss is no longer finite. Leaves no tensor behind, however it ends. */
export async function train(task: TrainingTask, hooks: TrainingHooks): Promise<Trained> {
  const { model, recipe, seed } = task;
  const started = performance.now();
  const decay = decayMask(trainingLayout(task));
  const learner = createLearner(task, createOptimizer(recipe, decay));
  const steps = stepsPerEpoch(task.train.count, recipe.batchSize);
  let evaluation: Evaluation | undefined;
  try {
    for (let epoch = firstEpoch(learner, steps); epoch < recipe.epochs; epoch++) {
      const epochStarted = performance.now();
      const order = createRng(split(split(seed, STREAM.order), epoch)).shuffle([...Array(task.train.count).keys()]);
      while (learner.position() < (epoch + 1) * steps) {
        const step = learner.position();
        const offset = (step - epoch * steps) * recipe.batchSize;
        const samples = Int32Array.from(order.slice(offset, offset + recipe.batchSize));
        await breathe(hooks, learner.state);
        learner.step(samples, epoch, learningRateAt(step, steps, recipe));
        hooks.onStep?.(learner.position());
        if (learner.position() % STEPS_PER_LOOK === 0) checkFinite(learner.lossSum(), learner.position(), epoch);
      }
      const trainLoss = learner.lossSum() / steps;
      checkFinite(trainLoss, learner.position(), epoch);
      const { validation, validationLabels } = task;
      evaluation = await evaluate(model, learner.parameters(), validation, validationLabels, () =>
        breathe(hooks, learner.state),
      );
      learner.forgetLoss();
      const point = {
        epoch: epoch + 1,
        trainLoss,
        validationLoss: evaluation.loss,
        validationAccuracy: evaluation.accuracy,
        learningRate: learningRateAt(learner.position() - 1, steps, recipe),
        seconds: (performance.now() - epochStarted) / 1000,
      };
      hooks.onEpoch?.(point, learner.state);
    }
    // A run that was stopped after its last step has nothing left to train, but no figures yet.
    evaluation ??= await evaluate(model, learner.parameters(), task.validation, task.validationLabels, hooks.breath);
    const weights = downloadWeights(model.layout, learner.parameters());
    return { weights, evaluation, seconds: (performance.now() - started) / 1000 };
  } finally {
    learner.dispose();
    decay.dispose();
  }
}

/** An epoch that was stopped between its last step and its report still has the sum of its losses: it is reported first. */
function firstEpoch(learner: Learner, steps: number): number {
  const begun = Math.floor(learner.position() / steps);
  return learner.position() === begun * steps && learner.lossSum() !== 0 ? begun - 1 : begun;
}

interface Learner {
  readonly parameters: () => Parameters;
  /** Steps done. */
  readonly position: () => number;
  readonly step: (samples: Int32Array, epoch: number, learningRate: number) => void;
  /** Sum of this epoch's losses; waits for the device. */
  readonly lossSum: () => number;
  readonly forgetLoss: () => void;
  readonly state: () => TrainingState;
  readonly dispose: () => void;
}

/** Holds what changes from step to step: weights, running statistics, the optimiser's vectors, the sum of losses. */
function createLearner(task: TrainingTask, optimizer: Optimizer): Learner {
  const { model, recipe, seed, start } = task;
  const criterion = criterionOf(task);
  const layout = trainingLayout(task);
  const taps = new Set(criterion.taps);
  const slots = new Map(layout.trainable.map((slot, index) => [slot.name, index]));
  const totalSteps = recipe.epochs * stepsPerEpoch(task.train.count, recipe.batchSize);
  let position = start?.step ?? 0;
  let parameters = uploadWeights(layout, start?.weights ?? initialWeights(layout, split(seed, STREAM.weights)));
  let state = initialState(recipe, layout.params, start);
  let lossSum: Scalar = tf.scalar(start?.lossSum ?? 0);

  function step(samples: Int32Array, epoch: number, learningRate: number): void {
    const updated = new Map<string, Statistics>();
    const keeping = new Map<string, Tensor>();
    const { views, rows } = showings(task, samples, epoch);
    const { theta, statistics, kept } = parameters;
    const rng = createRng(split(split(seed, STREAM.criterion), position));
    const progress = position / totalSteps;
    try {
      const next = tf.tidy(() => {
        const images = gatherImages(task.train, samples, views);
        const labels = tf.gather(task.train.labels, tf.tensor1d(samples, 'int32'));
        const targets = smooth(labels, recipe.labelSmoothing);
        const shown = tf.tensor1d(rows, 'int32');
        const { value, gradients } = lossAndGradients(
          (weights) => {
            const features = new Map<string, Tensor>();
            const logits = model.forward(
              images,
              weights,
              statistics,
              (layer, fresh) => updated.set(layer, fresh),
              (layer, output) => taps.has(layer) && features.set(layer, output),
            );
            return criterion.loss({
              ...{ logits, targets, samples, progress, rng },
              teacher: (name) => tf.gather(found(task.teacher?.tensors.get(name), name), shown),
              feature: (layer) => found(features.get(layer), layer),
              weight: (name) => found(kept.get(name) ?? weights[slots.get(name) ?? -1], name),
              keep: (name, fresh) => keeping.set(name, tf.keep(fresh)),
            });
          },
          unflatten(layout, theta),
        );
        const moved = optimizer.update(theta, flatten(gradients), state, learningRate, position + 1);
        return { theta: moved.theta, state: moved.state, lossSum: tf.add<Scalar>(lossSum, value) };
      });
      tf.dispose([theta, lossSum, ...Object.values(state)]);
      for (const layer of updated.keys()) disposeStatistics(statistics.get(layer) as Statistics); // had by every layer that updates
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
      for (const fresh of updated.values()) disposeStatistics(fresh);
      for (const fresh of keeping.values()) fresh.dispose();
      throw error;
    }
  }

  return {
    parameters: () => parameters,
    position: () => position,
    step,
    lossSum: () => lossSum.dataSync<'float32'>()[0] ?? Number.NaN,
    forgetLoss: () => {
      lossSum.dispose();
      lossSum = tf.scalar(0);
    },
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

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`The criterion asks for "${name}", which is not there`);
  return value;
}

function initialState(recipe: Recipe, params: number, start: TrainingState | undefined): OptimizerState {
  const vectors = OPTIMIZER_SLOTS[recipe.optimizer].map((slot): [string, Tensor1D] => {
    const values = start?.optimizer.get(slot);
    return [slot, values ? tf.tensor1d(values.slice()) : tf.zeros<tf.Rank.R1>([params])];
  });
  return Object.fromEntries(vectors);
}

/**
 * How the samples are shown in an epoch. With a teacher one of its fixed views is drawn, and `rows` says where its
 * logits are; without, every epoch has views of its own.
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

async function breathe({ breath, onStop }: TrainingHooks, state: () => TrainingState): Promise<void> {
  try {
    await breath();
  } catch (error) {
    onStop?.(state);
    throw error;
  }
}

function checkFinite(loss: number, step: number, epoch: number): void {
  if (Number.isFinite(loss)) return;
  const message = `The loss became ${loss} in epoch ${epoch + 1}, by step ${step}. Lower the learning rate of the recipe.`;
  throw new WorkbenchError('trainer.failed', message);
}

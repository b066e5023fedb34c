/**
 * The training loop: any architecture graph, with or without a teacher. Order, views and start are
 * decided by the seed and the position alone, so a run that goes on from a checkpoint is the run
 * that was never stopped; only where training goes by seconds the clock has its say.
 */
import * as tf from '@tensorflow/tfjs-core';
import { WorkbenchError } from '../../core/errors.ts';
import { createRng, split } from '../../core/math/rng.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { BestEpoch, TrainingState } from '../files/checkpoint.ts';
import { prepareImages } from '../data/augment.ts';
import { evaluate } from './evaluate.ts';
import type { YieldToEvents } from './evaluate.ts';
import { createLearner } from './learner.ts';
import type { Learner } from './learner.ts';
import { learningIn, trainingLayout } from './pass.ts';
import { createOptimizer, learningRateAt } from './optimizer.ts';
import { decayMask, downloadWeights } from '../model/parameters.ts';
import type { HostWeights } from '../model/parameters.ts';
import type { Evaluation } from '../tasks/evaluate/task.ts';
import type { TrainingTask } from './task.ts';

export interface TrainingHooks {
  /** Called between steps. Throws to give up; training then ends with that error. */
  readonly yieldToEvents: YieldToEvents;
  /** Steps done so far, the share of the training, 0 to 1, and what it could go on from. */
  readonly onStep?: (done: number, share: number, state: () => TrainingState) => void;
  readonly onEpoch?: (point: EpochPoint, state: () => TrainingState) => void;
  /** Milliseconds from a monotonic clock; absent: this process' own. */
  readonly now?: () => number;
}

export interface Trained {
  /** After the last epoch. */
  readonly weights: HostWeights;
  readonly evaluation: Evaluation;
  /** The epoch of the highest validation accuracy, where it is to be kept and is not the last. */
  readonly best?: BestEpoch;
  readonly epochs: number;
  readonly seconds: number;
}

/** The stream of chance that decides the order of images; the learner has the others. */
const ORDER_STREAM = 1;
/** Reading a number back waits for the device: the loss is looked at once in so many steps. */
const STEPS_PER_LOOK = 25;

/**
 * Whole batches alone: a few images left over sit out an epoch, each time others. Throws
 * `config.invalid` when there is not one.
 */
export function stepsPerEpoch(images: number, batchSize: number): number {
  if (batchSize <= images) return Math.floor(images / batchSize);
  const message = `A batch of ${batchSize} is larger than the ${images} training examples. Choose a smaller batch.`;
  throw new WorkbenchError('config.invalid', message, { field: 'recipe.batchSize' });
}

/**
 * Throws `trainer.failed` when loss or weights are no longer finite, `config.invalid` for a batch
 * larger than the set. Leaves no tensor behind, however it ends.
 */
export async function train(task: TrainingTask, hooks: TrainingHooks): Promise<Trained> {
  const { recipe } = task;
  const { now = () => performance.now() } = hooks;
  const started = now();
  const steps = stepsPerEpoch(task.train.count, recipe.batchSize);
  const decay = decayMask(trainingLayout(task), learningIn(task));
  let learner: Learner | undefined;
  try {
    learner = createLearner(task, createOptimizer(recipe, decay));
    const trained = await runEpochs(task, hooks, learner, steps, now);
    return { ...trained, seconds: (now() - started) / 1000 };
  } finally {
    learner?.dispose();
    decay.dispose();
  }
}

async function runEpochs(
  task: TrainingTask,
  hooks: TrainingHooks,
  learner: Learner,
  steps: number,
  now: () => number,
): Promise<Omit<Trained, 'seconds'>> {
  const { model, recipe, seed, validation, validationLabels } = task;
  let elapsed = task.start?.elapsed ?? 0;
  let best = task.start?.best;
  let evaluation: Evaluation | undefined;
  const share = (): number =>
    recipe.seconds === undefined ? learner.position() / (recipe.epochs * steps) : Math.min(1, elapsed / recipe.seconds);
  const state = (): TrainingState => ({ ...learner.state(), elapsed, ...(best && { best }) });
  const assess = (): Promise<Evaluation> =>
    learner.withKept((kept) => evaluate(model, kept, validation, validationLabels, hooks.yieldToEvents));
  // An epoch that was stopped between its last step and its report still has the sum of its losses:
  // it is reported first.
  const unreported = learner.lossSum() !== 0;
  const first = Math.floor((learner.position() - (unreported ? 1 : 0)) / steps);
  const rests = (epoch: number): boolean => epoch >= (task.until ?? Infinity);
  for (let epoch = first; !rests(epoch) && (share() < 1 || (unreported && epoch === first)); epoch++) {
    const epochStarted = now();
    const order = createRng(split(split(seed, ORDER_STREAM), epoch)).shuffle([...Array(task.train.count).keys()]);
    const batchAt = (index: number): Int32Array =>
      Int32Array.from(order.slice(index * recipe.batchSize, (index + 1) * recipe.batchSize));
    while (learner.position() < (epoch + 1) * steps && share() < 1) {
      const step = learner.position();
      await hooks.yieldToEvents();
      const stepStarted = now();
      const samples = batchAt(step - epoch * steps);
      // Of the last step's next one there is nothing left, or less than a batch.
      const next = step + 1 < (epoch + 1) * steps ? batchAt(step + 1 - epoch * steps) : undefined;
      await prepareImages(task.train, samples, next);
      learner.step(samples, epoch, learningRateAt(step, steps, recipe, elapsed), share());
      if (learner.position() % STEPS_PER_LOOK === 0) checkLoss(learner.lossSum(), learner.position(), epoch, task);
      elapsed += (now() - stepStarted) / 1000;
      hooks.onStep?.(learner.position(), share(), state);
    }
    const trainLoss = learner.lossSum() / (learner.position() - epoch * steps);
    checkLoss(trainLoss, learner.position(), epoch, task);
    if (!learner.isFinite()) throw diverged('Weights are no longer finite numbers', learner.position(), epoch);
    evaluation = await assess();
    if (!Number.isFinite(evaluation.loss)) {
      throw diverged(`The validation loss became ${evaluation.loss}`, learner.position(), epoch);
    }
    learner.forgetLoss();
    const { accuracy } = evaluation;
    if (task.keepBest && !(best !== undefined && best.accuracy >= accuracy)) {
      best = {
        epoch: epoch + 1,
        accuracy,
        weights: await learner.withKept((kept) => downloadWeights(model.layout, kept)),
      };
    }
    const point = {
      epoch: epoch + 1,
      trainLoss,
      validationLoss: evaluation.loss,
      validationAccuracy: accuracy,
      learningRate: learningRateAt(learner.position() - 1, steps, recipe, elapsed),
      seconds: (now() - epochStarted) / 1000,
    };
    hooks.onEpoch?.(point, state);
  }
  // A run that was stopped after its last step has nothing left to train, but no figures yet.
  evaluation ??= await assess();
  const weights = await learner.withKept((kept) => downloadWeights(model.layout, kept));
  const epochs = Math.ceil(learner.position() / steps);
  return { weights, evaluation, epochs, ...(best && best.epoch < epochs && { best }) };
}

/** Images that are no numbers are told from a training that went astray. */
function checkLoss(loss: number, step: number, epoch: number, { train }: TrainingTask): void {
  if (Number.isFinite(loss)) return;
  const sound = 'stream' in train || tf.tidy(() => tf.sum(tf.mul(train.images, 0)).dataSync<'float32'>()[0] === 0);
  if (sound) throw diverged(`The loss became ${loss}`, step, epoch);
  const message = 'The training examples hold values that are no finite numbers. Import the data set again.';
  throw new WorkbenchError('dataset.corrupt', message);
}

function diverged(finding: string, step: number, epoch: number): WorkbenchError {
  const advice = 'Lower the learning rate of the recipe, or clip its gradients.';
  return new WorkbenchError('trainer.failed', `${finding} in epoch ${epoch + 1}, by step ${step}. ${advice}`);
}

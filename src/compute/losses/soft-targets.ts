/**
 * Losses on logits, in nats, with gradients in closed form.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | z, v | logits of student and teacher | `[batch, classes]` |
 * | y | targets: one-hot labels, smoothed | `[batch, classes]` |
 * | T, w | softmax temperature; weight of the soft targets | |
 * | p | the teacher's soft targets softmax(v / T) | `[batch, classes]` |
 *
 * loss = (1 - w) CE(y, softmax(z)) + w T^2 KL(p || softmax(z / T)), mean over the batch; Hinton et
 * al. 2015. gradient = ((1 - w) (softmax(z) - y) + w T (softmax(z / T) - p)) / batch, since targets
 * sum to 1.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import type { RecipeOf } from '../../core/records/distillation.ts';
import { LOGITS } from '../../core/distill/teacher-arrays.ts';
import { nothing } from '../backend/activation.ts';
import { sloped } from '../backend/differentiable.ts';
import { hasNativeKernels } from '../backend/native.ts';
import { perAttributes, rawOp } from '../backend/raw.ts';
import type { RawOp } from '../backend/raw.ts';
import { logitCriterion } from './criterion.ts';
import type { Criterion } from './criterion.ts';

export function labelLoss(): Criterion {
  return logitCriterion(({ logits, targets }) => crossEntropy(logits, targets));
}

export function softTargetLoss(recipe: RecipeOf<'kd'>): Criterion {
  return logitCriterion(({ logits, targets, teacher }) => {
    return distillationLoss(logits, targets, teacher(LOGITS) as Tensor2D, recipe); // logits are rows
  });
}

/** One-hot rows `[labels, classes]`, made here: a table of all images would grow with the set. */
export function oneHot(labels: ArrayLike<number>, classes: number): Tensor2D {
  const rows = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row += 1) rows[row * classes + (labels[row] ?? 0)] = 1;
  return tf.tensor2d(rows, [labels.length, classes]);
}

/** y (1 - s) + s / classes; Szegedy et al. 2016. */
export function smooth(labels: Tensor2D, smoothing: number): Tensor2D {
  return smoothing === 0 ? labels : tf.add(tf.mul(labels, 1 - smoothing), smoothing / labels.shape[1]);
}

/** Mean of -sum y log softmax(z). */
export function crossEntropy(logits: Tensor2D, targets: Tensor2D): Scalar {
  if (hasNativeKernels()) return nativeLoss(nativeCrossEntropy, logits, targets, nothing());
  const [batch] = logits.shape;
  return sloped(logits, () => {
    const log = tf.logSoftmax(logits);
    const value: Scalar = tf.mul(tf.sum(tf.mul(log, targets)), -1 / batch);
    return { value, slope: tf.mul(tf.sub(tf.exp(log), targets), 1 / batch) };
  });
}

function distillationLoss(
  logits: Tensor2D,
  targets: Tensor2D,
  teacherLogits: Tensor2D,
  { temperature, weight }: RecipeOf<'kd'>,
): Scalar {
  if (hasNativeKernels()) return nativeLoss(opFor(temperature, weight), logits, targets, teacherLogits);
  const [batch] = logits.shape;
  return sloped(logits, () => {
    const log = tf.logSoftmax(logits);
    const softLog = tf.logSoftmax(tf.mul(logits, 1 / temperature));
    const teacherLog = tf.logSoftmax(tf.mul(teacherLogits, 1 / temperature));
    const soft = tf.exp(teacherLog);
    const hardLoss = tf.mul(tf.sum(tf.mul(log, targets)), -(1 - weight) / batch);
    const divergence = tf.sum(tf.mul(soft, tf.sub(teacherLog, softLog)));
    const value: Scalar = tf.add(hardLoss, tf.mul(divergence, (weight * temperature ** 2) / batch));
    const hard = tf.mul(tf.sub(tf.exp(log), targets), (1 - weight) / batch);
    return { value, slope: tf.add(hard, tf.mul(tf.sub(tf.exp(softLog), soft), (weight * temperature) / batch)) };
  });
}

function nativeLoss(op: RawOp, logits: Tensor2D, targets: Tensor2D, teacherLogits: TensorInfo): Scalar {
  return sloped(logits, () => {
    const [value, slope] = op([logits, targets, teacherLogits]);
    if (value === undefined || slope === undefined) throw new Error('A loss and its gradient were expected');
    return { value: value as Scalar, slope }; // mean over the batch
  });
}

const opFor = perAttributes((temperature: number, weight: number) =>
  rawOp('TradeSoftTargetLoss', 2, { floats: { temperature, weight } }),
);

const nativeCrossEntropy = opFor(1, 0);

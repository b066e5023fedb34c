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
 * loss = (1 - w) CE(y, softmax(z)) + w T^2 KL(p || softmax(z / T)), mean over the batch; Hinton et al. 2015.
 * gradient = ((1 - w) (softmax(z) - y) + w T (softmax(z / T) - p)) / batch, since targets sum to 1.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { DistillationRecipe } from '../core/recipe.ts';

/** Mean loss; `teacherLogits` absent, or the recipe's loss `none`: cross-entropy alone. */
export function trainingLoss(
  logits: Tensor2D,
  labels: Tensor2D,
  teacherLogits: Tensor2D | undefined,
  recipe: DistillationRecipe,
  labelSmoothing: number,
): Scalar {
  const targets = smooth(labels, labelSmoothing);
  if (teacherLogits === undefined || recipe.loss === 'none') return crossEntropy(logits, targets);
  return distillationLoss(logits, targets, teacherLogits, recipe);
}

/** y (1 - s) + s / classes; Szegedy et al. 2016. */
function smooth(labels: Tensor2D, smoothing: number): Tensor2D {
  return smoothing === 0 ? labels : tf.add(tf.mul(labels, 1 - smoothing), smoothing / labels.shape[1]);
}

/** Mean of -sum y log softmax(z). */
export function crossEntropy(logits: Tensor2D, targets: Tensor2D): Scalar {
  const [batch] = logits.shape;
  return withGradient(logits, (z) => {
    const log = tf.logSoftmax(z);
    const value = tf.mul(tf.sum(tf.mul(log, targets)), -1 / batch) as Scalar;
    return { value, gradient: tf.mul(tf.sub(tf.exp(log), targets), 1 / batch) };
  });
}

function distillationLoss(
  logits: Tensor2D,
  targets: Tensor2D,
  teacherLogits: Tensor2D,
  { temperature, weight }: DistillationRecipe,
): Scalar {
  const [batch] = logits.shape;
  return withGradient(logits, (z) => {
    const log = tf.logSoftmax(z);
    const softLog = tf.logSoftmax(tf.mul(z, 1 / temperature));
    const teacherLog = tf.logSoftmax(tf.mul(teacherLogits, 1 / temperature));
    const soft = tf.exp(teacherLog);
    const hardLoss = tf.mul(tf.sum(tf.mul(log, targets)), -(1 - weight) / batch);
    const divergence = tf.sum(tf.mul(soft, tf.sub(teacherLog, softLog)));
    const value = tf.add(hardLoss, tf.mul(divergence, (weight * temperature ** 2) / batch)) as Scalar;
    const hard = tf.mul(tf.sub(tf.exp(log), targets), (1 - weight) / batch);
    return { value, gradient: tf.add(hard, tf.mul(tf.sub(tf.exp(softLog), soft), (weight * temperature) / batch)) };
  });
}

/** A scalar function of z whose gradient comes with its value. */
function withGradient(
  logits: Tensor2D,
  compute: (z: Tensor2D) => { readonly value: Scalar; readonly gradient: Tensor },
): Scalar {
  const scalar = tf.customGrad((...args) => {
    const [z, save] = args as [Tensor2D, (tensors: Tensor[]) => void];
    const { value, gradient } = compute(z);
    save([gradient]);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(saved[0] ?? gradient, dy) };
  });
  return scalar(logits) as Scalar;
}

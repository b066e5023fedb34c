/**
 * Decoupled distillation, Zhao et al. 2022; the formula and its gradient on plain arrays:
 * tests/oracle.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | own | 1 at the label (of mixed images: the larger share), else 0 | `[batch, classes]` |
 * | b | probability of the label | `[batch, 1]` |
 * | q | softmax over the other classes; 0 at the label | `[batch, classes]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { warmupShare } from '../../core/distill/warmup-share.ts';
import type { RecipeOf } from '../../core/records/distillation.ts';
import { LOGITS } from '../../core/distill/teacher-arrays.ts';
import { sloped } from '../backend/differentiable.ts';
import { logitCriterion } from './criterion.ts';
import type { Criterion } from './criterion.ts';
import { crossEntropy } from './soft-targets.ts';

/** Off the logarithm of the label's probability, so that it adds nothing to a sum of
 * exponentials. */
const APART = 1e4;

export function decoupledLoss(recipe: RecipeOf<'dkd'>): Criterion {
  return logitCriterion(({ logits, targets, teacher, progress }) => {
    const share = warmupShare(progress, recipe.warmup);
    // logits are rows
    const divergence = decoupledDivergence(logits, teacher(LOGITS) as Tensor2D, hardLabels(targets), recipe);
    return tf.add(crossEntropy(logits, targets), tf.mul(divergence, share));
  });
}

/** One-hot rows at the largest target. */
export function hardLabels(targets: Tensor2D): Tensor2D {
  return tf.cast(tf.oneHot(tf.argMax(targets, 1), targets.shape[1]), 'float32') as Tensor2D; // a row each
}

function decoupledDivergence(
  logits: Tensor2D,
  teacherLogits: Tensor2D,
  own: Tensor2D,
  { temperature, alpha, beta }: RecipeOf<'dkd'>,
): Scalar {
  const [batch] = logits.shape;
  return sloped(logits, () => {
    const student = decouple(logits, own, temperature);
    const teacher = decouple(teacherLogits, own, temperature);
    const b = tf.exp(teacher.logTarget);
    const rest = tf.sub(1, b);
    const binary = tf.add(
      tf.mul(b, tf.sub(teacher.logTarget, student.logTarget)),
      tf.mul(rest, tf.sub(teacher.logRest, student.logRest)),
    );
    const others = tf.mul(teacher.q, tf.sub(teacher.logOthers, student.logOthers));
    const sum = tf.add(tf.mul(tf.sum(binary), alpha), tf.mul(tf.sum(others), beta));
    const slope = tf.sub(tf.sub(tf.exp(student.log), tf.mul(own, b)), tf.mul(rest, student.q));
    const slopes = tf.add(tf.mul(slope, alpha), tf.mul(tf.sub(student.q, teacher.q), beta));
    return { value: tf.mul(sum, temperature ** 2 / batch), slope: tf.mul(slopes, temperature / batch) };
  });
}

interface Decoupled {
  readonly log: Tensor;
  readonly logTarget: Tensor;
  readonly logRest: Tensor;
  /** Means nothing at the label. */
  readonly logOthers: Tensor;
  readonly q: Tensor;
}

function decouple(logits: Tensor2D, own: Tensor2D, temperature: number): Decoupled {
  const log = tf.logSoftmax(tf.mul(logits, 1 / temperature));
  const logRest = tf.logSumExp(tf.sub(log, tf.mul(own, APART)), 1, true);
  const logOthers = tf.sub(log, logRest);
  const q = tf.exp(tf.sub(logOthers, tf.mul(own, APART)));
  return { log, logTarget: tf.sum(tf.mul(log, own), 1, true), logRest, logOthers, q };
}

/**
 * Matching logits, Kim et al. 2021; the formula on plain arrays: tests/oracle.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | z, v | logits of student and teacher | `[batch, classes]` |
 *
 * loss = (1 - w) CE + w mean (z - v)^2, gradient of the latter 2 (z - v) / (batch classes).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { RecipeOf } from '../../core/records/distillation.ts';
import { LOGITS } from '../../core/distill/teacher-arrays.ts';
import { sloped } from '../backend/differentiable.ts';
import { logitCriterion } from './criterion.ts';
import type { Criterion } from './criterion.ts';
import { crossEntropy } from './soft-targets.ts';

export function logitLoss({ weight }: RecipeOf<'mse'>): Criterion {
  return logitCriterion(({ logits, targets, teacher }) => {
    const distance = logitDistance(logits, teacher(LOGITS) as Tensor2D); // logits are rows
    return tf.add(tf.mul(crossEntropy(logits, targets), 1 - weight), tf.mul(distance, weight));
  });
}

function logitDistance(logits: Tensor2D, teacherLogits: Tensor2D): Scalar {
  return sloped(logits, () => {
    const difference = tf.sub(logits, teacherLogits);
    return { value: tf.mean(tf.square(difference)), slope: tf.mul(difference, 2 / logits.size) };
  });
}

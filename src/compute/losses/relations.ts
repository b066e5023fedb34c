/**
 * Relations instead of values (DIST), Huang et al. 2022; the formula and its gradient on plain
 * arrays: tests/oracle.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | p, s | softmax(z / T) of student and teacher | `[batch, classes]` |
 * | a, b | the same, centred along an axis | `[batch, classes]` |
 * | r | Pearson's correlation along the axis | `[batch, 1]` or `[1, classes]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { RecipeOf } from '../../core/records/distillation.ts';
import { LOGITS } from '../../core/distill/teacher-arrays.ts';
import { sloped } from '../backend/differentiable.ts';
import { logitCriterion } from './criterion.ts';
import type { Criterion } from './criterion.ts';
import { crossEntropy } from './soft-targets.ts';

/** The paper's code adds 1e-8 to the product of the norms, where a constant column still has a
 * slope of 1e8. */
const RELATION_EPSILON = 1e-6;

export function relationLoss(recipe: RecipeOf<'dist'>): Criterion {
  return logitCriterion(({ logits, targets, teacher }) => {
    const distance = relationDistance(logits, teacher(LOGITS) as Tensor2D, recipe); // logits are rows
    return tf.add(crossEntropy(logits, targets), tf.mul(distance, recipe.weight));
  });
}

function relationDistance(logits: Tensor2D, teacherLogits: Tensor2D, weights: RecipeOf<'dist'>): Scalar {
  const { temperature, inter, intra } = weights;
  return sloped(logits, () => {
    const p = tf.softmax(tf.mul(logits, 1 / temperature));
    const s = tf.softmax(tf.mul(teacherLogits, 1 / temperature));
    const rows = correlations(p, s, 1);
    const columns = correlations(p, s, 0);
    const slope = tf.sub(tf.mul(rows.slope, -inter / rows.count), tf.mul(columns.slope, intra / columns.count));
    const tangent = tf.mul(p, tf.sub(slope, tf.sum(tf.mul(p, slope), 1, true)));
    const between = tf.mul(tf.sub(1, rows.mean), inter);
    const within = tf.mul(tf.sub(1, columns.mean), intra);
    const value: Scalar = tf.mul(tf.add(between, within), temperature ** 2);
    return { value, slope: tf.mul(tangent, temperature) };
  });
}

interface Correlations {
  readonly mean: Tensor;
  /** Slope of each correlation by the values that it is of, `[batch, classes]`. */
  readonly slope: Tensor;
  readonly count: number;
}

function correlations(p: Tensor, s: Tensor, axis: 0 | 1): Correlations {
  const a = tf.sub(p, tf.mean(p, axis, true));
  const b = tf.sub(s, tf.mean(s, axis, true));
  const own = tf.add(tf.sum(tf.square(a), axis, true), RELATION_EPSILON);
  const other = tf.add(tf.sum(tf.square(b), axis, true), RELATION_EPSILON);
  const inverse = tf.rsqrt(tf.mul(own, other));
  const r = tf.mul(tf.sum(tf.mul(a, b), axis, true), inverse);
  const slope = tf.sub(tf.mul(b, inverse), tf.mul(a, tf.div(r, own)));
  return { mean: tf.mean(r), slope, count: r.size };
}

/**
 * Attention transfer, Zagoruyko and Komodakis 2017; the formula on plain arrays: tests/oracle, the
 * pairs of layers those of `distill/feature-levels.ts`. The teacher's maps come pooled and
 * normalised.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | F | features of a level | `[batch, h, w, c]` |
 * | A | mean over channels of F^p, each sample's divided by its length | `[batch, h * w]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import type { RecipeOf } from '../../core/records/distillation.ts';
import { levelPairs } from '../../core/distill/feature-levels.ts';
import type { NetworkLayers } from '../../core/distill/feature-levels.ts';
import { attentionArray } from '../../core/distill/teacher-arrays.ts';
import { differentiable, savedAt } from '../backend/differentiable.ts';
import type { Criterion } from './criterion.ts';
import { mapOf, poolTo } from './places.ts';
import { crossEntropy } from './soft-targets.ts';

/** Keeps a map of zeros from dividing by zero; PyTorch's `normalize` has the same floor. */
const ATTENTION_EPSILON = 1e-12;

/** CE + w sum over pairs of mean (A_s - A_t)^2. */
export function attentionLoss(
  { weight, power }: RecipeOf<'at'>,
  student: ArchitectureGraph,
  teacher: NetworkLayers,
): Criterion {
  const pairs = levelPairs(student, teacher);
  return {
    taps: pairs.map((pair) => pair.student.layerId),
    slots: [],
    loss: (batch) => {
      const distances = pairs.map((pair) => {
        const map = poolTo(mapOf(batch.feature(pair.student.layerId), pair.student), [pair.height, pair.width]);
        const wanted = batch.teacher(attentionArray(pair, power).name);
        return attentionDistance(map, wanted, power);
      });
      return tf.add(crossEntropy(batch.logits, batch.targets), tf.mul(tf.addN(distances), weight));
    },
  };
}

export function attentionMaps(map: Tensor4D, power: number): Tensor {
  return attend(map, power).attention;
}

/**
 * Mean of (A - wanted)^2. With g its slope by A and l the length, the slope by the energies is (g -
 * A (A.g)) / l, and by a feature p |F|^(p - 1) sign(F) / c times that of its place.
 */
function attentionDistance(map: Tensor4D, wanted: Tensor, power: number): Scalar {
  const [, height, width, channels] = map.shape;
  return differentiable([map], (save) => {
    const { attention, inverse } = attend(map, power);
    const difference = tf.sub(attention, wanted);
    const along = tf.sum(tf.mul(attention, difference), 1, true);
    const slope = tf.mul(tf.sub(difference, tf.mul(attention, along)), inverse);
    save([map, tf.mul(tf.reshape(slope, [-1, height, width, 1]), (2 * power) / (channels * attention.size))]);
    return {
      value: tf.mean<Scalar>(tf.square(difference)),
      gradient: (dy, saved) => {
        const features = savedAt(saved, 0);
        const steep = power === 2 ? features : tf.mul(tf.sign(features), tf.pow(tf.abs(features), power - 1));
        return tf.mul(steep, tf.mul(savedAt(saved, 1), dy));
      },
    };
  });
}

/** A, and 1 over the length of each sample's energies, `[batch, 1]`. */
function attend(map: Tensor4D, power: number): { readonly attention: Tensor; readonly inverse: Tensor } {
  const [, height, width] = map.shape;
  const energy = tf.mean(power === 2 ? tf.square(map) : tf.pow(tf.abs(map), power), 3);
  const flat = tf.reshape(energy, [-1, height * width]);
  // Under the root, where a map of zeros still has a slope; the square is far below any that is not
  // of zeros.
  const inverse = tf.rsqrt(tf.add(tf.sum(tf.square(flat), 1, true), ATTENTION_EPSILON ** 2));
  return { attention: tf.mul(flat, inverse), inverse };
}

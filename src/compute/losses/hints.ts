/**
 * Hints: Romero et al., "FitNets: hints for thin deep nets" (ICLR 2015). A regressor that is
 * trained beside the student turns its map of the middle pair of levels
 * (`distill/teacher-arrays.ts`) into the teacher's; it is no part of the student.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | F_s | the student's features | `[batch, h, w, c]` |
 * | F_t | the teacher's, pooled to `h' <= h`, `w' <= w` | `[batch, h', w', c']` |
 * | r | convolution, batch norm, ReLU: 3x3 of stride 2 where that leads to F_t's size, else a pool to it and 1x1 | |
 *
 * loss = CE + w mean (r(F_s) - F_t)^2. The published 4x4 transposed convolution has no place: maps
 * are pooled to the smaller.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import type { RecipeOf } from '../../core/records/distillation.ts';
import type { NetworkLayers } from '../../core/distill/feature-levels.ts';
import { hintArray, hintPair } from '../../core/distill/teacher-arrays.ts';
import { trainBatchNorm } from '../backend/norms.ts';
import type { Statistics } from '../backend/norms.ts';
import { trainedSlot } from './criterion.ts';
import type { Criterion } from './criterion.ts';
import { mapOf, poolTo } from './places.ts';
import { crossEntropy } from './soft-targets.ts';

/** `rows`: views times images of the teacher's targets. */
export function hintLoss(
  { weight }: RecipeOf<'fitnet'>,
  student: ArchitectureGraph,
  teacher: NetworkLayers,
  rows: number,
): Criterion {
  const pair = hintPair(student, teacher);
  const { name, shape } = hintArray(pair, rows);
  const [height = 1, width = 1, channels = 1] = shape;
  const halves = Math.ceil(pair.student.height / 2) === height && Math.ceil(pair.student.width / 2) === width;
  const side = halves ? 3 : 1;
  const kernel = trainedSlot('kernel', [side, side, pair.student.channels, channels], 'heNormal');
  const gamma = trainedSlot('gamma', [channels], 'ones');
  const beta = trainedSlot('beta', [channels], 'zeros');
  return {
    taps: [pair.student.layerId],
    slots: [kernel, gamma, beta],
    loss: (batch) => {
      const map = mapOf(batch.feature(pair.student.layerId), pair.student);
      const reduced = halves ? map : poolTo(map, [height, width]);
      const weights = batch.weight(kernel.name) as Tensor4D; // its slot's shape
      const mixed = tf.conv2d(reduced, weights, halves ? 2 : 1, 'same');
      // theirs
      const regressed = normalised(mixed, batch.weight(gamma.name) as Tensor1D, batch.weight(beta.name) as Tensor1D);
      const distance = tf.mean<Scalar>(tf.square(tf.sub(regressed, batch.teacher(name))));
      return tf.add(crossEntropy(batch.logits, batch.targets), tf.mul(distance, weight));
    },
  };
}

/** And rectified. The regressor is never used outside of training: its running statistics go
 * nowhere. */
function normalised(x: Tensor4D, gamma: Tensor1D, beta: Tensor1D): Tensor4D {
  const [, , , channels] = x.shape;
  const running = { mean: tf.zeros<tf.Rank.R1>([channels]), variance: tf.ones<tf.Rank.R1>([channels]) };
  const forget = ({ mean, variance }: Statistics): void => tf.dispose([mean, variance]);
  const end = { activation: 'relu', shortcut: undefined } as const;
  return trainBatchNorm(x, gamma, beta, running, forget, end) as Tensor4D; // as x
}

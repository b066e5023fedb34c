/**
 * Contrastive distillation, Tian et al. 2020; the loss of an anchor and its gradient on plain
 * arrays: tests/oracle.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | s, t | embeddings of the batch by student and teacher: a dense layer over the last vector, length 1 | `[batch, d]` |
 * | bank | remembered embeddings of the first images by each network, moved by momentum | `[bank, d]` each |
 * | N | rows of the bank that were drawn in this step, length 1 | `[negatives, d]` |
 * | others | 1 where a drawn row is of another class than the anchor | `[batch, negatives]` |
 * | m | number of others of each anchor | `[batch, 1]` |
 * | Z | constants of both directions, set in the first step | `[2]` |
 *
 * As published: both directions, noise-contrastive estimation with P_n = 1 / n, dense embeddings of
 * both networks that are trained, negatives of other classes ("exact"), Z from the first batch. Cut
 * to size, and to be said where figures are shown: some hundred negatives of a bank of some
 * thousand images, drawn once a step for all its anchors; the positive is the other network's
 * embedding of this very step, not the remembered one. What is remembered carries no gradient, and
 * neither does the other side of a pair.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import type { RecipeOf } from '../../core/records/distillation.ts';
import { lastVector } from '../../core/distill/feature-levels.ts';
import type { NetworkLayers } from '../../core/distill/feature-levels.ts';
import { vectorArray, vectorOf } from '../../core/distill/teacher-arrays.ts';
import { sloped } from '../backend/differentiable.ts';
import { keptSlot, trainedSlot } from './criterion.ts';
import type { Criterion, CriterionBatch } from './criterion.ts';
import { hardLabels } from './decoupled.ts';
import { crossEntropy, oneHot } from './soft-targets.ts';

const SMALLEST_SQUARE = 1e-12;

/** `labels`: of all training images, `[count]`. */
export function contrastLoss(
  recipe: RecipeOf<'crd'>,
  student: ArchitectureGraph,
  teacher: NetworkLayers,
  labels: Uint8Array,
): Criterion {
  const images = labels.length;
  const size = Math.min(recipe.bank, images);
  const { embedding } = recipe;
  const source = lastVector(student);
  const array = vectorArray(vectorOf(teacher));
  const sides = [
    sideSlots('student', source.length, size, embedding),
    sideSlots('teacher', array.shape[0] ?? 0, size, embedding),
  ] as const;
  const normalisers = keptSlot('normalisers', [2], 'zeros');

  const whole = Int32Array.from({ length: size }, (_, row) => row);

  /** Images beyond the bank are not remembered. */
  function placesOf(samples: Int32Array): Places {
    const rows = whole.slice();
    samples.forEach((sample, index) => {
      if (sample < size) rows[sample] = size + index;
    });
    const inside = samples.map((sample) => Math.min(sample, size - 1));
    return { rows: tf.tensor1d(rows, 'int32'), inside: tf.tensor1d(inside, 'int32') };
  }

  function contrast(batch: CriterionBatch): Scalar {
    const drawn = Int32Array.from({ length: recipe.negatives }, () => batch.rng.int(size));
    const rows = tf.tensor1d(drawn, 'int32');
    const own = hardLabels(batch.targets);
    const same = tf.matMul(
      own,
      oneHot(
        drawn.map((row) => labels[row] ?? 0),
        own.shape[1],
      ),
      false,
      true,
    );
    const others: Tensor2D = tf.sub(1, same);
    const vectors = [batch.feature(source.layerId), batch.teacher(array.name)];
    const embeddings = sides.map(({ kernel, bias }, side) => {
      const dense = tf.matMul(vectors[side] as Tensor2D, batch.weight(kernel.name) as Tensor2D); // vectors are rows
      return unitRows(tf.add(dense, batch.weight(bias.name)));
    });
    const [s, t] = embeddings as [Tensor2D, Tensor2D]; // one a side
    const constants = tf.unstack(batch.weight(normalisers.name));
    const pairs = [
      { anchor: s, positive: t, bank: sides[1].bank },
      { anchor: t, positive: s, bank: sides[0].bank },
    ];
    const directions = pairs.map(({ anchor, positive, bank }, index) => {
      const negatives = unitRows(tf.gather(batch.weight(bank.name), rows) as Tensor2D); // rows of a matrix
      const known = constants[index] as Scalar; // one a direction
      return direction(anchor, { positive, negatives, others, known, temperature: recipe.temperature, images });
    });
    batch.keep(normalisers.name, tf.stack(directions.map(({ normaliser }) => normaliser)));
    const places = placesOf(batch.samples);
    for (const [side, { bank }] of sides.entries()) {
      const old = batch.weight(bank.name) as Tensor2D; // its slot's shape
      batch.keep(bank.name, remember(old, embeddings[side] as Tensor2D, places, recipe.momentum)); // one a side
    }
    return tf.addN(directions.map(({ loss }) => loss));
  }

  return {
    taps: [source.layerId],
    slots: [...sides.flatMap(({ kernel, bias, bank }) => [kernel, bias, bank]), normalisers],
    loss: (batch) => tf.add(crossEntropy(batch.logits, batch.targets), tf.mul(contrast(batch), recipe.weight)),
  };
}

function sideSlots(side: string, length: number, size: number, embedding: number) {
  return {
    kernel: trainedSlot(`${side}Kernel`, [length, embedding], 'glorotUniform'),
    bias: trainedSlot(`${side}Bias`, [embedding], 'zeros'),
    /** Only the direction of its rows counts, so any symmetric start will do. */
    bank: keptSlot(`${side}Bank`, [size, embedding], 'truncatedNormal02'),
  };
}

interface Direction {
  readonly positive: Tensor2D;
  readonly negatives: Tensor2D;
  readonly others: Tensor2D;
  /** Z, or 0 before the first step. */
  readonly known: Scalar;
  readonly temperature: number;
  readonly images: number;
}

/** Mean over the anchors, `[batch, d]`. */
function direction(
  anchor: Tensor2D,
  { positive, negatives, others, known, temperature, images }: Direction,
): { readonly loss: Scalar; readonly normaliser: Scalar } {
  const [batch] = anchor.shape;
  const attraction: Tensor2D = tf.mul(tf.sum(tf.mul(anchor, positive), 1, true), 1 / temperature);
  const repulsion: Tensor2D = tf.mul(tf.matMul(anchor, negatives, false, true), 1 / temperature);
  const first = tf.mul<Scalar>(tf.mean(tf.exp(tf.concat2d([attraction, repulsion], 1))), images);
  const normaliser: Scalar = tf.where(tf.greater(known, 0), known, first);
  const count = tf.sum(others, 1, true);
  // An anchor without others has no loss; its shift only has to be finite.
  const some = tf.cast(tf.greater(count, 0), 'float32');
  const shift = tf.log(tf.mul(tf.maximum(count, 1), tf.mul(normaliser, 1 / images)));
  const loss = sloped(anchor, () => {
    const pull = tf.mul(some, tf.sigmoid(tf.sub(shift, attraction)));
    const pushes = tf.mul(others, tf.sigmoid(tf.sub(repulsion, shift))) as Tensor2D; // as others
    const slope = tf.sub(tf.matMul(pushes, negatives), tf.mul(pull, positive));
    const attracted = tf.sum(tf.mul(some, tf.softplus(tf.sub(shift, attraction))));
    const repelled = tf.sum(tf.mul(others, tf.softplus(tf.sub(repulsion, shift))));
    const value: Scalar = tf.mul(tf.add(attracted, repelled), 1 / batch);
    return { value, slope: tf.mul(slope, 1 / (temperature * batch)) };
  });
  return { loss, normaliser };
}

interface Places {
  /** Of each row of the bank: its own, or the batch's behind the bank's. */
  readonly rows: Tensor1D;
  /** Of each sample of the batch: its row, or any. */
  readonly inside: Tensor1D;
}

/** The bank with the batch's images moved towards their embeddings. */
function remember(bank: Tensor2D, fresh: Tensor2D, { rows, inside }: Places, momentum: number): Tensor {
  const moved = tf.add(tf.mul(unitRows(tf.gather(bank, inside)), momentum), tf.mul(fresh, 1 - momentum));
  return tf.gather(tf.concat2d([bank, unitRows(moved as Tensor2D)], 0), rows); // as the batch
}

function unitRows(rows: Tensor2D): Tensor2D {
  return tf.mul(rows, tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), SMALLEST_SQUARE)));
}

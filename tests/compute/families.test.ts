/** Members of every family as tensors: as large as counted, and trained by every one of their
 * layers. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { costOf } from '../../src/core/arch/cost.ts';
import { studentFamily, familyNamesFor } from '../../src/core/arch/families/registry.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { randomMember } from '../../src/core/space/lattice.ts';
import type { Statistics } from '../../src/compute/backend/norms.ts';
import { lossAndGradients } from '../../src/compute/backend/gradient.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { hasNativeKernels } from '../../src/compute/backend/native.ts';
import { recorded } from '../../src/compute/backend/tape.ts';
import { crossEntropy } from '../../src/compute/losses/soft-targets.ts';
import { createModel } from '../../src/compute/model/model.ts';
import {
  decayMask,
  flatten,
  initialWeights,
  layoutOf,
  unflatten,
  uploadWeights,
} from '../../src/compute/model/parameters.ts';
import { createOptimizer } from '../../src/compute/training/optimizer.ts';
import { TINY_RECIPE } from './support/tiny-training.ts';

beforeAll(async () => void (await loadBackend()));

const SHAPES = [
  [8, 8, 1],
  [28, 28, 1],
  [32, 32, 3],
  [64, 64, 3],
  [11, 37, 1],
] as const;
const BATCH = 8;

describe.each(familyNamesFor({}))('members of %s', (name) => {
  it('have as many weights as their graphs count, over any input', () => {
    for (const [index, shape] of SHAPES.entries()) {
      const family = studentFamily(name, { inputShape: shape, classes: 10 });
      const { uniform } = createRng(index);
      for (let member = 0; member < 4; member += 1) {
        const graph = family.build(randomMember(family, uniform));
        const layout = layoutOf(graph);
        const weights = initialWeights(layout, member);
        const sizes = layout.trainable.map((slot) => weights.get(slot.name)?.length ?? Number.NaN);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(costOf(graph).params);
        expect([...weights.values()].every((values) => values.every(Number.isFinite))).toBe(true);
      }
    }
  });

  it('train a step: the loss is finite, and no layer is cut off from it', () => {
    const family = studentFamily(name, { inputShape: [8, 8, 1], classes: 3 });
    const { uniform, normal } = createRng(17);
    const untouched = [1, 2, 3].map((seed) => {
      const model = createModel(family.build(randomMember(family, uniform)));
      const start = initialWeights(model.layout, seed);
      return tf.tidy(() => {
        const { theta, statistics } = uploadWeights(model.layout, start);
        const pixels = Float32Array.from({ length: BATCH * 64 }, () => normal());
        const images = tf.tensor4d(pixels, [BATCH, 8, 8, 1]);
        const labels = tf.tensor1d(
          Int32Array.from({ length: BATCH }, (_, index) => index % 3),
          'int32',
        );
        const targets = tf.cast(tf.oneHot(labels, 3), 'float32') as Tensor2D;
        const forget = (_layer: string, fresh: Statistics): void => tf.dispose([fresh.mean, fresh.variance]);
        const { value, gradients } = lossAndGradients(
          (weights) => [model.forward(images as Tensor4D, weights, statistics, forget)],
          ([logits]) => crossEntropy(logits as Tensor2D, targets),
          unflatten(model.layout, theta),
          [],
        );
        const gradient = flatten(gradients);
        const optimizer = createOptimizer({ ...TINY_RECIPE, weightDecay: 0 }, decayMask(model.layout));
        const velocity = tf.zerosLike(theta);
        const after = optimizer.update(theta, gradient, { velocity }, 0.05, 1).theta;
        expect(Number.isFinite(value.dataSync()[0])).toBe(true);
        expect(after.dataSync().every(Number.isFinite)).toBe(true);
        expect(after.dataSync()).not.toEqual(theta.dataSync());
        const still = unflatten(model.layout, gradient).map((slot) => tf.max(tf.abs(slot)).dataSync()[0] === 0);
        const layers = new Map<string, boolean>();
        for (const [index, { layerId }] of model.layout.trainable.entries())
          layers.set(layerId, (layers.get(layerId) ?? true) && still[index] === true);
        return [...layers].filter(([, stillWhole]) => stillWhole).map(([layer]) => layer);
      });
    });
    expect(untouched).toEqual([[], [], []]);
  });

  // All maps of a batch at once took a teacher's trainer 600 MB, which the system never got back.
  it('judge, and hold nothing beside their logits when they are there', () => {
    judging(name, (forward, images) => {
      const before = tf.memory().numTensors;
      forward();
      expect(tf.memory().numTensors).toBe(before + 1);
      expect(images.isDisposed).toBe(false);
    });
  });

  it('judge with the logits of training: where a gradient may be asked for everything is kept', (context) => {
    if (!hasNativeKernels()) return context.skip('SKIP: the tape records kernels of ours, and there are none');
    judging(name, (forward, images) => {
      const logits = forward();
      const before = tf.memory().numTensors;
      const { result } = recorded(forward);
      expect(result.arraySync()).toEqual(logits.arraySync());
      expect(tf.memory().numTensors).toBeGreaterThan(before + 1);
      expect(images.isDisposed).toBe(false);
    });
  });
});

/** With the reference of a family, and images to judge. */
function judging(name: string, check: (forward: () => Tensor, images: Tensor4D) => void): void {
  const family = studentFamily(name, { inputShape: [8, 8, 1], classes: 3 });
  const { normal } = createRng(5);
  const model = createModel(family.build(family.reference));
  tf.tidy(() => {
    const { theta, statistics } = uploadWeights(model.layout, initialWeights(model.layout, 2));
    const weights = unflatten(model.layout, theta);
    const pixels = Float32Array.from({ length: BATCH * 64 }, () => normal());
    const images = tf.tensor4d(pixels, [BATCH, 8, 8, 1]);
    check(() => model.forward(images, weights, statistics), images);
  });
}

/** A head that is trained alone: what its step is, and that nothing else of the network moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { split } from '../../src/core/math/rng.ts';
import type { Recipe } from '../../src/core/records/recipe.ts';
import { gatherImages } from '../../src/compute/data/augment.ts';
import { initialWeights, unflatten, uploadWeights } from '../../src/compute/model/parameters.ts';
import type { HostWeights } from '../../src/compute/model/parameters.ts';
import type { TrainingTask } from '../../src/compute/training/task.ts';
import { train } from '../../src/compute/training/trainer.ts';
import { everyOptionTask, EVERY_OPTION } from './support/every-option.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTask, tinyTransformer } from './support/tiny-training.ts';

const folder = mkdtempSync(join(tmpdir(), 'head-'));
let directory: string;
beforeAll(() => {
  directory = writeTinyDataset(join(folder, 'data'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const free = { yieldToEvents: (): Promise<void> => Promise.resolve() };
const atFirst = ({ model, seed }: TrainingTask): HostWeights => initialWeights(model.layout, split(seed, 0));
const isHead = (name: string): boolean => name.startsWith('classifier/');

function expectBodyKept(before: HostWeights, after: HostWeights): void {
  for (const [name, values] of after) {
    if (isHead(name)) expect(values, name).not.toEqual(before.get(name));
    else expect(values, name).toEqual(before.get(name));
  }
}

describe('a head alone', () => {
  it.each([
    // Each would move a frozen weight whose slope is zero: decay, momentum, an average, statistics.
    ['sgd', { ...TINY_RECIPE, weightDecay: 0.1, trains: 'head' }, tinyConvolutional],
    ['adamw', { ...TINY_RECIPE, optimizer: 'adamw', weightDecay: 0.1, emaDecay: 0.9, trains: 'head' }, tinyTransformer],
  ] as const satisfies readonly (readonly [string, Recipe, () => unknown])[])(
    'moves, and its body stays bit for bit, by %s',
    async (_name, recipe, graph) => {
      const { task, dispose } = await tinyTask(directory, graph(), recipe);
      expectBodyKept(atFirst(task), (await train(task, free)).weights);
      dispose();
    },
  );

  it('leaves the body to itself with a teacher and every option on', async () => {
    const { task, dispose } = await everyOptionTask(directory, { ...EVERY_OPTION, trains: 'head' });
    const tensors = tf.memory().numTensors;
    const { weights, best } = await train(task, free);
    expectBodyKept(atFirst(task), weights);
    if (best) expectBodyKept(atFirst(task), best.weights);
    expect(tf.memory().numTensors).toBe(tensors);
    dispose();
  });

  it('steps by X^T (p - y) / n over the features of norms that stay', async () => {
    // Catches a forward pass by the batch's own statistics, and slopes of another weight.
    const recipe: Recipe = {
      ...TINY_RECIPE,
      ...{ trains: 'head', epochs: 1, batchSize: TINY.train, learningRate: 0.5, schedule: 'constant' },
      ...{ warmupEpochs: 0, momentum: 0, weightDecay: 0, labelSmoothing: 0 },
      augmentation: { flip: false, shift: 0, cutout: 0, timeMask: 0, bandMask: 0, mixup: 0 },
    };
    const { task, dispose } = await tinyTask(directory, tinyConvolutional(), recipe);
    const { weights } = await train(task, free);
    const before = atFirst(task);
    const features = featuresOf(task, before);
    const width = features.length / TINY.train;
    const kernel = before.get('classifier/kernel') ?? new Float32Array();
    const moved = Float64Array.from(kernel);
    for (let image = 0; image < TINY.train; image += 1) {
      const x = features.subarray(image * width, (image + 1) * width);
      const logits = Array.from({ length: TINY.classes }, (_, label) =>
        x.reduce((sum, value, row) => sum + value * (kernel[row * TINY.classes + label] ?? NaN), 0),
      );
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      logits.forEach((logit, label) => {
        const slope = Math.exp(logit) / total - (task.train.labels[image] === label ? 1 : 0);
        x.forEach((value, row) => {
          const place = row * TINY.classes + label;
          moved[place] = (moved[place] ?? NaN) - (0.5 * value * slope) / TINY.train;
        });
      });
    }
    weights.get('classifier/kernel')?.forEach((value, place) => expect(value).toBeCloseTo(moved[place] ?? NaN, 5));
    dispose();
  });
});

/** What the head reads of every training image, `[count][channels]`. */
function featuresOf({ model, train: images }: TrainingTask, weights: HostWeights): Float32Array {
  const parameters = uploadWeights(model.layout, weights);
  return tf.tidy(() => {
    let read: Tensor | undefined;
    const all = gatherImages(
      images,
      Int32Array.from({ length: TINY.train }, (_, index) => index),
    );
    model.forward(all, unflatten(model.layout, parameters.theta), parameters.statistics, undefined, {
      layers: [model.head.reads],
      give: (_layer, output) => (read = output),
    });
    return (read?.dataSync<'float32'>() ?? new Float32Array()).slice();
  });
}

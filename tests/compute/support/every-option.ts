/** A recipe with every option on, and a training by it that any process can repeat: prints a hash
 * when run by itself. */
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import type { Recipe } from '../../../src/core/records/recipe.ts';
import { createRng } from '../../../src/core/math/rng.ts';
import type { TrainingTask } from '../../../src/compute/training/task.ts';
import { train } from '../../../src/compute/training/trainer.ts';
import type { HostWeights } from '../../../src/compute/model/parameters.ts';
import { disposeTargets } from '../../../src/compute/teachers/targets.ts';
import { TINY } from './tiny-dataset.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTask } from './tiny-training.ts';

export const EVERY_OPTION: Recipe = {
  ...TINY_RECIPE,
  optimizer: 'adamw',
  learningRate: 0.01,
  schedule: 'step',
  clipNorm: 0.5,
  emaDecay: 0.9,
  augmentation: { flip: true, shift: 1, cutout: 3, timeMask: 3, bandMask: 2, mixup: 0.4 },
  distillation: { loss: 'kd', temperature: 2, weight: 0.5 },
};

const VIEWS = 2;

/** With a teacher that answers at random, but always the same. */
export async function everyOptionTask(
  directory: string,
  recipe: Recipe = EVERY_OPTION,
): Promise<{ readonly task: TrainingTask; readonly dispose: () => void }> {
  const { task, dispose } = await tinyTask(directory, tinyConvolutional(), recipe);
  const rng = createRng(5);
  const rows = VIEWS * TINY.train;
  const logits = tf.tensor2d(
    Float32Array.from({ length: rows * TINY.classes }, () => 3 * rng.normal()),
    [rows, TINY.classes],
  );
  const tensors = new Map([['logits', logits]]);
  const teacher = { graph: tinyConvolutional(), tensors, views: VIEWS, rows, viewSeed: 9 };
  return {
    task: { ...task, teacher, keepBest: true },
    dispose: () => {
      dispose();
      disposeTargets(teacher);
    },
  };
}

export function hashOf(weights: HostWeights): string {
  const hash = createHash('sha256');
  for (const [name, values] of weights)
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}

if (import.meta.main) {
  const [directory = ''] = process.argv.slice(2);
  const { task } = await everyOptionTask(directory, { ...EVERY_OPTION, epochs: 1 });
  const { weights } = await train(task, { yieldToEvents: () => Promise.resolve() });
  process.stdout.write(hashOf(weights), () => process.exit(0));
}

/** How fast this machine trains a reference student by the product's own loop: with our kernels and
 * without them. */
import { studentFamily } from '../../core/arch/families/registry.ts';
import type { Recipe } from '../../core/records/recipe.ts';
import { hasNativeKernels, withoutNativeKernels } from '../backend/native.ts';
import { residentImages } from '../data/augment.ts';
import { normalisationOf } from '../data/dataset.ts';
import { createModel } from '../model/model.ts';
import type { BackendInfo } from '../tasks/backend/task.ts';
import { train } from './trainer.ts';

const SHAPE = [28, 28, 1] as const;
const CLASSES = 10;
const FAMILY = 'resnet';
const IMAGES = 512;
/** Labels alone: what a teacher adds is the same either way. */
const RECIPE: Recipe = {
  ...{ epochs: 1000, batchSize: 128, optimizer: 'adamw', learningRate: 1e-3, warmupEpochs: 0, schedule: 'constant' },
  ...{ milestones: [], decayFactor: 1, momentum: 0.9, weightDecay: 0.01, clipNorm: 0, emaDecay: 0, labelSmoothing: 0 },
  augmentation: { flip: false, shift: 0, cutout: 0, timeMask: 0, bandMask: 0, mixup: 0 },
  distillation: { loss: 'none' },
};

/** Images a second; `milliseconds` for each way. */
export async function measureTraining(milliseconds = 300): Promise<BackendInfo['training']> {
  const kernels = hasNativeKernels() ? await imagesPerSecond(milliseconds) : undefined;
  const plain = await withoutNativeKernels(() => imagesPerSecond(milliseconds));
  const { title } = studentFamily(FAMILY, { inputShape: SHAPE, classes: CLASSES });
  return { student: `${title}, ${SHAPE.join(' x ')}, batch ${RECIPE.batchSize}`, kernels, plain };
}

async function imagesPerSecond(milliseconds: number): Promise<number> {
  const { build, reference } = studentFamily(FAMILY, { inputShape: SHAPE, classes: CLASSES });
  const pixels = Uint8Array.from({ length: IMAGES * SHAPE[0] * SHAPE[1] }, (_, place) => (place * 73) % 251);
  const labels = Uint8Array.from({ length: IMAGES }, (_, place) => place % CLASSES);
  const images = residentImages({ count: IMAGES, pixels, labels }, SHAPE, normalisationOf(pixels));
  const enough = new Error('enough steps were measured');
  let steps = -1;
  let started = 0;
  let seconds = 0;
  try {
    // The first step makes what the others reuse.
    const yieldToEvents = async (): Promise<void> => {
      steps += 1;
      if (steps === 1) started = performance.now();
      seconds = (performance.now() - started) / 1000;
      if (steps > 2 && 1000 * seconds >= milliseconds) throw enough;
    };
    const task = { model: createModel(build(reference)), recipe: RECIPE, seed: 1, train: images };
    await train({ ...task, validation: images, validationLabels: labels }, { yieldToEvents });
  } catch (error) {
    if (error !== enough) throw error;
  } finally {
    images.dispose();
  }
  return ((steps - 1) * RECIPE.batchSize) / seconds;
}

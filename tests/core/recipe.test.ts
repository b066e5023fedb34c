/** Recipes and configurations of earlier versions still mean what they meant. */
import { expect, it } from 'vitest';
import { DATA_KINDS, imageRecipe } from '../../src/core/data-kinds.ts';
import { completeRecipe, recipeInput } from '../../src/core/records/recipe.ts';
import { completeConfig } from '../../src/core/records/run.ts';
import { searchConfig } from '../support/store-records.ts';

/** As version 0.1 recorded it. */
const OLD = {
  epochs: 3,
  batchSize: 64,
  optimizer: 'sgd',
  learningRate: 0.1,
  warmupEpochs: 0,
  momentum: 0.9,
  weightDecay: 1e-4,
  labelSmoothing: 0,
  augmentation: { flip: true, shift: 2 },
  distillation: { loss: 'kd', temperature: 4, weight: 0.9 },
} as const;

it('an old recipe is completed by the settings it was trained with: cosine, no clipping, no average, no holes', () => {
  const complete = completeRecipe(OLD);
  expect(complete).toMatchObject({ ...OLD, schedule: 'cosine', clipNorm: 0, emaDecay: 0 });
  expect(complete.augmentation).toEqual({ flip: true, shift: 2, cutout: 0, mixup: 0, timeMask: 0, bandMask: 0 });
  expect(complete).not.toHaveProperty('seconds');
});

it('the schema fills in the same, so that an old config file and an old run mean one thing', () => {
  expect(recipeInput.parse(OLD)).toEqual(completeRecipe(OLD));
});

it('what is said of nothing is what the study found, and numbers without a loss are still those of kd', () => {
  expect(imageRecipe({})).toMatchObject({ learningRate: 0.03, distillation: { loss: 'dist', temperature: 4 } });
  const { distillation } = recipeInput.parse({ distillation: { weight: 0.5 } });
  expect(distillation).toEqual({ loss: 'kd', temperature: 2, weight: 0.5 });
});

// The schema says the rates in words, and the table of kinds holds them.
it('the rates that are told to people are those that are meant', () => {
  const told = recipeInput.shape.learningRate.description ?? '';
  const written = (rate: number): string => String(rate).replace(/^0/, '');
  const { image, spectrogram, sequence } = DATA_KINDS;
  expect(told).toContain(`absent: ${written(image.learningRate)}, of sequences ${written(sequence.learningRate)}`);
  expect(spectrogram.learningRate).toBe(image.learningRate);
});

it('a complete recipe stays as it is', () => {
  const complete = { ...completeRecipe(OLD), emaDecay: 0.99, milestones: [0.3], seconds: 9 };
  expect(completeRecipe(complete)).toEqual(complete);
});

it('an old run kept the last weights of each trial in full precision', () => {
  const { checkpoints: _, ...config } = searchConfig();
  expect(completeConfig({ ...config, recipe: OLD })).toMatchObject({
    checkpoints: { precision: 'fp32', keep: 'last' },
    recipe: completeRecipe(OLD),
  });
});

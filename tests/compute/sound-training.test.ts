/** Spectrograms are wider than high and masked: training on them repeats, streams and resumes as
 * training on images does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { normalisedConvolution, normalisedDepthwise } from '../../src/core/arch/blocks.ts';
import { graphBuilder } from '../../src/core/arch/graph-builder.ts';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import type { Recipe } from '../../src/core/records/recipe.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { openImages } from '../../src/compute/data/augment.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { importDataset } from '../../src/compute/data/import/import-dataset.ts';
import { layoutOf } from '../../src/compute/model/parameters.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { testing } from '../../src/compute/training/optimizer.ts';
import { train } from '../../src/compute/training/trainer.ts';
import type { TrainingTask } from '../../src/compute/training/task.ts';
import { readTrainingState, writeTrainingState } from '../../src/compute/files/checkpoint.ts';
import { writeFiles } from './support/sources.ts';
import { TINY_RECIPE } from './support/tiny-training.ts';
import { toneFiles } from './support/wav.ts';

const folder = mkdtempSync(join(tmpdir(), 'sound-training-'));
const directory = join(folder, 'tones');
const free = { yieldToEvents: () => Promise.resolve() };
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  await loadBackend();
  const path = writeFiles(join(folder, 'wav'), toneFiles(4));
  const cut = { fit: 'letterbox', gray: false, coarse: false, shares: { val: 0.2, test: 0.2 }, seed: 1 } as const;
  const options = { ...cut, group: '^(\\d\\d)', sound: { bands: 12 } };
  const input = { path, source: path, name: 'tones', title: 'Tones', date: '2026-01-31', options };
  await importDataset(input, directory, free.yieldToEvents, () => () => undefined);
});

const RECIPE: Recipe = {
  ...{ ...TINY_RECIPE, optimizer: 'adamw', learningRate: 0.01, batchSize: 8, labelSmoothing: 0 },
  augmentation: { flip: false, shift: 0, cutout: 0, timeMask: 9, bandMask: 4, mixup: 0 },
};

function graphOf(shape: readonly [number, number, number]): ArchitectureGraph {
  const g = graphBuilder('tiny', shape, 2);
  const stem = normalisedConvolution(g, 'stem', g.input, { filters: 6, kernel: 3, stride: 2, activation: 'relu6' });
  const mixed = normalisedDepthwise(g, 'depthwise', stem, { kernel: 3, stride: 2, activation: 'relu' });
  return g.finish(g.globalAveragePool('pool', mixed));
}

/** `residentBytes`: 0 makes batches of bytes as they come. */
function taskOf(residentBytes?: number): { readonly task: TrainingTask; readonly graph: ArchitectureGraph } {
  const { card, normalisation, split } = loadDataset(directory);
  const graph = graphOf(card.shape);
  const images = (name: 'train' | 'val') =>
    openImages(split(name), card.shape, normalisation, residentBytes === undefined ? {} : { residentBytes });
  const data = { train: images('train'), validation: images('val'), validationLabels: split('val').labels };
  return { task: { model: createModel(graph), recipe: RECIPE, seed: 7, ...data }, graph };
}

it('learns tones, resumes to the same bits, and streams to the same bits', async () => {
  const { task, graph } = taskOf();
  const path = join(folder, 'state.safetensors');
  const layout = layoutOf(graph);
  const whole = await train(task, {
    ...free,
    onEpoch: (point, state) => {
      if (point.epoch === 2) writeTrainingState(path, layout, state());
    },
  });
  const start = readTrainingState(path, layout, testing.OPTIMIZER_SLOTS.adamw);
  const rest = await train({ ...taskOf().task, start }, free);
  expect(rest.weights).toEqual(whole.weights);
  const streamed = await train(taskOf(0).task, free);
  expect(streamed.weights).toEqual(whole.weights);
  const unmasked = { ...RECIPE, augmentation: { ...RECIPE.augmentation, timeMask: 0, bandMask: 0 } };
  const plain = await train({ ...taskOf().task, recipe: unmasked }, free);
  expect(plain.weights).not.toEqual(whole.weights);
});

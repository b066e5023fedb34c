/** Tiny networks and recipes, and a training run of them that any process can repeat. */
import type { ArchitectureGraph } from '../../../src/core/arch/graph.ts';
import { normalisedConvolution, normalisedDepthwise, perceptron } from '../../../src/core/arch/blocks.ts';
import { graphBuilder } from '../../../src/core/arch/graph-builder.ts';
import type { Recipe } from '../../../src/core/records/recipe.ts';
import { loadBackend } from '../../../src/compute/backend/load-backend.ts';
import { openImages } from '../../../src/compute/data/augment.ts';
import type { Images } from '../../../src/compute/data/augment.ts';
import { loadDataset } from '../../../src/compute/data/dataset.ts';
import { createModel } from '../../../src/compute/model/model.ts';
import { train } from '../../../src/compute/training/trainer.ts';
import type { Trained, TrainingHooks } from '../../../src/compute/training/trainer.ts';
import type { TrainingTask } from '../../../src/compute/training/task.ts';
import { TINY } from './tiny-dataset.ts';

export const TINY_RECIPE: Recipe = {
  epochs: 3,
  batchSize: 16,
  optimizer: 'sgd',
  learningRate: 0.05,
  warmupEpochs: 0.5,
  schedule: 'cosine',
  milestones: [0.5, 0.75],
  decayFactor: 0.1,
  momentum: 0.9,
  weightDecay: 1e-3,
  clipNorm: 0,
  emaDecay: 0,
  labelSmoothing: 0.1,
  augmentation: { flip: true, shift: 1, cutout: 0, timeMask: 0, bandMask: 0, mixup: 0 },
  distillation: { loss: 'none', temperature: 2, weight: 0.5 },
};

const INPUT = [TINY.side, TINY.side, 1] as const;

/** Strided, depthwise and 1x1 convolutions with batch norms. */
export function tinyConvolutional(filters = 8, channels = 1): ArchitectureGraph {
  const g = graphBuilder('tiny', [TINY.side, TINY.side, channels], TINY.classes);
  const stem = normalisedConvolution(g, 'stem', g.input, { filters: 6, kernel: 3, stride: 2, activation: 'relu6' });
  const mixed = normalisedDepthwise(g, 'depthwise', stem, { kernel: 3, stride: 2, activation: 'relu' });
  return g.finish(
    g.globalAveragePool('pool', normalisedConvolution(g, 'head', mixed, { filters, kernel: 1, stride: 1 })),
  );
}

/** Attention, layer norms and GELU. */
export function tinyTransformer(): ArchitectureGraph {
  const g = graphBuilder('tiny', INPUT, TINY.classes);
  const patches = g.conv2d('patches', g.input, { filters: 8, kernel: 4, stride: 4, bias: true });
  const x = g.positionEmbedding('position', g.tokens('tokens', patches));
  const attended = g.add('add1', x, g.attention('attention', g.layerNorm('norm1', x), { heads: 2 }));
  const y = g.add('add2', attended, perceptron(g, 'mlp', g.layerNorm('norm2', attended), 16, 8));
  return g.finish(g.meanTokens('mean', y));
}

export interface TinyTask {
  readonly task: TrainingTask;
  readonly dispose: () => void;
}

/** Everything on the device; the caller disposes it. */
export async function tinyTask(
  directory: string,
  graph: ArchitectureGraph,
  recipe: Recipe = TINY_RECIPE,
  seed = 7,
): Promise<TinyTask> {
  await loadBackend();
  const dataset = loadDataset(directory);
  const resident = (split: 'train' | 'val', shift: number): Images =>
    openImages(dataset.split(split), dataset.card.shape, dataset.normalisation, { shift });
  const images = resident('train', recipe.augmentation.shift);
  const validation = resident('val', 0);
  const validationLabels = dataset.split('val').labels;
  return {
    task: { model: createModel(graph), recipe, seed, train: images, validation, validationLabels },
    dispose: () => {
      images.dispose();
      validation.dispose();
    },
  };
}

export async function tinyTraining(
  directory: string,
  graph: ArchitectureGraph,
  recipe: Recipe = TINY_RECIPE,
  hooks: TrainingHooks = { yieldToEvents: () => Promise.resolve() },
): Promise<Trained> {
  const { task, dispose } = await tinyTask(directory, graph, recipe);
  try {
    return await train(task, hooks);
  } finally {
    dispose();
  }
}

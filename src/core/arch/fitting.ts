/**
 * Recipes that fit into memory: activations grow with the square of an image's side. A teacher's
 * batch of 128 images of 64 pixels takes two gigabytes.
 */
import type { Recipe } from '../records/recipe.ts';
import { layerCosts } from './cost.ts';
import type { ArchitectureGraph } from './graph.ts';

/** Images up to this side are trained as the recipe says, whatever the network. */
const SMALL_SIDE = 32;
/** What the outputs of all layers of a batch may take: a step keeps them for its way back. It takes
 * .9 to 1.6 times as much in all (docs/benchmarks.md). */
const TRAINING_BYTES = 768 * 2 ** 20;
const SMALLEST_BATCH = 8;

/**
 * The recipe, its batch halved until the outputs of all layers fit, and its learning rate with it:
 * as the batch for SGD (Goyal et al. 2017), as its root for AdamW (Malladi et al. 2022).
 */
export function fittingRecipe(recipe: Recipe, graph: ArchitectureGraph): Recipe {
  const [height = 1, width = 1] = graph.inputShape;
  if (Math.max(height, width) <= SMALL_SIDE) return recipe;
  const each = layerCosts(graph).reduce((sum, { activationBytes }) => sum + activationBytes, 0);
  let { batchSize } = recipe;
  while (batchSize >= 2 * SMALLEST_BATCH && batchSize * each > TRAINING_BYTES) batchSize = Math.floor(batchSize / 2);
  return withBatch(recipe, batchSize);
}

/** The recipe, its batch halved until a set of so many examples has a whole one. */
export function recipeForCount(recipe: Recipe, count: number): Recipe {
  let { batchSize } = recipe;
  while (batchSize > 1 && batchSize > count) batchSize = Math.floor(batchSize / 2);
  return withBatch(recipe, batchSize);
}

function withBatch(recipe: Recipe, batchSize: number): Recipe {
  if (batchSize === recipe.batchSize) return recipe;
  const share = batchSize / recipe.batchSize;
  const factor = recipe.optimizer === 'sgd' ? share : Math.sqrt(share);
  return { ...recipe, batchSize, learningRate: recipe.learningRate * factor };
}

export const testing = { TRAINING_BYTES };

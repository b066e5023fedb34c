/** A batch of photographs that takes more memory than there is would end a search; one that changes
 * for small images would end comparisons with earlier runs. */
import { describe, expect, it } from 'vitest';
import { inferShapes, layerCosts } from '../../../src/core/arch/cost.ts';
import { resnetTeacher } from '../../../src/core/arch/families/resnet.ts';
import { studentFamily } from '../../../src/core/arch/families/registry.ts';
import { fittingRecipe, recipeForCount, testing } from '../../../src/core/arch/fitting.ts';
import { imageRecipe } from '../../../src/core/data-kinds.ts';
import { TEACHER_RECIPE } from '../../../src/compute/tasks/train-teacher/task.ts';

const { TRAINING_BYTES } = testing;
const recipe = imageRecipe({});
const bytesOf = (graph: Parameters<typeof layerCosts>[0]): number =>
  layerCosts(graph).reduce((sum, { activationBytes }) => sum + activationBytes, 0);

describe('fittingRecipe', () => {
  it('leaves images of up to 32 pixels to the recipe, however large batch and network are', () => {
    const large = { ...TEACHER_RECIPE, batchSize: 4096 };
    expect(fittingRecipe(large, resnetTeacher([32, 32, 3], 100))).toBe(large);
  });

  it('halves the batch of a teacher of photographs until it fits, and its rate alike', () => {
    const graph = resnetTeacher([224, 224, 3], 10);
    const { batchSize, learningRate, ...rest } = fittingRecipe(TEACHER_RECIPE, graph);
    expect(batchSize * bytesOf(graph)).toBeLessThanOrEqual(TRAINING_BYTES);
    expect(2 * batchSize * bytesOf(graph)).toBeGreaterThan(TRAINING_BYTES);
    expect([128 % batchSize, learningRate]).toEqual([0, 0.1 * (batchSize / 128)]);
    expect({ ...TEACHER_RECIPE, ...rest }).toEqual(TEACHER_RECIPE);
  });

  it('lowers the rate of AdamW by the root of the share', () => {
    const graph = resnetTeacher([224, 224, 3], 10);
    const { batchSize, learningRate } = fittingRecipe({ ...recipe, batchSize: 4096 }, graph);
    expect(learningRate ** 2).toBeCloseTo((recipe.learningRate ** 2 * batchSize) / 4096, 12);
  });

  it('leaves the batch to students that fit, and some images to the largest network', () => {
    const { build, reference } = studentFamily('resnet', { inputShape: [224, 224, 3], classes: 10 });
    expect(fittingRecipe(recipe, build(reference))).toBe(recipe);
    const huge = resnetTeacher([224, 224, 3], 10, { widths: [4096, 4096] });
    expect(fittingRecipe(recipe, huge).batchSize).toBe(8);
  });
});

describe('recipeForCount', () => {
  it('gives a set of fewer examples than a batch a whole one, so that its teacher can be trained', () => {
    expect(recipeForCount(TEACHER_RECIPE, 128)).toBe(TEACHER_RECIPE);
    expect(recipeForCount(TEACHER_RECIPE, 127)).toEqual({ ...TEACHER_RECIPE, batchSize: 64, learningRate: 0.05 });
    expect(recipeForCount(TEACHER_RECIPE, 1).batchSize).toBe(1);
  });
});

describe('a teacher of photographs', () => {
  it.each([
    [64, 64],
    [65, 33],
    [128, 64],
    [224, 56],
  ])('looks at %i pixels as %i in its first stage', (side, seen) => {
    const graph = resnetTeacher([side, side, 3], 10);
    expect(inferShapes(graph).get('stage1.block1.add')).toEqual([seen, seen, 32]);
  });
});

/** A new teacher, trained on the data set's own training images by labels alone. */
import { recipeForCount } from '../../../core/arch/fitting.ts';
import { z } from '../../../core/records/zod.ts';
import { dataKindOf, fittingAugmentation } from '../../../core/data-kinds.ts';
import type { DatasetCard } from '../../../core/records/dataset-card.ts';
import { recipeSchema } from '../../../core/records/recipe.ts';
import type { Recipe } from '../../../core/records/recipe.ts';
import { datasetRef, seed, text } from '../inputs.ts';
import type { EpochReport, NoteReport, ProgressReport, Task, WrittenFolder } from '../outputs.ts';

/** SGD with Nesterov's momentum, flips and shifts; no label smoothing, which spoils soft targets
 * (Mueller et al. 2019). */
export const TEACHER_RECIPE: Recipe = {
  epochs: 16,
  batchSize: 128,
  optimizer: 'sgd',
  learningRate: 0.1,
  warmupEpochs: 1,
  schedule: 'cosine',
  milestones: [0.5, 0.75],
  decayFactor: 0.1,
  momentum: 0.9,
  weightDecay: 5e-4,
  clipNorm: 0,
  emaDecay: 0,
  labelSmoothing: 0,
  augmentation: { flip: true, shift: 2, cutout: 0, timeMask: 0, bandMask: 0, mixup: 0 },
  distillation: { loss: 'none', temperature: 1, weight: 0 },
};

/** AdamW takes so much of the rate of SGD. [R] */
const ADAPTIVE_SHARE = 0.03;

/** For these examples: what would make others of them is left out; over steps AdamW learns, with
 * short gradients; of few the batch is smaller. */
export function teacherRecipe(
  card: Pick<DatasetCard, 'example' | 'splits'>,
  { epochs, learningRate, flip }: Pick<Recipe, 'epochs' | 'learningRate'> & { readonly flip: boolean },
): Recipe {
  const kind = dataKindOf(card);
  const augmentation = fittingAugmentation(kind, { ...TEACHER_RECIPE.augmentation, flip });
  const recipe = { ...TEACHER_RECIPE, epochs, learningRate, augmentation };
  const { count } = card.splits.train;
  if (kind.gives === 'map') return recipeForCount(recipe, count);
  const adaptive = { ...recipe, optimizer: 'adamw', learningRate: ADAPTIVE_SHARE * learningRate, clipNorm: 1 } as const;
  return recipeForCount(adaptive, count);
}

/** Its epoch checkpoints stay in the order's folder, and training goes on from the newest there. */
export const teacherInput = z.object({
  dataset: datasetRef,
  /** Of its folder and card. */
  name: text,
  title: text,
  /** Absent: the recipe of the bundled teacher. */
  recipe: recipeSchema.optional(),
  seed,
  /** Today, ISO 8601, for the card. */
  date: text,
});

/** Its output's folder is `<jobId>-teacher`. */
export type TrainTeacherTask = Task<
  typeof teacherInput,
  ProgressReport | EpochReport | NoteReport,
  WrittenFolder & { readonly accuracy: { readonly validation: number; readonly test: number } }
>;

/** How one network is trained: the recipe that every student of a run shares. It is stored with the
 * run. */
import { distillationInput } from './distillation.ts';
import { complete, readOnly, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

export const MOST_EPOCHS = 1000;

const rate = z.number().positive().max(10);

/** As people write it, with what is meant where they say nothing: the loss is the one that a study
 * over all families and two data sets found (docs/benchmarks.md). */
export const recipeInput = z.strictObject({
  epochs: z.int().min(1).max(MOST_EPOCHS).default(6).describe('Passes over the training examples'),
  /** Evaluations apart, and to the first step past them; the schedule follows the share of time
   * that has passed. */
  seconds: z.number().positive().max(1e6).optional().describe('Train for so long instead; repeats only roughly'),
  batchSize: z.int().min(1).max(4096).default(64).describe('Examples a step'),
  optimizer: z.enum(['sgd', 'adamw']).default('adamw').describe('Optimiser'),
  /** Absent: what suits the examples (`core/data-kinds.ts`). */
  learningRate: rate.optional().describe('Peak learning rate; absent: .03, of sequences .01'),
  warmupEpochs: z.number().min(0).max(100).default(0.5).describe('Linear warm-up, in epochs'),
  /** After the warm-up: half a cosine down to zero, a fall at each milestone, or no change. */
  schedule: z.enum(['cosine', 'step', 'constant']).default('cosine').describe('Course of the learning rate'),
  milestones: readOnly(z.array(z.number().gt(0).lt(1)).max(20))
    .default([0.5, 0.75])
    .describe('Shares of training at which the step schedule falls'),
  decayFactor: z.number().gt(0).max(1).default(0.1).describe('The step schedule multiplies the rate by this'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Momentum (SGD), first decay (AdamW)'),
  weightDecay: z.number().min(0).max(1).default(0.01).describe('Weight decay, not on norms and biases'),
  /** Of all weights together; a shorter one is left as it is. */
  clipNorm: z.number().min(0).max(1e6).default(0).describe('Longest gradient; 0: any'),
  /** The average is evaluated and kept in the weights' place. */
  emaDecay: z.number().min(0).lt(1).default(0).describe('Decay of the moving average of weights; 0: none'),
  labelSmoothing: z.number().min(0).lt(1).default(0).describe('Label smoothing'),
  /** `head`: the last layer alone, over a body that stays as it came, its norms' statistics too.
   * Absent: the whole network, as in recipes of earlier versions. */
  trains: z.enum(['all', 'head']).optional().describe('What is trained: the whole network, or its head alone'),
  /** Flip, shift and square are each sample's own. */
  augmentation: z
    .strictObject({
      flip: z.boolean().default(false).describe('Random horizontal flip'),
      shift: z.int().min(0).max(16).default(0).describe('Random shift, up to so many pixels'),
      /** DeVries and Taylor 2017. */
      cutout: z.int().min(0).max(64).default(0).describe('Side of a random blank square, in pixels; 0: none'),
      /** Park et al. 2019; one of each. */
      timeMask: z.int().min(0).max(1000).default(0).describe('Widest blank stretch of time, in frames; 0: none'),
      bandMask: z.int().min(0).max(128).default(0).describe('Widest blank stretch of bands; 0: none'),
      /** Zhang et al. 2018. */
      mixup: z.number().min(0).max(10).default(0).describe('Mix pairs by Beta(a, a); 0: not'),
    })
    .prefault({}),
  /** Where nothing is said of it; without a loss its numbers are kd's, as they always were. */
  distillation: distillationInput.prefault({ loss: 'dist' }),
});

/** With every setting said. */
export const recipeSchema = complete(recipeInput.extend({ learningRate: rate }));

export type Recipe = RecordOf<typeof recipeSchema>;
/** Whose examples may not be known yet. */
export type AskedRecipe = z.output<typeof recipeInput>;

/** What recipes meant that were recorded before these settings were there. */
const ADDITIONS = { schedule: 'cosine', milestones: [0.5, 0.75], decayFactor: 0.1, clipNorm: 0, emaDecay: 0 } as const;
const AUGMENTATION_ADDITIONS = { cutout: 0, mixup: 0, timeMask: 0, bandMask: 0 } as const;

type Recorded<T, Added> = Omit<T, keyof Added> & Partial<Pick<T, keyof T & keyof Added>>;

/** A recipe as this version or an earlier one recorded it. */
export type RecordedRecipe = Recorded<Omit<Recipe, 'augmentation'>, typeof ADDITIONS> & {
  readonly augmentation: Recorded<Recipe['augmentation'], typeof AUGMENTATION_ADDITIONS>;
};

/** The same recipe with every setting said. */
export function completeRecipe(recorded: RecordedRecipe): Recipe {
  return { ...ADDITIONS, ...recorded, augmentation: { ...AUGMENTATION_ADDITIONS, ...recorded.augmentation } };
}

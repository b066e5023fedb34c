/** How one network is trained: the fixed recipe that every student of a run shares. Plain JSON,
 * stored with the run. */

import type { DistillationRecipe } from './distill/distillation-recipe.ts';

export interface Recipe {
  /** Passes over the training images, unless `seconds` is there. */
  readonly epochs: number;
  /**
   * Training ends at the first step past so many seconds of it (evaluations apart), however many
   * epochs that makes; the schedule follows the share of time that has passed. Such a run does not
   * repeat itself exactly.
   */
  readonly seconds?: number;
  readonly batchSize: number;
  readonly optimizer: 'sgd' | 'adamw';
  /** Peak learning rate, reached after a linear warm-up, by step. */
  readonly learningRate: number;
  readonly warmupEpochs: number;
  /** After the warm-up: half a cosine down to zero, a fall at each milestone, or no change. */
  readonly schedule: 'cosine' | 'step' | 'constant';
  /** Of `step`: shares of the whole training, at each of which the rate is multiplied by
   * `decayFactor`. */
  readonly milestones: readonly number[];
  readonly decayFactor: number;
  readonly momentum: number;
  /** Not applied to norms and biases. */
  readonly weightDecay: number;
  /** The gradient of all weights together is cut to this length; 0: left as it is. */
  readonly clipNorm: number;
  /** Decay of the moving average of weights that is evaluated and kept in their place; 0: the
   * weights themselves. */
  readonly emaDecay: number;
  readonly labelSmoothing: number;
  readonly augmentation: AugmentationRecipe;
  readonly distillation: DistillationRecipe;
}

export interface AugmentationRecipe {
  /** Random horizontal flip, each sample its own. */
  readonly flip: boolean;
  /** Random shift by up to so many pixels, each sample its own. */
  readonly shift: number;
  /** Side in pixels of a square blotted out of each sample (DeVries and Taylor 2017); 0: none. */
  readonly cutout: number;
  /** Two samples are mixed in shares drawn from Beta(mixup, mixup) (Zhang et al. 2018); 0: not
   * mixed. */
  readonly mixup: number;
}

/** What recipes meant that were recorded before these settings were there. */
const ADDITIONS = { schedule: 'cosine', milestones: [0.5, 0.75], decayFactor: 0.1, clipNorm: 0, emaDecay: 0 } as const;
const AUGMENTATION_ADDITIONS = { cutout: 0, mixup: 0 } as const;

type Recorded<T, Added> = Omit<T, keyof Added> & Partial<Pick<T, keyof T & keyof Added>>;

/** A recipe as this version or an earlier one recorded it. */
export type RecordedRecipe = Recorded<Omit<Recipe, 'augmentation'>, typeof ADDITIONS> & {
  readonly augmentation: Recorded<AugmentationRecipe, typeof AUGMENTATION_ADDITIONS>;
};

/** The same recipe with every setting said. */
export function completeRecipe(recorded: RecordedRecipe): Recipe {
  return { ...ADDITIONS, ...recorded, augmentation: { ...AUGMENTATION_ADDITIONS, ...recorded.augmentation } };
}

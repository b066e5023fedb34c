/** What a training is given: a network, its images, its recipe, and where it goes on from. */
import type { Recipe } from '../../core/records/recipe.ts';
import type { Images } from '../data/augment.ts';
import type { TrainingState } from '../files/checkpoint.ts';
import type { TensorFile } from '../files/safetensors.ts';
import type { Model } from '../model/model.ts';
import type { TeacherTargets } from '../teachers/targets.ts';

export interface TrainingTask {
  readonly model: Model;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly train: Images;
  readonly validation: Images;
  /** Classes of the validation images. */
  readonly validationLabels: Uint8Array;
  readonly teacher?: TeacherTargets;
  readonly start?: TrainingState;
  /** Whose weights it begins with, where it does not go on. */
  readonly parents?: readonly TensorFile['tensors'][];
  /** Epochs after which it rests, whatever the schedule has left. */
  readonly until?: number;
  /** Remember the weights of the best epoch too. */
  readonly keepBest?: boolean;
}

/** What a training is given: a network, its images, its recipe, and where it goes on from. */
import type { Recipe } from '../../core/records/recipe.ts';
import type { Images } from '../data/augment.ts';
import type { TrainingState } from '../files/checkpoint.ts';
import type { Model } from '../model/model.ts';
import type { HostWeights } from '../model/parameters.ts';
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
  /** The weights that it begins with, where it does not go on; absent: its seed draws them. */
  readonly initial?: HostWeights;
  /** Epochs after which it rests, whatever the schedule has left. */
  readonly until?: number;
  /** Remember the weights of the best epoch too. */
  readonly keepBest?: boolean;
}

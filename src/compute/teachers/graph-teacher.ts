/** A teacher that is a network of ours: its graph stands in its card, its weights beside it. */
import { join } from 'node:path';
import { WorkbenchError } from '../../core/errors.ts';
import type { GraphCard } from '../../core/records/teacher-card.ts';
import type { SplitName } from '../../core/records/sources.ts';
import { splitsOf, withGraph } from '../../core/teacher.ts';
import { openImages } from '../data/augment.ts';
import type { Images } from '../data/augment.ts';
import type { Dataset } from '../data/dataset.ts';
import { readWeights } from '../files/checkpoint.ts';
import { createModel } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import { disposeParameters, uploadWeights } from '../model/parameters.ts';
import type { HostWeights, Parameters } from '../model/parameters.ts';
import type { TeacherRef } from '../tasks/inputs.ts';
import { fittingCard } from './card.ts';
import { teacherPass } from './graph-pass.ts';
import { createResidents } from './open-teacher.ts';
import type { OpenTeacher } from './open-teacher.ts';

export interface LoadedTeacher {
  readonly card: GraphCard;
  readonly model: Model;
  readonly parameters: Parameters;
}

/** Throws `teacher.missing` (also where it is damaged), `teacher.mismatch` (other images or
 * classes, or no network of ours) or `teacher.changed`. */
export function loadTeacher(ref: TeacherRef, dataset: Dataset): LoadedTeacher {
  const { directory } = ref;
  const card = withGraph(fittingCard(ref, dataset.card), 'its weights');
  const model = createModel(card.graph);
  const weights = weightsOf(join(directory, card.weights.file), model, card.weights.sha256);
  const parameters = uploadWeights(model.layout, weights);
  return { card, model, parameters };
}

/** A damaged teacher is every student's fault, and none's: it is not their checkpoint. */
function weightsOf(file: string, { layout }: Model, sha256: string): HostWeights {
  try {
    return readWeights(file, layout, sha256);
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    const message = `The teacher's weights cannot be used. ${error.message} Or choose another teacher.`;
    throw new WorkbenchError('teacher.missing', message, { file }, { cause: error });
  }
}

/** Images as a teacher must be shown them: normalised as those that it was trained on. */
function imagesForTeacher(
  { card }: LoadedTeacher,
  dataset: Dataset,
  split: SplitName,
  options: { readonly shift?: number; readonly count?: number },
): Images {
  return openImages(dataset.split(split), dataset.card.shape, card.normalisation, options);
}

/** Throws what `loadTeacher` throws. */
export function openGraphTeacher(ref: TeacherRef, dataset: Dataset): OpenTeacher {
  const loaded = loadTeacher(ref, dataset);
  const residents = createResidents((split, options) => imagesForTeacher(loaded, dataset, split, options));
  return {
    card: loaded.card,
    splits: splitsOf(loaded.card),
    answers: ({ view, ...shown }, arrays, yieldToEvents, onProgress) =>
      teacherPass({ ...loaded, images: residents.of(shown), view }, arrays, yieldToEvents, onProgress),
    dispose: () => {
      residents.dispose();
      disposeParameters(loaded.parameters);
      return Promise.resolve();
    },
  };
}

export const testing = { imagesForTeacher };

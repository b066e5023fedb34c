/** A student's weights or a teacher's, shown a split as each was shown its images in training. */
import type { Images } from '../../data/augment.ts';
import { readWeights } from '../../files/checkpoint.ts';
import { createModel } from '../../model/model.ts';
import type { Model } from '../../model/model.ts';
import { disposeParameters, uploadWeights } from '../../model/parameters.ts';
import { evaluateTeacher, openTeacher } from '../../teachers/teacher.ts';
import { evaluate } from '../../training/evaluate.ts';
import { measuresOf } from '../../training/measured.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import type { Artifact } from '../inputs.ts';
import type { TrainerRun } from '../run.ts';
import type { Evaluation } from './task.ts';

export const runEvaluation: TrainerRun<'evaluate'> = async ({ source, split, ...input }, { cache, yieldToEvents }) => {
  const dataset = await cache.open(input.dataset, { yieldToEvents });
  const name = split === 'validation' ? 'val' : 'test';
  if (source.kind === 'student') {
    const { labels } = dataset.split(name);
    const images = cache.images(input.dataset.directory, name, { shift: 0 });
    const found = await evaluateFile(source.weights, createModel(source.graph), images, labels, yieldToEvents);
    return { ...found, measures: measuresOf(dataset, name, found.predictions) };
  }
  const teacher = await openTeacher(source, dataset);
  try {
    return await evaluateTeacher(teacher, dataset, name, yieldToEvents);
  } finally {
    await teacher.dispose();
  }
};

/** Weights as they are in their file. Throws `checkpoint.corrupt` for another one. */
export async function evaluateFile(
  { path, sha256 }: Artifact,
  model: Model,
  images: Images,
  labels: Uint8Array,
  yieldToEvents: YieldToEvents,
): Promise<Evaluation> {
  const parameters = uploadWeights(model.layout, readWeights(path, model.layout, sha256));
  try {
    return await evaluate(model, parameters, images, labels, yieldToEvents);
  } finally {
    disposeParameters(parameters);
  }
}

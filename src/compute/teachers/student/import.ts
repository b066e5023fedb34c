/** A student becomes a teacher: its weights as they were kept, and a card with what it learned from
 * and how good it is. */
import { join } from 'node:path';
import { costOf } from '../../../core/arch/cost.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { GraphCard } from '../../../core/records/teacher-card.ts';
import { SPLIT_WORDS } from '../../../core/sources.ts';
import { openImages } from '../../data/augment.ts';
import type { Dataset } from '../../data/dataset.ts';
import { readWeights, writeWeights } from '../../files/checkpoint.ts';
import { createModel } from '../../model/model.ts';
import { disposeParameters, uploadWeights } from '../../model/parameters.ts';
import type { ImportedTeacher, ImportOrder } from '../../tasks/import-teacher/task.ts';
import { evaluate } from '../../training/evaluate.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { inWordsOf, weakWords } from '../answers.ts';
import { WEIGHTS_FILE, writeTeacherCard } from '../card.ts';

/** Throws `checkpoint.corrupt` where its weights are not the ones that were written down. */
export async function importStudent(
  { source, dataset: { known }, name, title, date }: ImportOrder<'student'>,
  dataset: Dataset,
  directory: string,
  yieldToEvents: YieldToEvents,
  stage: (words: string) => (done: number, total: number) => void,
): Promise<Omit<ImportedTeacher, 'directory'>> {
  const { graph, weights: kept, recipe, seed, trainImages, seconds } = source;
  const { id, title: dataTitle, shape } = dataset.card;
  const { normalisation } = dataset;
  const model = createModel(graph);
  const values = readWeights(kept.path, model.layout, kept.sha256);
  const weights = writeWeights(join(directory, WEIGHTS_FILE), model.layout, values);
  const parameters = uploadWeights(model.layout, values);
  const accuracyOn = async (split: SplitName): Promise<number> => {
    const report = stage(`showing it the ${SPLIT_WORDS[split]} {many}`);
    const images = openImages(dataset.split(split), shape, normalisation, { shift: 0 });
    try {
      const { accuracy } = await evaluate(model, parameters, images, dataset.split(split).labels, yieldToEvents);
      report(images.count, images.count);
      return accuracy;
    } finally {
      images.dispose();
    }
  };
  try {
    const accuracy = { validation: await accuracyOn('val'), test: await accuracyOn('test') };
    const card: GraphCard = {
      ...{ name, title, date, graph, recipe, seed, ...paramsAndMacs(graph), accuracy, normalisation },
      dataset: { id, title: dataTitle, trainImages, ...(known && { sources: known }) },
      weights: { file: WEIGHTS_FILE, bytes: weights.bytes, sha256: weights.sha256 },
      seconds: Math.round(seconds),
    };
    writeTeacherCard(directory, card);
    const notes = weakWords(accuracy.validation, graph.classes, 'validation', 'look whether it was trained to its end');
    return { card, inputs: [], outputs: [], notes: inWordsOf(dataset.card, notes) };
  } finally {
    disposeParameters(parameters);
  }
}

function paramsAndMacs(graph: GraphCard['graph']): Pick<GraphCard, 'params' | 'macs'> {
  const { params, macs } = costOf(graph);
  return { params, macs };
}

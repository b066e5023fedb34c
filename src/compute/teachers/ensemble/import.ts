/** Several teachers become one: its card names them and what they were, and its accuracy is
 * measured. */
import { WorkbenchError } from '../../../core/errors.ts';
import type { SplitName } from '../../../core/records/sources.ts';
import type { EnsembleCard, Judged, TeacherCard } from '../../../core/records/teacher-card.ts';
import { SPLIT_WORDS } from '../../../core/sources.ts';
import { accuracyOf, headline, macsOf, paramsOf } from '../../../core/teacher.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { ImportedTeacher, ImportOrder } from '../../tasks/import-teacher/task.ts';
import type { YieldToEvents } from '../../training/evaluate.ts';
import { inWordsOf, weakWords } from '../answers.ts';
import { writeTeacherCard } from '../card.ts';
import type { OpenTeacher } from '../open-teacher.ts';
import { evaluateTeacher, openTeacher } from '../teacher.ts';
import { memberCard, openEnsemble } from './teacher.ts';

type Stage = (words: string) => (done: number, total: number) => void;

/** Throws `teacher.*` for members that are no teachers of this data set, or have no images in
 * common that they answer. */
export async function importEnsemble(
  { source: { members, mean }, name, title, date }: ImportOrder<'ensemble'>,
  dataset: Dataset,
  directory: string,
  yieldToEvents: YieldToEvents,
  stage: Stage,
): Promise<Omit<ImportedTeacher, 'directory' | 'card'> & { readonly card: EnsembleCard }> {
  const { id, title: dataTitle, shape, classes } = dataset.card;
  const refs = members.map(({ name: _, directory: place, ...known }) => ({ directory: place, known }));
  const cards = refs.map((ref) => memberCard(ref, dataset));
  const [params, macs] = [sumOf(cards, paramsOf), sumOf(cards, macsOf)];
  const made: Omit<EnsembleCard, 'accuracy'> = {
    ...{ kind: 'ensemble', name, title, date, mean, inputShape: shape, classes: classes.length },
    dataset: { id, title: dataTitle },
    members: members.map(({ directory: _, ...member }) => member),
    ...(params !== undefined && { params }),
    ...(macs !== undefined && { macs }),
  };
  const teacher = await openEnsemble({ ...made, accuracy: {} }, refs, dataset, openTeacher);
  const accuracy = await judged(teacher, dataset, yieldToEvents, stage);
  const card: EnsembleCard = { ...made, accuracy };
  writeTeacherCard(directory, card);
  return { card, inputs: [], outputs: [], notes: inWordsOf(dataset.card, notesOf(card, cards)) };
}

const sumOf = (cards: readonly TeacherCard[], of: (card: TeacherCard) => number | undefined): number | undefined =>
  cards.map(of).reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one));

/** On validation and test images; on training images where nobody answers others. */
async function judged(
  teacher: OpenTeacher,
  dataset: Dataset,
  yieldToEvents: YieldToEvents,
  stage: Stage,
): Promise<Judged> {
  const accuracyOn = async (split: SplitName): Promise<number> => {
    const progress = stage(`showing its members the ${SPLIT_WORDS[split]} {many}`);
    return (await evaluateTeacher(teacher, dataset, split, yieldToEvents, progress)).accuracy;
  };
  const { splits } = teacher;
  if (!splits.includes('train'))
    throw new WorkbenchError('teacher.mismatch', 'Its members answer no example together.');
  const [validation, test] = [splits.includes('val'), splits.includes('test')];
  return {
    ...(validation && { validation: await accuracyOn('val') }),
    ...(test && { test: await accuracyOn('test') }),
    ...(!validation && !test && { train: await accuracyOn('train') }),
  };
}

function notesOf({ accuracy: own, classes, members }: EnsembleCard, cards: readonly TeacherCard[]): readonly string[] {
  const { accuracy, split } = headline(own);
  const better = members.filter((_, index) => {
    const card = cards[index];
    const alone = card && accuracyOf(card)[split];
    return alone !== undefined && alone > accuracy;
  });
  return [
    ...weakWords(accuracy, classes, split, 'look whether its members know the classes'),
    ...(better.length > 0
      ? [`Alone, ${better.map(({ name }) => `"${name}"`).join(' and ')} has more ${split} {many} right.`]
      : []),
  ];
}

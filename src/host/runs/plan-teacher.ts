/** Who teaches the students of a run: the teacher that it names, the data set's own where it names
 * none, or nobody. */
import { needsLayers } from '../../core/distill/teacher-arrays.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { classesOf, inputShapeOf, isGraphCard, layersUnknown, LOGIT_LOSSES, noLayers } from '../../core/teacher.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import type { Catalog, Found } from '../library/catalog.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { TeacherCard } from '../../core/records/teacher-card.ts';

/** Absent where students learn from labels alone. Throws `teacher.missing` and
 * `teacher.mismatch`. */
export async function teacherFor(
  catalog: Catalog,
  { recipe, teacher: name }: Pick<SearchConfig, 'recipe'> & { readonly teacher?: string | undefined },
  dataset: Found<DatasetCard>,
): Promise<Found<TeacherCard> | undefined> {
  if (recipe.distillation.loss === 'none') return undefined;
  if (name === undefined || name === '') {
    const own = await ownTeacher(catalog, dataset, needsLayers(recipe.distillation));
    await catalog.members(own);
    return own;
  }
  const teacher = await catalog.teacher(name);
  if (needsLayers(recipe.distillation) && !isGraphCard(teacher.card)) {
    const losses = `losses on features (${recipe.distillation.loss})`;
    throw noLayers(layersUnknown(teacher.card, teacher.name), losses, {
      remedy: LOGIT_LOSSES,
      field: 'recipe.distillation.loss',
    });
  }
  const mismatch = mismatchOf(teacher, dataset);
  await catalog.members(teacher);
  if (mismatch === undefined) return teacher;
  throw new WorkbenchError(
    'teacher.mismatch',
    `The teacher "${teacher.name}" does not fit the data set ${dataset.name}: ${mismatch}. Choose another ` +
      'teacher, or train one.',
    { field: 'teacher' },
  );
}

/** The teacher whose size a space goes by: the run's. Where students learn from labels alone it is
 * the one that they could have had, so that both searches have the same students. */
export async function sizingTeacher(
  catalog: Catalog,
  search: Parameters<typeof teacherFor>[1],
  dataset: Found<DatasetCard>,
): Promise<Found<TeacherCard> | undefined> {
  const { recipe, teacher: name = '' } = search;
  if (recipe.distillation.loss !== 'none') return teacherFor(catalog, search, dataset);
  return name === '' ? ownTeacher(catalog, dataset, false) : catalog.teacher(name);
}

/** The program's own first, for those of a workspace come and go. */
async function ownTeacher(
  catalog: Catalog,
  dataset: Found<DatasetCard>,
  wantsLayers: boolean,
): Promise<Found<TeacherCard>> {
  const fitting = (await catalog.foundTeachers()).filter(
    (teacher) => mismatchOf(teacher, dataset) === undefined && (!wantsLayers || isGraphCard(teacher.card)),
  );
  const own = fitting.find(({ bundled }) => bundled) ?? fitting[0];
  if (own) return own;
  throw new WorkbenchError(
    'teacher.missing',
    `No teacher fits the data set ${dataset.name}: train one, or let students learn from labels alone ` +
      '(recipe.distillation.loss: none).',
    { field: 'teacher' },
  );
}

/** In words, where it cannot teach on the data set. */
export function mismatchOf({ card }: Found<TeacherCard>, { name, card: data }: Found<DatasetCard>): string | undefined {
  const { dataset } = card;
  const shape = inputShapeOf(card).join(' x ');
  const wanted = data.shape.join(' x ');
  if (shape !== wanted) return `it reads images of ${shape}, and those of ${name} are ${wanted}`;
  if (classesOf(card) !== data.classes.length)
    return `it knows ${classesOf(card)} classes, and ${name} has ${data.classes.length}`;
  return dataset.id === data.id ? undefined : `it ${isGraphCard(card) ? 'was trained on' : 'is of'} ${dataset.id}`;
}

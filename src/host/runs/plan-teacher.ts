/** Who teaches the students of a run: the teacher that it names, the data set's own where it names
 * none, or nobody; and whose weights students begin with that learn from labels alone. */
import { lackOf } from '../../core/distill/teacher-arrays.ts';
import { dataKindOf } from '../../core/data-kinds.ts';
import { WorkbenchError } from '../../core/errors.ts';
import {
  classesOf,
  inputShapeOf,
  isGraphCard,
  layersOf,
  layersUnknown,
  LOGIT_LOSSES,
  MORE_OUTPUTS,
  noLayers,
} from '../../core/teacher.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import { needsOf } from '../../core/strategies/registry.ts';
import type { Catalog, Found } from '../library/catalog.ts';
import type { DatasetCard } from '../../core/records/dataset-card.ts';
import type { TeacherCard } from '../../core/records/teacher-card.ts';

type Taught = Pick<SearchConfig, 'recipe' | 'strategy'> & { readonly teacher?: string | undefined };

/** Absent where students learn from labels alone, from weights of their own. Throws
 * `teacher.missing` and `teacher.mismatch`. */
export async function teacherFor(
  catalog: Catalog,
  { recipe, strategy, teacher: name }: Taught,
  dataset: Found<DatasetCard>,
): Promise<Found<TeacherCard> | undefined> {
  if (recipe.distillation.loss === 'none') {
    return needsOf(strategy).includes('teacher weights') ? sourceFor(catalog, name, dataset) : undefined;
  }
  if (name === undefined || name === '') {
    const own = await ownTeacher(catalog, dataset, (card) => lackOf(recipe.distillation, layersOf(card)) === undefined);
    await catalog.members(own);
    return own;
  }
  const teacher = await catalog.teacher(name);
  const { card } = teacher;
  const lack = lackOf(recipe.distillation, layersOf(card));
  if (lack !== undefined && !isGraphCard(card)) {
    const losses = `losses on features (${recipe.distillation.loss})`;
    throw noLayers(layersUnknown(card, teacher.name, lack), losses, {
      remedy: card.kind === 'onnx' ? MORE_OUTPUTS : LOGIT_LOSSES,
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

/** Whose weights students begin with, and nothing more: it may know other classes of other images
 * of the same shape. */
async function sourceFor(
  catalog: Catalog,
  name: string | undefined,
  dataset: Found<DatasetCard>,
): Promise<Found<TeacherCard>> {
  if (name === undefined || name === '') {
    const message =
      'Students are to begin with the weights of a network, and none is named: name a teacher that was trained ' +
      'here, of this data set or of another one.';
    throw new WorkbenchError('teacher.missing', message, { field: 'teacher' });
  }
  const source = await catalog.teacher(name);
  const [height, width, channels] = inputShapeOf(source.card);
  const [wantedHeight, wantedWidth, wanted] = dataset.card.shape;
  const other =
    channels !== wanted ? 'channels' : height !== wantedHeight || width !== wantedWidth ? 'sizes' : undefined;
  if (other === undefined) return source;
  const message =
    `The weights of "${source.name}" are of examples of ${inputShapeOf(source.card).join(' x ')}, and those of ` +
    `${dataset.name} are ${dataset.card.shape.join(' x ')}: a transfer between sets of other ${other}. Choose ` +
    'another teacher, or import the data set in its shape.';
  throw new WorkbenchError('teacher.mismatch', message, { field: 'teacher' });
}

/** It gives weights alone, which have seen no image of the data set. */
export const isOfAnotherSet = (
  { recipe }: Pick<SearchConfig, 'recipe'>,
  { card }: Found<TeacherCard>,
  data: Pick<DatasetCard, 'id'>,
): boolean => recipe.distillation.loss === 'none' && card.dataset.id !== data.id;

/** The teacher whose size a space goes by: the run's. Where students learn from labels alone it is
 * the one that they could have had, so that both searches have the same students. */
export async function sizingTeacher(
  catalog: Catalog,
  search: Taught,
  dataset: Found<DatasetCard>,
): Promise<Found<TeacherCard> | undefined> {
  const { recipe, teacher: name = '' } = search;
  if (recipe.distillation.loss !== 'none') return teacherFor(catalog, search, dataset);
  return name === '' ? ownTeacher(catalog, dataset) : catalog.teacher(name);
}

/** The program's own first, for those of a workspace come and go. */
export async function ownTeacher(
  catalog: Catalog,
  dataset: Found<DatasetCard>,
  canTeach: (card: TeacherCard) => boolean = () => true,
): Promise<Found<TeacherCard>> {
  const fitting = (await catalog.foundTeachers()).filter(
    (teacher) => mismatchOf(teacher, dataset) === undefined && canTeach(teacher.card),
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
  const { many } = dataKindOf(data).noun;
  if (shape !== wanted) return `it reads ${many} of ${shape}, and those of ${name} are ${wanted}`;
  if (classesOf(card) !== data.classes.length)
    return `it knows ${classesOf(card)} classes, and ${name} has ${data.classes.length}`;
  return dataset.id === data.id ? undefined : `it ${isGraphCard(card) ? 'was trained on' : 'is of'} ${dataset.id}`;
}

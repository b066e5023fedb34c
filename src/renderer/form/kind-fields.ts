/** Fields of a form as a kind of data has them: those that it has, in words of its own. */
import type { DataKind } from '../../core/data-kinds.ts';
import { saidOf } from '../../core/data-kinds.ts';
import { SAID_OF_PIXELS } from '../../core/records/teacher-card.ts';
import type { Field, FieldValue } from './form-model.ts';

/** What is done to examples. */
const AUGMENTATION = /^(?:recipe\.augmentation\.(\w+)|teacher\.(flip))$/;

/** How a network of somebody's is shown them. */
const OF_PIXELS: readonly string[] = SAID_OF_PIXELS.map((name) => `outside.${name}`);

/** Whether such examples may have it done to them, or have pixels, where it is of those. */
function isOf({ augmentations, gives }: DataKind, { path }: Pick<Field, 'path'>): boolean {
  if (OF_PIXELS.includes(path)) return gives === 'map';
  const [, ofRecipe, ofTeacher] = AUGMENTATION.exec(path) ?? [];
  const name = ofRecipe ?? ofTeacher;
  return name === undefined || augmentations.some((one) => one === name);
}

/** What is of another kind's examples is shown only where it is asked for, so that a form can be
 * mended at the field that it is refused for. */
export function isOfKind(kind: DataKind, field: Field, value: FieldValue): boolean {
  return isOf(kind, field) || String(value) !== String(field.initial);
}

export function inWordsOf({ noun }: DataKind, field: Field): Field {
  return { ...field, title: saidOf(noun, field.title), hint: saidOf(noun, field.hint) };
}

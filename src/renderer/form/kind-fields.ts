/** Fields of a form as a kind of data has them: those that it has, in words of its own. */
import type { DataKind } from '../../core/data-kinds.ts';
import { saidOf } from '../../core/data-kinds.ts';
import type { Field, FieldValue } from './form-model.ts';

/** What is done to examples. */
const AUGMENTATION = /^(?:recipe\.augmentation\.(\w+)|teacher\.(flip))$/;

/** Whether such examples may have it done to them, where it is that. */
function isOf({ augmentations }: DataKind, { path }: Pick<Field, 'path'>): boolean {
  const [, ofRecipe, ofTeacher] = AUGMENTATION.exec(path) ?? [];
  const name = ofRecipe ?? ofTeacher;
  return name === undefined || augmentations.some((one) => one === name);
}

/** What another kind's examples may have done to them is shown only where it is asked for, so that
 * a search from a file can be mended at the field that it is refused for. */
export function isOfKind(kind: DataKind, field: Field, value: FieldValue): boolean {
  return isOf(kind, field) || String(value) !== String(field.initial);
}

export function inWordsOf({ noun }: DataKind, field: Field): Field {
  return { ...field, title: saidOf(noun, field.title), hint: saidOf(noun, field.hint) };
}

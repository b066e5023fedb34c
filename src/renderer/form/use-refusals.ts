/** What the host refuses of a search beside the field that it is about, and the levels that may be
 * changed, which the host knows, too. */
import { shallowRef } from 'vue';
import type { WorkbenchError } from '../../core/errors.ts';
import { LEVELS } from './form-model.ts';
import type { Choice, Field } from './form-model.ts';
import { formField, levelChoices } from './own-levels.ts';
import type { SearchAnswer } from './own-levels.ts';

export function useRefusals(fields: readonly Field[]) {
  /** It goes when anything is changed. */
  const refused = shallowRef<{ readonly path: string; readonly words: string }>();
  const levels = shallowRef<readonly Choice[]>([]);

  /** Gives whether the form has a field of it. */
  function refuse(error: WorkbenchError | undefined): boolean {
    const path = formField(error?.place.field);
    if (error === undefined || !fields.some((field) => field.path === path)) return false;
    refused.value = { path: path ?? '', words: error.message };
    return true;
  }

  /** What a preview says while the form is filled in: an earlier one may have refused levels after
   * they were changed. They stay offered while some are refused. */
  function hear({ preview, refused: fault }: SearchAnswer): void {
    if (preview) {
      levels.value = levelChoices(preview.levels ?? []);
      if (refused.value?.path === LEVELS) forget();
    }
    if (formField(fault?.place.field) === LEVELS) refuse(fault);
  }

  const wordsOf = ({ path }: Field): string | undefined =>
    refused.value?.path === path ? refused.value.words : undefined;
  const forget = (): void => void (refused.value = undefined);

  return { levels, hear, refuse, wordsOf, forget };
}

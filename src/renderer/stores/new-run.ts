/** What is typed into the New run form; it survives leaving the view, a reload, and a host that is
 * out of reach. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { inputOf } from '../../bridge/config/config-input.ts';
import type { ParsedSearchInput, SearchInput } from '../../bridge/schemas/records.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import { checkInput } from '../form/check-input.ts';
import type { CheckedInput } from '../form/check-input.ts';
import type { Draft, FieldValue, SearchOptions } from '../form/form-model.ts';
import { draftToInput, initialDraft, inputToDraft, searchFields } from '../form/form-model.ts';
import {
  LOSS,
  namedTeacher,
  TEACHER,
  teacherOf,
  TRAIN_ONE,
  TRAIN_ONE_FAULT,
  withTeacher,
} from '../form/teacher-choice.ts';

const KEY = 'trade.new-run';

/** What is to be trained where nothing is searched for. */
type Given = Pick<SearchInput, 'students' | 'studentsFrom'>;

interface Kept {
  readonly draft: Draft;
  readonly options: SearchOptions;
  readonly given?: Given | undefined;
}

export const useNewRun = defineStore('new-run', () => {
  const fields = searchFields();
  const fresh: Kept = { draft: { ...initialDraft(fields), name: 'Fashion search' }, options: {} };
  const kept = stored();
  const draft = ref<Draft>({ ...fresh.draft, ...kept?.draft });
  const options = ref<SearchOptions>(kept?.options ?? {});
  const given = shallowRef<Given | undefined>(kept?.given);

  const checked = computed<CheckedInput>(() => {
    const typed = draftToInput(fields, namedTeacher(draft.value), options.value);
    const found = checkInput({ ...typed, ...given.value });
    if (teacherOf(draft.value) !== TRAIN_ONE) return found;
    return { faults: new Map([...found.faults, [TEACHER, TRAIN_ONE_FAULT]]) };
  });

  watch([draft, options, given], () => {
    const form: Kept = { draft: draft.value, options: options.value, given: given.value };
    sessionStorage.setItem(KEY, JSON.stringify(form));
  });

  function set(path: string, value: FieldValue): void {
    if (path === TEACHER) {
      draft.value = withTeacher(draft.value, String(value), String(fresh.draft[LOSS]));
      return;
    }
    draft.value = { ...draft.value, [path]: value };
    // Options belong to one strategy.
    if (path === 'strategy.id') options.value = {};
  }

  function setOption(name: string, value: number | string | boolean): void {
    options.value = { ...options.value, [name]: value };
  }

  function reset(): void {
    draft.value = fresh.draft;
    options.value = {};
    given.value = undefined;
  }

  /** As the form does it by itself: whether a teacher teaches at all stays as it is. */
  function adoptTeacher(name: string): void {
    draft.value = { ...draft.value, [TEACHER]: name };
  }

  /** The form finds a teacher of it. */
  function searchOn(dataset: string): void {
    draft.value = { ...draft.value, dataset, [TEACHER]: '' };
  }

  /** Lets go of the students that were given. */
  function searchInstead(): void {
    given.value = undefined;
    set('strategy.id', String(fresh.draft['strategy.id']));
  }

  /** A configuration that was written by hand or exported; the caller has validated it. */
  function load(input: ParsedSearchInput): void {
    const { students, studentsFrom } = input;
    draft.value = inputToDraft(fields, input);
    options.value = input.strategy.options;
    given.value = students && { students, ...(studentsFrom !== undefined && { studentsFrom }) };
  }

  /** Another run like that one, under a name of its own. Throws where a configuration of another
   * version cannot be read. */
  function duplicate(config: SearchConfig): void {
    const input = inputOf(config);
    load({ ...input, name: `${input.name.slice(0, 113)} (copy)` });
  }

  return {
    ...{ fields, draft, options, given, checked },
    ...{ set, setOption, reset, adoptTeacher, searchOn, searchInstead, load, duplicate },
  };
});

function stored(): Kept | undefined {
  try {
    // Sound: only this store writes the key; a draft of an older version may lack fields, and
    // defaults fill them.
    return (JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Kept | null) ?? undefined;
  } catch {
    return undefined;
  }
}

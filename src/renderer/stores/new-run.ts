/** What is typed into the New run form; it survives leaving the view, a reload, and a host that is
 * out of reach. */
import { defineStore } from 'pinia';
import { computed } from 'vue';
import { inputOf } from '../../bridge/config/config-input.ts';
import { defaultFamilyNames, familyNamesFor } from '../../core/arch/families/registry.ts';
import type { ParsedSearchInput, SearchInput } from '../../bridge/schemas/records.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import { checkInput } from '../form/check-input.ts';
import type { CheckedInput } from '../form/check-input.ts';
import type { Draft, FieldValue, SearchOptions } from '../form/form-model.ts';
import { draftToInput, initialDraft, inputToDraft, LEVELS, searchFields } from '../form/form-model.ts';
import {
  asWeights,
  LOSS,
  namedTeacher,
  TEACHER,
  teacherOf,
  TRAIN_ONE,
  TRAIN_ONE_FAULT,
  withTeacher,
} from '../form/teacher-choice.ts';
import { mayBeginWithTable, PRIOR, proposedPrior } from '../form/prior-choice.ts';
import { useCatalog } from './catalog.ts';
import { keptInWindow } from './kept.ts';

/** What is to be trained where nothing is searched for. */
type Given = Pick<SearchInput, 'students' | 'studentsFrom'>;

interface Kept {
  readonly draft: Draft;
  readonly options: SearchOptions;
  readonly given: Given | undefined;
}

const MOST_NAME = 100;
const proposedName = (dataset: string): string => `Search on ${dataset}`.slice(0, MOST_NAME);

export const useNewRun = defineStore('new-run', () => {
  const fields = searchFields();
  const initial = initialDraft(fields);
  const name = proposedName(String(initial['dataset'] ?? ''));
  const fresh: Kept = { draft: { ...initial, name }, options: {}, given: undefined };
  const kept = keptInWindow<Kept>('trade.new-run', (stored) => {
    // Sound: only this store writes the key; a draft of an older version may lack fields, and
    // defaults fill them.
    const { draft, options, given } = (stored ?? {}) as Partial<Kept>;
    return { draft: { ...fresh.draft, ...draft }, options: options ?? {}, given };
  });
  const put = (changes: Partial<Kept>): void => void (kept.value = { ...kept.value, ...changes });
  const draft = computed(() => kept.value.draft);
  const options = computed(() => kept.value.options);
  const given = computed(() => kept.value.given);
  const catalog = useCatalog();
  const strategy = computed(() => catalog.strategyOf(String(draft.value['strategy.id'] ?? '')));

  /** Who has named none means those that suit the data. */
  const families = computed((): readonly string[] => {
    const named = draft.value['families'];
    if (Array.isArray(named)) return named.map(String);
    const { example } = catalog.datasetOf(String(draft.value['dataset'] ?? '')) ?? {};
    return defaultFamilyNames(example === undefined ? {} : { example });
  });

  /** Whether students begin with the weights of a network. */
  const begins = computed(
    () => strategy.value?.needs?.includes('teacher weights') === true || options.value['from'] === 'teacher',
  );

  const checked = computed<CheckedInput>(() => {
    const typed = draftToInput(fields, namedTeacher(draft.value, begins.value), options.value);
    // What is not offered is not meant.
    const mayBegin = given.value === undefined && mayBeginWithTable(draft.value, strategy.value);
    const found = checkInput({ ...typed, ...given.value, ...(!mayBegin && { [PRIOR]: 'none' }) });
    if (teacherOf(draft.value) !== TRAIN_ONE) return found;
    return { faults: new Map([...found.faults, [TEACHER, TRAIN_ONE_FAULT]]) };
  });

  function set(path: string, value: FieldValue): void {
    if (path === TEACHER) {
      put({ draft: withTeacher(draft.value, String(value), String(fresh.draft[LOSS])) });
      return;
    }
    const proposed = path === 'dataset' && proposedFor(String(value));
    // Options belong to one strategy.
    put({ draft: { ...draft.value, [path]: value, ...proposed }, ...(path === 'strategy.id' && { options: {} }) });
  }

  /** Another data set is another question; a name that somebody gave stays. */
  function proposedFor(dataset: string): Draft {
    const isOurs = draft.value['name'] === proposedName(String(draft.value['dataset'] ?? ''));
    return { [PRIOR]: proposedPrior(dataset), ...familiesFor(dataset), ...(isOurs && { name: proposedName(dataset) }) };
  }

  /** Those that fit stay; where none does, as where none was named, those that suit the data. */
  function familiesFor(dataset: string): Draft {
    const card = catalog.datasetOf(dataset);
    const chosen = draft.value['families'];
    if (card === undefined || !Array.isArray(chosen)) return {};
    const fitting = familyNamesFor(card.example === undefined ? {} : { example: card.example });
    const kept = chosen.map(String).filter((family) => fitting.includes(family));
    return { families: kept.length > 0 ? kept : '' };
  }

  const setOption = (option: string, value: number | string | boolean): void =>
    put({ options: { ...options.value, [option]: value } });
  const reset = (): void => put(fresh);
  /** As the form does it by itself: whether a teacher teaches at all stays as it is. */
  const adoptTeacher = (teacher: string): void => put({ draft: { ...draft.value, [TEACHER]: teacher } });
  /** Without a teacher the form finds one of it. */
  function searchOn(dataset: string, teacher = ''): void {
    const chosen = { ...draft.value, ...proposedFor(dataset), dataset };
    put({
      draft: teacher === '' ? { ...chosen, [TEACHER]: '' } : withTeacher(chosen, teacher, String(fresh.draft[LOSS])),
    });
  }

  /** Lets go of the students that were given, and of every level that their space had. */
  function searchInstead(): void {
    put({ given: undefined, draft: { ...draft.value, [LEVELS]: '' } });
    set('strategy.id', String(fresh.draft['strategy.id']));
  }

  /** A configuration that was written by hand or exported; the caller has validated it. */
  function load(input: ParsedSearchInput): void {
    const { students, studentsFrom } = input;
    put({
      draft: asWeights(inputToDraft(fields, input)),
      options: input.strategy.options,
      given: students && { students, ...(studentsFrom !== undefined && { studentsFrom }) },
    });
  }

  /** Another run like that one, under a name of its own. Throws where a configuration of another
   * version cannot be read. */
  function duplicate(config: SearchConfig): void {
    const input = inputOf(config);
    load({ ...input, name: `${input.name.slice(0, 113)} (copy)` });
  }

  return {
    ...{ fields, draft, options, given, families, begins, checked },
    ...{ set, setOption, reset, adoptTeacher, searchOn, searchInstead, load, duplicate },
  };
});

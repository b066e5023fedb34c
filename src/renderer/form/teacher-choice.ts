/** Who can teach the students of a search: teachers of its data set, nobody, or one that is yet to
 * be trained; and whose weights they can begin with. */
import type { TeacherView } from '../../bridge/schemas/records.ts';
import type { Choice, Draft } from './form-model.ts';

/** Where the answer stands in a draft: no teacher means a loss without one. */
export const TEACHER = 'teacher';
export const LOSS = 'recipe.distillation.loss';
const LABELS_ALONE = 'none';

/** No name of a teacher has a colon. */
const NO_TEACHER = 'none:';
export const TRAIN_ONE = 'train:';
/** Before the name of a network that students begin with and do not learn from. */
const WEIGHTS = 'weights:';

export const TRAIN_ONE_FAULT = 'No teacher is chosen: train one, or choose labels alone.';

type Known = Pick<TeacherView, 'name' | 'title' | 'dataset' | 'bundled' | 'kind'>;

/** The teacher that the host would choose: the program's own first. */
export function ownTeacher<T extends Known>(teachers: readonly T[], dataset: string): T | undefined {
  const fitting = teachers.filter((one) => one.dataset === dataset);
  return fitting.find(({ bundled }) => bundled) ?? fitting[0];
}

/**
 * `chosen` is among them, whatever it is: a select that lacks its own value looks empty. `begins`:
 * the strategy begins with a network's weights, which may be of another data set.
 */
export function teacherChoices(
  teachers: readonly Known[],
  dataset: string,
  chosen: string,
  begins = false,
): readonly Choice[] {
  const fitting = teachers.filter((one) => one.dataset === dataset).map(({ name, title }) => ({ value: name, title }));
  const sources = teachers
    .filter(({ kind }) => begins && kind === 'graph')
    .map(({ name, title }) => ({ value: `${WEIGHTS}${name}`, title: `${title}: its weights alone` }));
  const offered = [
    ...fitting,
    ...sources,
    { value: NO_TEACHER, title: 'No teacher: labels alone' },
    { value: TRAIN_ONE, title: 'None fits: train one' },
  ];
  if (chosen === '' || offered.some(({ value }) => value === chosen)) return offered;
  const stranger = teachers.find(({ name }) => name === chosen);
  if (chosen.startsWith(WEIGHTS))
    return [{ value: chosen, title: `${chosen.slice(WEIGHTS.length)}: its weights` }, ...offered];
  const title = stranger ? `${stranger.title}: of another data set` : `${chosen}: not here`;
  return [{ value: chosen, title }, ...offered];
}

export function teacherOf(draft: Draft): string {
  const named = String(draft[TEACHER] ?? '');
  return draft[LOSS] === LABELS_ALONE && !named.startsWith(WEIGHTS) ? NO_TEACHER : named;
}

/** The draft with that answer. `loss`: what students learn from where they did without a teacher
 * before. */
export function withTeacher(draft: Draft, choice: string, loss: string): Draft {
  if (choice === NO_TEACHER) return { ...draft, [TEACHER]: '', [LOSS]: LABELS_ALONE };
  if (choice.startsWith(WEIGHTS)) return { ...draft, [TEACHER]: choice, [LOSS]: LABELS_ALONE };
  return { ...draft, [TEACHER]: choice, ...(draft[LOSS] === LABELS_ALONE && { [LOSS]: loss }) };
}

/** A configuration whose students learn from labels alone names a network for its weights. */
export function asWeights(draft: Draft): Draft {
  const named = String(draft[TEACHER] ?? '');
  return draft[LOSS] === LABELS_ALONE && named !== '' ? { ...draft, [TEACHER]: `${WEIGHTS}${named}` } : draft;
}

/** As it goes to the host, which is told of no teacher where none teaches and nobody begins with
 * one. */
export function namedTeacher(draft: Draft, begins: boolean): Draft {
  const choice = teacherOf(draft);
  if (choice.startsWith(WEIGHTS)) return { ...draft, [TEACHER]: begins ? choice.slice(WEIGHTS.length) : '' };
  return choice === NO_TEACHER || choice === TRAIN_ONE ? { ...draft, [TEACHER]: '' } : draft;
}

export const testing = { NO_TEACHER, WEIGHTS };

/** Somebody's network, or its answers in a file, on its way to becoming a teacher: handed over,
 * judged, corrected and judged again, and kept as it was judged. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import { useClient } from '../api.ts';
import { isAnswersName, teacherFormSchema } from '../../bridge/schemas/teacher-import.ts';
import type { JudgedTeacherView } from '../../bridge/schemas/teacher-import.ts';
import { plainName } from '../../bridge/words/plain-name.ts';
import { useHandOver } from '../components/dialogs/use-hand-over.ts';
import { useSchemaForm } from '../form/use-schema-form.ts';
import type { PickedFolder } from '../handed-folder.ts';
import { useJob } from '../jobs/use-job.ts';
import { useJudging } from './use-judging.ts';

export const PREFIX = 'outside';
/** Fields that say nothing of how a file is read. */
export const OF_ANY_FILE: readonly string[] = ['name', 'title', 'dataset'];
/** Answers are shown no images. */
const OF_ANSWERS: readonly string[] = ['gives', 'classes'];
export type JudgedGuess = JudgedTeacherView['guesses'][number];

export function useJudgedTeacher() {
  const { teachers } = useClient();
  const work = useJob();
  const form = useSchemaForm(teacherFormSchema, PREFIX, () => work.job.value?.fault);
  const { share, idOf, leave: letGo } = useHandOver();
  const picked = shallowRef<PickedFolder>();
  const isTried = shallowRef(false);
  const keyOf = (path: string): string => path.slice(PREFIX.length + 1);

  /** Its names can still be changed. */
  const order = computed(() => {
    if (form.input.value === undefined || picked.value === undefined) return undefined;
    const { name: _name, title: _title, ...rest } = form.input.value;
    return { ...rest, file: picked.value.name };
  });
  const judging = useJudging({
    ...{ form, work },
    order: () => order.value && JSON.stringify([order.value, picked.value?.bytes]),
    begin: async () => {
      const [what, folder] = [order.value, picked.value];
      if (what === undefined || folder === undefined) throw new Error('Nothing is chosen');
      return teachers.judge({ ...what, files: await idOf(folder) });
    },
    names: () => form.input.value,
  });
  const dataset = computed(() => {
    const field = form.fields.find(({ path }) => keyOf(path) === 'dataset');
    return field === undefined ? '' : String(form.valueOf(field));
  });
  /** How it is read. */
  const guessed = computed(() =>
    form.fields.filter(({ path }) => {
      const key = keyOf(path);
      const isAnswers = picked.value !== undefined && isAnswersName(picked.value.name);
      return isAnswers ? OF_ANSWERS.includes(key) : !OF_ANY_FILE.includes(key);
    }),
  );

  async function judge(): Promise<void> {
    isTried.value = true;
    await judging.judge();
  }

  watch(picked, (now, before) => {
    judging.startAnew();
    if (now === undefined) return;
    // What was said was said of the file before.
    for (const { path, initial } of form.fields) {
      if (!OF_ANY_FILE.includes(keyOf(path))) form.fill(keyOf(path), initial);
    }
    const [own, last] = [plainOf(now), before && plainOf(before)];
    const nameField = form.fields.find(({ path }) => keyOf(path) === 'name');
    const typed = nameField && form.valueOf(nameField);
    // What a person has typed stays.
    if (typed === '' || typed === last) form.fill('name', own);
  });

  /** The guess stands in the form then, as if it had been said. */
  function take({ layout, order: channels, scale, mean, deviation }: JudgedGuess): void {
    for (const [key, value] of Object.entries({ layout, order: channels, scale, mean, deviation })) {
      form.fill(key, value);
    }
  }

  function leave(): void {
    letGo();
    judging.leave();
    isTried.value = false;
  }
  onScopeDispose(leave);

  function reset(): void {
    form.reset();
    picked.value = undefined;
  }

  return {
    ...{ form, dataset, picked, guessed, isTried, share, job: work.job, isUnderWay: work.isUnderWay, stop: work.stop },
    ...{ ...judging, judge, take, leave, reset },
  };
}

const plainOf = ({ name }: PickedFolder): string => plainName(name.replace(/\.[a-z]+$/i, ''));

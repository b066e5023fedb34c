/** Somebody's network on its way to becoming a teacher: handed over, judged by the data set's own
 * validation images, corrected and judged again, and kept as it was judged. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import { useClient } from '../api.ts';
import { teacherFormSchema } from '../../bridge/schemas/teacher-import.ts';
import type { JudgedTeacherView } from '../../bridge/schemas/teacher-import.ts';
import { plainName } from '../../bridge/words/plain-name.ts';
import { useHandOver } from '../components/dialogs/use-hand-over.ts';
import { useSchemaForm } from '../form/use-schema-form.ts';
import type { PickedFolder } from '../handed-folder.ts';
import { useJob } from '../jobs/use-job.ts';

export const PREFIX = 'outside';
/** Fields that say nothing of how a file is read. */
export const OF_ANY_FILE: readonly string[] = ['name', 'title', 'dataset'];
export type JudgedGuess = JudgedTeacherView['guesses'][number];

interface Judged {
  readonly id: string;
  /** What was judged, as it was asked for. */
  readonly order: string;
  readonly view: JudgedTeacherView;
}

export function useJudgedTeacher() {
  const { teachers } = useClient();
  const work = useJob();
  const { job, isUnderWay } = work;
  const form = useSchemaForm(teacherFormSchema, PREFIX, () => job.value?.fault);
  const { call, error } = form;
  const { share, idOf, leave: letGo, wasLeft } = useHandOver();
  const picked = shallowRef<PickedFolder>();
  const isTried = shallowRef(false);
  const judged = shallowRef<Judged>();
  /** Of what is being judged. */
  let asked = '';

  /** All that an answer depends on: its names can still be changed. */
  const order = computed(() => {
    if (form.input.value === undefined || picked.value === undefined) return undefined;
    const { name: _name, title: _title, ...rest } = form.input.value;
    return { ...rest, file: picked.value.name };
  });
  /** It is the answer to what stands in the form now. */
  const isCurrent = computed(
    () => judged.value !== undefined && order.value !== undefined && judged.value.order === textOf(order.value),
  );
  const textOf = (what: object): string => JSON.stringify([what, picked.value?.bytes]);

  function forgetJudged(): void {
    if (judged.value !== undefined) teachers.forget({ id: judged.value.id }).catch(() => undefined);
    judged.value = undefined;
  }

  async function judge(): Promise<void> {
    form.touchAll();
    isTried.value = true;
    const [what, folder] = [order.value, picked.value];
    if (what === undefined || folder === undefined) return;
    work.forget();
    asked = textOf(what);
    const begun = await call(async () => teachers.judge({ ...what, files: await idOf(folder) }));
    if (wasLeft()) error.value = undefined;
    if (begun === undefined) return;
    // The window may have been left while it was asked for.
    if (wasLeft()) endUnseen(begun.id);
    else work.follow(begun);
  }

  /** What nobody looks at any more. */
  function endUnseen(id: string): void {
    useClient()
      .jobs.stop({ id })
      .catch(() => undefined);
  }

  watch(job, async (now) => {
    if (now?.state === 'stopped') work.forget();
    if (now?.state !== 'finished' || now.made === undefined) return;
    const [id, answered] = [now.made, asked];
    const view = await call(() => teachers.judged({ id }));
    work.forget();
    if (view === undefined) return;
    forgetJudged();
    judged.value = { id, order: answered, view };
  });

  watch(picked, (now, before) => {
    work.forget();
    error.value = undefined;
    forgetJudged();
    if (now === undefined) return;
    // What was said was said of the file before.
    for (const { path, initial } of form.fields) {
      const key = path.slice(PREFIX.length + 1);
      if (!OF_ANY_FILE.includes(key)) form.fill(key, initial);
    }
    const [own, last] = [plainOf(now), before && plainOf(before)];
    const nameField = form.fields.find(({ path }) => path === `${PREFIX}.name`);
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

  /** Gives the teacher's name. */
  async function keep(): Promise<string | undefined> {
    form.touchAll();
    const [input, held] = [form.input.value, judged.value];
    if (input === undefined || held === undefined || !isCurrent.value) return undefined;
    const { name, title } = input;
    const order = { id: held.id, name, ...(title !== undefined && { title }) };
    const isKept = await call(async () => {
      await teachers.keep(order);
      return true;
    });
    if (isKept !== true) return undefined;
    judged.value = undefined;
    return name;
  }

  /** Nothing goes on, and nothing is held. */
  function leave(): void {
    letGo();
    if (isUnderWay.value) work.stop().catch(() => undefined);
    else work.forget();
    forgetJudged();
    error.value = undefined;
    isTried.value = false;
  }
  onScopeDispose(leave);

  function reset(): void {
    form.reset();
    picked.value = undefined;
  }

  return {
    ...{ form, picked, isTried, share, job, isUnderWay, judged, isCurrent },
    ...{ judge, stop: work.stop, take, keep, leave, reset },
  };
}

const plainOf = ({ name }: PickedFolder): string => plainName(name.replace(/\.onnx$/i, ''));

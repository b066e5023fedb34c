/** Reads the pinned students and their teacher; a pin that no longer exists is dropped and said. */
import { computed, ref, shallowRef, watch } from 'vue';
import { useClient } from '../api.ts';
import { toWorkbenchError } from '../../bridge/errors.ts';
import { useCatalog } from '../stores/catalog.ts';
import { usePins } from '../stores/pins.ts';
import type { Compared } from './compared.ts';
import { comparedStudent, comparedTeacher } from './compared.ts';

type StudentRead = Parameters<typeof comparedStudent>[0];

export function useCompared() {
  const client = useClient();
  const catalog = useCatalog();
  const pins = usePins();
  const reads = shallowRef<ReadonlyMap<string, StudentRead>>(new Map());
  const gone = ref(0);
  const failure = ref<string>();

  async function read(ids: readonly string[]): Promise<void> {
    failure.value = undefined;
    for (const id of ids.filter((one) => !reads.value.has(one))) {
      try {
        reads.value = new Map(reads.value).set(id, await client.trials.get({ id }));
      } catch (thrown) {
        const error = toWorkbenchError(thrown);
        if (error.code !== 'trial.missing') failure.value = error.message;
        else {
          gone.value += 1;
          if (pins.has(id)) pins.toggle(id);
        }
      }
    }
  }

  watch(() => pins.ids, read, { immediate: true });

  const students = computed(() =>
    pins.ids.flatMap((id) => {
      const found = reads.value.get(id);
      return found ? [comparedStudent(found, catalog.familyTitle(found.trial.candidate.family))] : [];
    }),
  );
  /** Of the first student: students of different teachers are compared with that one, and it is named. */
  const teacher = computed<Compared | undefined>(() => {
    const name = students.value[0]?.student?.run.config.teacher;
    const found = name === undefined ? undefined : catalog.teacherOf(name);
    return found && comparedTeacher(found);
  });
  const all = computed<readonly Compared[]>(() => [...(teacher.value ? [teacher.value] : []), ...students.value]);
  const classes = computed(
    () => catalog.datasetOf(students.value[0]?.student?.run.config.dataset ?? '')?.classes ?? [],
  );
  const isReading = computed(() => pins.ids.length > 0 && students.value.length < pins.ids.length && !failure.value);

  return { all, students, teacher, classes, gone, failure, isReading };
}

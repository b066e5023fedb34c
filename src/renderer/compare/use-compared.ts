/** Reads the pinned networks and the first student's teacher; a pin that no longer exists is
 * dropped and said. */
import { computed, ref, shallowRef, watch } from 'vue';
import { useClient } from '../api.ts';
import { toWorkbenchError } from '../../bridge/errors.ts';
import { networkOf, pinOf } from '../review/network.ts';
import { useCatalog } from '../stores/catalog.ts';
import { usePins } from '../stores/pins.ts';
import type { Compared, Marked, StudentRead } from './compared.ts';
import { comparedStudent, comparedTeacher, distinctTitles, markedNetworks } from './compared.ts';

export function useCompared() {
  const client = useClient();
  const catalog = useCatalog();
  const pins = usePins();
  const reads = shallowRef<ReadonlyMap<string, StudentRead>>(new Map());
  const gone = ref(0);
  const failure = shallowRef<{ readonly message: string }>();

  async function read(ids: readonly string[]): Promise<void> {
    failure.value = undefined;
    for (const pin of ids) {
      const { kind, id } = networkOf(pin);
      if (kind === 'teacher' || reads.value.has(id)) continue;
      try {
        const [student, checkpoints] = await Promise.all([
          client.trials.get({ id }),
          client.review.checkpoints({ id }),
        ]);
        reads.value = new Map(reads.value).set(id, { ...student, checkpoints });
      } catch (thrown) {
        const error = toWorkbenchError(thrown);
        if (error.code !== 'trial.missing') failure.value = error;
        else {
          gone.value += 1;
          if (pins.has(pin)) pins.toggle(pin);
        }
      }
    }
  }

  watch(() => pins.ids, read, { immediate: true });

  function comparedOf(pin: string): readonly Compared[] {
    const network = networkOf(pin);
    if (network.kind === 'teacher') {
      const teacher = catalog.teacherOf(network.id);
      return teacher ? [{ ...comparedTeacher(teacher), title: `Teacher ${teacher.title}` }] : [];
    }
    const found = reads.value.get(network.id);
    return found ? [comparedStudent(found, network, catalog.familyTitle(found.trial.candidate.family))] : [];
  }

  const pinned = computed(() =>
    distinctTitles(pins.ids.flatMap((pin) => comparedOf(pin).map((one) => ({ ...one, slot: pins.placeOf(pin) ?? 0 })))),
  );
  /** Of the first student: students of different teachers are compared with that one, and it is
   * named. */
  const teacher = computed<Compared | undefined>(() => {
    const name = pinned.value.find(({ student }) => student)?.student?.run.config.teacher;
    const found = name === undefined ? undefined : catalog.teacherOf(name);
    return found && comparedTeacher(found);
  });
  /** The teacher as the baseline first, unless it is pinned itself. */
  const all = computed<readonly Marked[]>(() => {
    const base = teacher.value;
    if (base === undefined || pins.has(pinOf(base.network))) return markedNetworks(pinned.value);
    return markedNetworks([base, ...pinned.value]);
  });
  const students = computed(() => all.value.filter(({ student }) => student));
  const dataset = computed(() => {
    const [first] = students.value;
    if (first?.student) return first.student.run.config.dataset;
    return catalog.teacherOf(all.value[0]?.network.id ?? '')?.dataset ?? '';
  });
  const classes = computed(() => catalog.datasetOf(dataset.value)?.classes ?? []);
  const isReading = computed(() => !failure.value && pins.ids.length > 0 && pinned.value.length === 0);

  const readAgain = (): Promise<void> => read(pins.ids);
  return { readAgain, all, students, teacher, dataset, classes, gone, failure, isReading };
}

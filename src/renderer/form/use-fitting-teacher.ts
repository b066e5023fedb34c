/** Keeps the teacher of the New run form one of its data set: where it fits no longer, or none is
 * chosen yet, the host's choice. */
import { computed, watch } from 'vue';
import { useCatalog } from '../stores/catalog.ts';
import { useNewRun } from '../stores/new-run.ts';
import { ownTeacher, TEACHER, teacherOf, TRAIN_ONE } from './teacher-choice.ts';

export function useFittingTeacher() {
  const catalog = useCatalog();
  const form = useNewRun();

  watch(
    [() => String(form.draft['dataset']), () => catalog.teachers, () => form.draft[TEACHER]],
    ([dataset, teachers, chosen], [before, known]) => {
      // What is set by hand, or by a file, stays and is refused in words. One that was yet to be
      // trained may have come.
      const isOpen = chosen === '' || (chosen === TRAIN_ONE && teachers !== known);
      const isMoved = before !== undefined && before !== dataset;
      if (!isOpen && !isMoved) return;
      if (teachers.some((one) => one.name === chosen && one.dataset === dataset)) return;
      form.adoptTeacher(ownTeacher(teachers, dataset)?.name ?? (catalog.isRead ? TRAIN_ONE : ''));
    },
    { immediate: true },
  );

  return computed(() => teacherOf(form.draft));
}

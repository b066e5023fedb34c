/** What is known of teachers and data sets past their names: size, fingerprint, use; and trainings
 * that can go on. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { useClient } from '../api.ts';
import type { LibraryRecordView, LibraryView, UnfinishedTeacherView } from '../../bridge/schemas/library.ts';

export const useLibrary = defineStore('library', () => {
  const library = shallowRef<LibraryView>();
  const unfinished = shallowRef<readonly UnfinishedTeacherView[]>([]);

  /** For the views that show it: it is read when they open, and when something came or went. */
  async function read(): Promise<void> {
    const client = useClient();
    [library.value, unfinished.value] = await Promise.all([
      client.library.records(),
      client.library.unfinishedTeachers(),
    ]);
  }

  const byName = (records: readonly LibraryRecordView[] = []): ReadonlyMap<string, LibraryRecordView> =>
    new Map(records.map((record) => [record.name, record]));
  const teachers = computed(() => byName(library.value?.teachers));
  const datasets = computed(() => byName(library.value?.datasets));

  return { unfinished, teachers, datasets, read };
});

/** Keeps a view's knowledge of teachers and data sets as it is: read when it opens, and when
 * anything came, went or stopped. */
import { storeToRefs } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { useCall } from '../api.ts';
import { useCatalog } from '../stores/catalog.ts';
import { useJobs } from '../stores/jobs.ts';
import { useLibrary } from '../stores/library.ts';
import { useLive } from '../stores/live.ts';

export function useLibraryOfView() {
  const library = useLibrary();
  const { datasets, teachers } = storeToRefs(useCatalog());
  const { underWay } = storeToRefs(useJobs());
  const { synced } = storeToRefs(useLive());
  const { error, call } = useCall();
  const trained = computed(() => underWay.value.filter(({ kind }) => kind === 'teacher').length);

  watch(
    [synced, datasets, teachers, trained],
    () => {
      if (synced.value) void call(() => library.read());
    },
    { immediate: true },
  );
  return { library, error };
}

/** What the page of one teacher or one data set reads: its use, and more of it, again under another
 * name. */
export function useLibraryItem<Detail>(name: () => string, read: (name: string) => Promise<Detail>) {
  const { library } = useLibraryOfView();
  const { error, call } = useCall();
  const detail = shallowRef<Detail>();

  watch(
    name,
    async (asked) => {
      const answer = await call(() => read(asked));
      if (asked === name()) detail.value = answer;
    },
    { immediate: true },
  );
  return { library, error, detail };
}

/** What the page of one teacher or one data set reads: its use, and more of it, again under another
 * name. */
import { storeToRefs } from 'pinia';
import { shallowRef, watch } from 'vue';
import { useCall } from '../api.ts';
import { useCatalog } from '../stores/catalog.ts';
import { useLibraryOfView } from './use-library.ts';

/** `isRead`: all names are known; what is not among them is not there. */
export function useLibraryItem<Detail>(name: () => string, read: (name: string) => Promise<Detail>) {
  const { isRead } = storeToRefs(useCatalog());
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
  return { isRead, library, error, detail };
}

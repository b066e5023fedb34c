/** One run with its trials, kept up to date; what is not known of it is read, and what does not
 * exist is said. */
import { whenever } from '@vueuse/core';
import { storeToRefs } from 'pinia';
import { computed, onMounted, ref, watch } from 'vue';
import { useCall } from '../api.ts';
import { useCatalog } from '../stores/catalog.ts';
import { useLive } from '../stores/live.ts';
import { useRecords } from '../stores/records.ts';

export function useRun(id: () => string) {
  const records = useRecords();
  const catalog = useCatalog();
  const { synced } = storeToRefs(useLive());
  const { error, call } = useCall();

  const summary = computed(() => records.runOf(id()));
  const trials = computed(() => records.trialsOf(id()));
  const teacher = computed(() => {
    const name = summary.value?.run.config.teacher;
    return name === undefined ? undefined : catalog.teacherOf(name);
  });
  /** It was here and is not any more: deleted, perhaps in another window. */
  const isRemoved = ref(false);
  const isMissing = computed(() => isRemoved.value || error.value?.code === 'run.missing');

  async function read(): Promise<void> {
    if (trials.value === undefined) await call(() => records.readRun(id()));
  }

  onMounted(read);
  watch(summary, (now, before) => (isRemoved.value = now === undefined && before !== undefined));
  // A read that failed for want of a connection is made good when that is back.
  whenever(synced, () => {
    if (error.value && !isMissing.value) void read();
  });
  return { summary, trials, teacher, error, isMissing };
}

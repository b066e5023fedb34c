/** Finished students of many runs on the same data: read when the front is opened, again when more
 * have finished. */
import { useTimeoutFn, whenever } from '@vueuse/core';
import { storeToRefs } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { useCall, useClient } from '../api.ts';
import { readFrontPoints } from '../../bridge/schemas/front.ts';
import type { FrontGroupView, FrontPointsView } from '../../bridge/schemas/front.ts';
import { useLive } from '../stores/live.ts';
import { useRecords } from '../stores/records.ts';

/** A search that goes on adds a student every some seconds: all are not read again for each of
 * them. */
const AGAIN_MS = 5000;

/** No name of a teacher has a colon; an empty one means runs whose students learned from labels
 * alone. */
export const ALL_TEACHERS = 'all:';

export function useAllFront() {
  const client = useClient();
  const records = useRecords();
  const { error, call } = useCall();
  const groups = shallowRef<readonly FrontGroupView[]>();
  const points = shallowRef<FrontPointsView>();
  const key = ref<string>();
  const teacher = ref(ALL_TEACHERS);

  const group = computed(() => groups.value?.find((one) => one.key === key.value) ?? groups.value?.[0]);
  /** Of the running searches; a change means that something is to be read. */
  const finished = computed(() => records.active.reduce((sum, { trials }) => sum + trials.finished, 0));
  const again = useTimeoutFn(() => void read(), AGAIN_MS, { immediate: false });

  let reads = 0;

  /** The newest of overlapping reads counts. */
  async function read(): Promise<void> {
    const turn = (reads += 1);
    const listed = await call(() => client.fronts.groups());
    if (listed === undefined || turn !== reads) return;
    groups.value = listed;
    const chosen = group.value;
    if (chosen === undefined) return;
    if (!chosen.teachers.some((one) => one.teacher === teacher.value)) teacher.value = ALL_TEACHERS;
    const wanted = { group: chosen.key, ...(teacher.value !== ALL_TEACHERS && { teacher: teacher.value }) };
    const found = await call(async () => readFrontPoints(await client.fronts.points(wanted)));
    if (found !== undefined && turn === reads) points.value = found;
  }

  function choose(next: { readonly group?: string; readonly teacher?: string }): void {
    if (next.group !== undefined) [key.value, teacher.value] = [next.group, ALL_TEACHERS];
    if (next.teacher !== undefined) teacher.value = next.teacher;
    points.value = undefined;
    void read();
  }

  whenever(storeToRefs(useLive()).synced, () => void read(), { immediate: true });
  watch(finished, () => again.isPending.value || again.start());

  return { groups, group, teacher, points, error, choose };
}

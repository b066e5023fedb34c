/**
 * The log of a run: the latest entries first, so that the end is there at once, then what came
 * before; what is added is read as the run goes on.
 */
import { whenever } from '@vueuse/core';
import { storeToRefs } from 'pinia';
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import type { LogEntryView } from '../../../bridge/schemas/log.ts';
import type { RunSummaryView } from '../../../bridge/schemas/records.ts';
import { useCall, useClient } from '../../api.ts';
import { useLive } from '../../stores/live.ts';

const FIRST = 200;
/** Then at a time: no call holds the host up for long. */
const MORE = 1000;
/** From the end of a reading to the next one. */
const PAUSE_MS = 300;

export function useLog(summary: () => RunSummaryView) {
  const { synced } = storeToRefs(useLive());
  const { error, call } = useCall();
  /** The last ones there are, without gaps; undefined until they were read. */
  const entries = shallowRef<readonly LogEntryView[]>();
  const isWhole = ref(false);
  let wanted: 'all' | 'new' | undefined;
  let isReading = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let earliest = 0;
  let gone = false;

  /** Changes when something is written into the log, and when the run ends. */
  const state = computed(() => {
    const { run, trials } = summary();
    const { finished, failed, stopped, ...others } = trials;
    const open = Object.values(others).reduce((sum, count) => sum + count, 0);
    return `${run.state} ${open} ${finished} ${failed} ${stopped}`;
  });

  const read = (from: number | undefined, limit: number): Promise<readonly LogEntryView[]> =>
    useClient().runs.log({ id: summary().run.id, limit, ...(from !== undefined && { from }) });

  /** What is shown stays until all was read again: the person may be reading it. */
  async function readAll(): Promise<void> {
    const isFirst = entries.value === undefined;
    let all = await read(undefined, FIRST);
    if (isFirst) entries.value = all;
    for (let first = all[0]?.seq ?? 0; first > 0; first = all[0]?.seq ?? 0) {
      const from = Math.max(0, first - MORE);
      const earlier = await read(from, first - from);
      if (gone || earlier.length === 0) return;
      all = [...earlier, ...all];
      if (isFirst) entries.value = all;
    }
    isWhole.value = true;
    entries.value = all;
  }

  async function readNew(): Promise<void> {
    for (let page: readonly LogEntryView[] | undefined; page === undefined || page.length === MORE;) {
      const held: readonly LogEntryView[] = entries.value ?? [];
      page = await read((held.at(-1)?.seq ?? -1) + 1, MORE);
      if (page.length > 0) entries.value = [...held, ...page];
    }
  }

  function want(what: 'all' | 'new'): void {
    if (wanted !== 'all') wanted = what;
    plan();
  }

  function plan(): void {
    if (gone || isReading || wanted === undefined || timer !== undefined) return;
    timer = setTimeout(() => void go(), Math.max(0, earliest - performance.now()));
  }

  async function go(): Promise<void> {
    const isAll = wanted === 'all' || !isWhole.value;
    [timer, wanted, isReading] = [undefined, undefined, true];
    await call(isAll ? readAll : readNew);
    isReading = false;
    earliest = performance.now() + PAUSE_MS;
    plan();
  }

  watch(state, () => want('new'), { immediate: true });
  // After a gap nothing that is held can be trusted; and a reading that failed for want of a
  // connection is made good.
  whenever(synced, () => want('all'));
  onScopeDispose(() => {
    gone = true;
    clearTimeout(timer);
  });

  return { entries, isWhole, error };
}

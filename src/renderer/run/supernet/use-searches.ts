/** The one-shot searches of a run, read again as they go on. */
import { whenever } from '@vueuse/core';
import { storeToRefs } from 'pinia';
import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import type { RunSummaryView } from '../../../bridge/schemas/records.ts';
import type { SearchAccount } from '../../../core/one-shot/account.ts';
import { useCall, useClient } from '../../api.ts';
import { useLive } from '../../stores/live.ts';

/** From the end of a reading to the next one. */
const PAUSE_MS = 500;

export function useSearches(summary: () => RunSummaryView) {
  const { synced } = storeToRefs(useLive());
  const { error, call } = useCall();
  const searches = shallowRef<readonly SearchAccount[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let earliest = 0;
  let isReading = false;
  let isWanted = false;
  let gone = false;

  /** Changes with every step of a search, and when it begins or ends. */
  const state = computed(() => {
    const { run, live } = summary();
    return `${run.id} ${run.state} ${live?.stage ?? ''}`;
  });

  async function read(): Promise<void> {
    [timer, isWanted, isReading] = [undefined, false, true];
    const { id } = summary().run;
    const next = await call(() => useClient().runs.searches({ id }));
    isReading = false;
    earliest = performance.now() + PAUSE_MS;
    if (gone) return;
    if (next !== undefined && id === summary().run.id) searches.value = asBefore(searches.value, next);
    plan();
  }

  function plan(): void {
    if (gone || isReading || !isWanted || timer !== undefined) return;
    timer = setTimeout(() => void read(), Math.max(0, earliest - performance.now()));
  }

  function want(): void {
    isWanted = true;
    plan();
  }

  watch(state, want, { immediate: true });
  // What was told during a cut, and a reading that failed for want of a connection, is made good.
  whenever(synced, want);
  onScopeDispose(() => {
    gone = true;
    clearTimeout(timer);
  });

  return { searches, error };
}

/** The same objects where nothing has changed: a chart that is being read stands still. */
function asBefore(
  before: readonly SearchAccount[] | undefined,
  next: readonly SearchAccount[],
): readonly SearchAccount[] {
  const same = next.map((search, index) => {
    const held = before?.[index];
    const isSame = held?.state === search.state && held.mixed.at(-1)?.at === search.mixed.at(-1)?.at;
    return isSame && held.askedAt === search.askedAt ? held : search;
  });
  return before?.length === same.length && same.every((one, index) => one === before[index]) ? before : same;
}

export const testing = { asBefore };

/** Students selected together (brushed on the front or in the parallel coordinates): one set for
 * each run of this window. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';

const NOTHING: ReadonlySet<string> = new Set();

export const useSelection = defineStore('selection', () => {
  const chosen = shallowRef<ReadonlyMap<string, ReadonlySet<string>>>(new Map());

  /** The same set as long as it is not changed. */
  const of = (runId: string): ReadonlySet<string> => chosen.value.get(runId) ?? NOTHING;

  function set(runId: string, ids: Iterable<string>): void {
    chosen.value = new Map(chosen.value).set(runId, new Set(ids));
  }

  function add(runId: string, ids: Iterable<string>): void {
    set(runId, [...of(runId), ...ids]);
  }

  function clear(runId: string): void {
    if (of(runId).size === 0) return;
    chosen.value = new Map([...chosen.value].filter(([id]) => id !== runId));
  }

  return { of, set, add, clear };
});

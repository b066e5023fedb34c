/** What the trainings of runs had cost by the time of each result, read when a chart is drawn over
 * it and again as results come. */
import { watchThrottled } from '@vueuse/core';
import { shallowRef, watch } from 'vue';
import type { CostsView } from '../../../bridge/schemas/records.ts';
import { useCall } from '../../api.ts';
import { useRecords } from '../../stores/records.ts';

/** The whole log of a run is read for it. */
const PAUSE_MS = 2000;

export function useCosts(ids: () => readonly string[]) {
  const records = useRecords();
  const { client, error, call } = useCall();
  const known = shallowRef<ReadonlyMap<string, { readonly results: number; readonly costs: CostsView }>>(new Map());
  const resultsOf = (id: string): number => records.runOf(id)?.trials.finished ?? 0;

  async function read(): Promise<void> {
    for (const id of ids()) {
      const results = resultsOf(id);
      if (known.value.get(id)?.results === results) continue;
      const costs = await call(() => client.runs.costs({ id }));
      if (costs) known.value = new Map(known.value).set(id, { results, costs });
    }
  }

  watch(() => ids().join(), read, { immediate: true });
  watchThrottled(() => ids().map(resultsOf).join(), read, { throttle: PAUSE_MS });
  return { error, costsOf: (id: string): CostsView | undefined => known.value.get(id)?.costs };
}

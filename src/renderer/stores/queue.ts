/** Runs that wait for the machine, as the host told last. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { QueueView } from '../../bridge/schemas/queue.ts';
import type { HostEvent } from '../../bridge/schemas/records.ts';
import { useClient } from '../api.ts';

type QueueChange = Extract<HostEvent, { type: 'queue.changed' }>;

export const useQueue = defineStore('queue', () => {
  const queue = shallowRef<QueueView>({ runs: [] });
  const places = computed(() => new Map(queue.value.runs.map(({ id }, index) => [id, index + 1])));

  /** The next one has place 1; undefined for a run that does not wait. */
  const placeOf = (id: string): number | undefined => places.value.get(id);
  const take = (view: QueueView): void => void (queue.value = view);

  async function readAgain(): Promise<void> {
    take(await useClient().queue.get());
  }

  function apply(changes: readonly QueueChange[]): void {
    const last = changes.at(-1);
    if (last) take(last.queue);
  }

  return { queue, placeOf, take, readAgain, apply };
});

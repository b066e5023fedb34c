/** Long work that is neither a search nor a replay: what is under way, and what ended until the
 * person has seen it. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { useClient } from '../api.ts';
import { isUnderWay, outlivesWindow } from '../../bridge/schemas/job.ts';
import type { JobView } from '../../bridge/schemas/job.ts';
import type { HostEvent } from '../../bridge/schemas/records.ts';

type JobChange = Extract<HostEvent, { type: 'job.changed' | 'job.removed' }>;

export const useJobs = defineStore('jobs', () => {
  const held = shallowRef<ReadonlyMap<string, JobView>>(new Map());
  /** Oldest first. */
  const jobs = computed(() => [...held.value.values()]);
  const underWay = computed(() => jobs.value.filter(isUnderWay));
  /** Of them, what would end with the program and with no window. */
  const outliving = computed(() => jobs.value.filter(outlivesWindow));
  const jobOf = (id: string): JobView | undefined => held.value.get(id);

  async function readAgain(): Promise<void> {
    held.value = new Map((await useClient().jobs.list()).map((job) => [job.id, job]));
  }

  function apply(changes: readonly JobChange[]): void {
    if (changes.length === 0) return;
    const next = new Map(held.value);
    for (const change of changes) {
      if (change.type === 'job.changed') next.set(change.job.id, change.job);
      else next.delete(change.id);
    }
    held.value = next;
  }

  /** One that this window has just asked for; an event of it may have come first, and says more. */
  function put(job: JobView): JobView {
    if (jobOf(job.id) === undefined) held.value = new Map(held.value).set(job.id, job);
    return job;
  }

  const stop = (id: string): Promise<void> => useClient().jobs.stop({ id });
  const dismiss = (id: string): Promise<void> => useClient().jobs.dismiss({ id });

  return { jobs, underWay, outliving, jobOf, readAgain, apply, put, stop, dismiss };
});

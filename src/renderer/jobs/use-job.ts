/** A job that this component began, followed in the store: it goes on where the component goes
 * away. */
import { computed, shallowRef } from 'vue';
import { isUnderWay as isGoing } from '../../bridge/schemas/job.ts';
import type { JobView } from '../../bridge/schemas/job.ts';
import { useJobs } from '../stores/jobs.ts';

export function useJob() {
  const jobs = useJobs();
  const id = shallowRef<string>();
  const job = computed(() => (id.value === undefined ? undefined : jobs.jobOf(id.value)));
  const isUnderWay = computed(() => job.value !== undefined && isGoing(job.value));

  function follow(begun: JobView): void {
    jobs.put(begun);
    id.value = begun.id;
  }

  async function stop(): Promise<void> {
    if (id.value !== undefined && isUnderWay.value) await jobs.stop(id.value);
  }

  /** Its end was seen here: it need not stand in the list, too. */
  function forget(): void {
    if (job.value !== undefined && !isUnderWay.value) jobs.dismiss(job.value.id).catch(() => undefined);
    id.value = undefined;
  }

  /** Its end, seen or not, is the list's to tell. */
  function release(): void {
    id.value = undefined;
  }

  return { job, isUnderWay, follow, stop, forget, release };
}

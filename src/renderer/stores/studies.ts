/** Studies of generators that the workspace keeps, and their samples as they are looked at. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { useClient } from '../api.ts';
import type { GeneratorStudyView } from '../../bridge/schemas/generator.ts';
import type { JobView } from '../../bridge/schemas/job.ts';
import { useJobs } from './jobs.ts';

export const useStudies = defineStore('studies', () => {
  const jobs = useJobs();
  const studies = shallowRef<readonly GeneratorStudyView[]>();
  /** Changes with each cell that is begun, and at an end: then there is more to read. */
  const progress = computed(() =>
    jobs.jobs
      .flatMap(({ kind, subject, stage, state }) => (kind === 'generators' ? [subject, stage, state] : []))
      .join(),
  );

  async function read(): Promise<void> {
    studies.value = await useClient().studies.list();
  }

  /** The last work on it: it may be under way, or have failed. */
  const jobOf = (study: string): JobView | undefined =>
    jobs.jobs.findLast(({ kind, subject }) => kind === 'generators' && subject === study);

  return { studies, progress, read, jobOf };
});

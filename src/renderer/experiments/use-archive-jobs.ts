/** Exports and imports of runs that this window began: an export's file is fetched when it is made,
 * an import's end is told. */
import { computed, reactive, shallowRef, watch } from 'vue';
import type { OfferedArchive } from '../../bridge/schemas/archive.ts';
import { isUnderWay } from '../../bridge/schemas/job.ts';
import type { JobView } from '../../bridge/schemas/job.ts';
import { useCall } from '../api.ts';
import { fetchArchive, sendArchive } from '../archives.ts';
import { useJob } from '../jobs/use-job.ts';

export function useArchiveJobs() {
  const { job, isUnderWay: isGoing, follow, stop, forget } = useJob();
  const { client, busy, error, call } = useCall();
  /** Of an upload, [0, 1]; undefined while none is sent. */
  const sent = shallowRef<number>();
  /** What came, what stayed out and why: it stays until it is put away, since it may be long. */
  const told = shallowRef<string>();
  const isBusy = computed(() => busy.value || isGoing.value);

  /** These runs; the whole workspace where none are named. */
  async function pack(runs?: readonly string[]): Promise<void> {
    told.value = undefined;
    const begun = await call(() => client.archives.pack(runs === undefined ? {} : { runs: [...runs] }));
    if (begun) follow(begun);
  }

  async function take(file: File | OfferedArchive): Promise<void> {
    told.value = undefined;
    const begun = await call(() =>
      file instanceof File
        ? sendArchive(file, (share) => (sent.value = share))
        : client.archives.unpack({ id: file.id, name: file.name }),
    );
    sent.value = undefined;
    if (begun) follow(begun);
  }

  watch(job, (now, before) => {
    if (now === undefined || isUnderWay(now) || (before !== undefined && !isUnderWay(before))) return;
    if (now.state === 'finished') void call(() => settle(now));
  });

  async function settle(done: JobView): Promise<void> {
    const words = done.kind === 'pack' ? await fetchArchive(done) : done.made;
    told.value = words === '' ? undefined : words;
    forget();
  }

  function close(): void {
    told.value = undefined;
    forget();
  }

  return reactive({ job, isBusy, sent, told, error, pack, take, stop, close });
}

export type ArchiveJobs = ReturnType<typeof useArchiveJobs>;

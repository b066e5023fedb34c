/** The subscription to the host's events: gathers changes, hands them on ten times a second, and
 * comes back after a cut. */
import { whenever } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { HostConnection } from '../../bridge/connect.ts';
import type { ConnectionState } from '../../bridge/connect-link.ts';
import type { HostEvent } from '../../bridge/schemas/records.ts';
import { useArrival } from './arrival.ts';
import { useCatalog } from './catalog.ts';
import { useJobs } from './jobs.ts';
import { useQueue } from './queue.ts';
import { useRecords } from './records.ts';
import { useReplays } from './replays.ts';

const FLUSH_MS = 100;
const RETRY_MS = [100, 500, 1000, 2000, 4000] as const;

type Change = Exclude<HostEvent, { type: 'synced' }>;

export const useLive = defineStore('live', () => {
  const link = shallowRef<ConnectionState>({ kind: 'reconnecting' });
  /** Everything that is held was read since the connection last stood. */
  const synced = ref(false);
  /** The person ended the program from this window: the cut that follows is no fault. */
  const closed = ref<'pause' | 'keep'>();
  const isLive = computed(() => link.value.kind === 'connected' && synced.value);

  let pending: Change[] = [];
  let reads = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Runs for as long as the window lives. */
  async function follow(connection: HostConnection): Promise<never> {
    link.value = connection.state();
    connection.onState((state) => {
      link.value = state;
      if (state.kind !== 'connected') synced.value = false;
    });
    for (let failures = 0; ; failures += 1) {
      try {
        for await (const event of await connection.client.events.watch()) {
          failures = 0;
          receive(event);
        }
      } catch {
        // Whatever cut the stream, the answer is the same: watch anew; the connection's own state
        // says what is wrong.
      }
      synced.value = false;
      await new Promise((done) => setTimeout(done, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]));
    }
  }

  function receive(event: HostEvent): void {
    if (event.type === 'synced') void resync();
    else {
      pending.push(event);
      timer ??= setTimeout(flush, FLUSH_MS);
    }
  }

  /** Events that arrive while everything is read again wait, so that an old read cannot undo
   * them. */
  async function resync(): Promise<void> {
    reads += 1;
    pending = [];
    try {
      await useRecords().readAgain();
      await useReplays().readAgain();
      await useJobs().readAgain();
      await useQueue().readAgain();
      await useArrival().readOffered();
      synced.value = true;
    } catch {
      // The read failed because the connection did: its return brings the next 'synced'.
    } finally {
      reads -= 1;
      flush();
    }
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (reads > 0) return;
    const changes = pending;
    pending = [];
    useReplays().apply(only(changes, 'replay.changed', 'replay.removed'));
    useQueue().apply(only(changes, 'queue.changed'));
    useJobs().apply(only(changes, 'job.changed', 'job.removed'));
    useRecords().apply(only(changes, 'run.changed', 'run.removed', 'trial.changed', 'epoch.appended'));
    // A read that fails says so to whoever asks for the catalog next.
    if (changes.some(({ type }) => type === 'library.changed'))
      useCatalog()
        .readAgain()
        .catch(() => undefined);
    // One that fails is made good by the reading after the cut.
    if (changes.some(({ type }) => type === 'archive.offered'))
      useArrival()
        .readOffered()
        .catch(() => undefined);
  }

  return { link, synced, closed, isLive, follow, receive, flush };
});

/** Those of these types, in their order. */
const only = <T extends Change['type']>(changes: readonly Change[], ...types: readonly T[]) =>
  changes.filter((change): change is Extract<Change, { type: T }> => types.some((type) => type === change.type));

/** Does it now, if everything held is of this connection, and again after each cut. */
export function whenSynced(work: () => unknown): void {
  const live = useLive();
  whenever(() => live.synced, work, { immediate: true });
}

/** The replays of this workspace, and the games of those that are looked at; fed by reads and by
 * the event stream. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { useClient } from '../api.ts';
import type { GameResultView, ReplayInput, ReplaySummaryView, TableView } from '../../bridge/schemas/replay.ts';
import type { HostEvent } from '../../bridge/schemas/records.ts';

type ReplayChange = Extract<HostEvent, { type: 'replay.changed' | 'replay.removed' }>;

export const useReplays = defineStore('replays', () => {
  const summaries = shallowRef<ReadonlyMap<string, ReplaySummaryView>>(new Map());
  const results = shallowRef<ReadonlyMap<string, readonly GameResultView[]>>(new Map());
  const tables = shallowRef<readonly TableView[]>();
  const loaded = shallowRef(false);

  /** Newest first. */
  const replays = computed(() =>
    [...summaries.value.values()].sort((left, right) => right.createdAt.localeCompare(left.createdAt)),
  );
  const replayOf = (id: string): ReplaySummaryView | undefined => summaries.value.get(id);
  const resultsOf = (id: string): readonly GameResultView[] | undefined => results.value.get(id);

  async function readList(): Promise<void> {
    const rows = await useClient().replays.list();
    summaries.value = new Map(rows.map((row) => [row.id, row]));
    loaded.value = true;
  }

  async function readTables(): Promise<void> {
    tables.value ??= await useClient().replays.tables();
  }

  async function readResults(id: string): Promise<void> {
    const replay = await useClient().replays.get({ id });
    results.value = new Map(results.value).set(id, replay.results);
    put(replay.summary);
  }

  /** What is held, again: after a gap in the events nothing of it can be trusted. */
  async function readAgain(): Promise<void> {
    if (!loaded.value) return;
    await readList();
    results.value = new Map([...results.value].filter(([id]) => summaries.value.has(id)));
    for (const id of results.value.keys()) await readResults(id);
  }

  function put(summary: ReplaySummaryView): void {
    summaries.value = new Map(summaries.value).set(summary.id, summary);
  }

  function apply(changes: readonly ReplayChange[]): void {
    if (changes.length === 0) return;
    const next = new Map(summaries.value);
    for (const change of changes) {
      if (change.type === 'replay.changed') next.set(change.replay.id, change.replay);
      else next.delete(change.id);
    }
    summaries.value = next;
  }

  async function start(input: ReplayInput): Promise<ReplaySummaryView> {
    const summary = await useClient().replays.start(input);
    // An event of it may have come first: what it says is newer.
    if (replayOf(summary.id) === undefined) put(summary);
    return summary;
  }

  return { replays, tables, loaded, replayOf, resultsOf, readList, readTables, readResults, readAgain, apply, start };
});

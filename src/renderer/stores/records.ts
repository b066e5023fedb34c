/** The records of this window: runs, and the trials and curves of what is open; fed by reads and by
 * the event stream. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { useClient } from '../api.ts';
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import type { NoteMatch } from '../../core/records/run-list.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { Trial } from '../../core/records/trial.ts';
import type { RunChange } from './apply-event.ts';
import { useRunList } from './run-list.ts';
import { applyChanges, EMPTY_RECORDS, isStale, newerSummary } from './apply-event.ts';

/** Rows of the list read at once: some windows full, since each brings its configuration and its
 * history. */
const PAGE = 60;
/** And at most: a call for all of a long list would hold the host up. */
const MOST_RUNS = 200;
/** Trials read first, so that a table has its rows at once, and then at a time: no call holds the
 * host up for long. */
const FIRST_TRIALS = 200;
const MORE_TRIALS = 1000;
/** Curves asked for in one call. */
const CURVES = 50;

export const useRecords = defineStore('records', () => {
  const records = shallowRef(EMPTY_RECORDS);
  const list = useRunList();
  /** Runs on the host that the list's filters let through; not all of them need be here yet. */
  const total = ref(0);
  const listed = shallowRef<readonly string[]>([]);
  const loaded = ref(false);
  /** By run, where the list's search is said in notes. */
  const noteHits = shallowRef<ReadonlyMap<string, NoteMatch>>(new Map());

  /** In the list's order. */
  const runs = computed(() => listed.value.flatMap((id) => records.value.runs.get(id) ?? []));
  const active = computed(() => [...records.value.runs.values()].filter(({ run }) => run.state === 'running'));

  const sorted = new WeakMap<ReadonlyMap<string, Trial>, readonly Trial[]>();

  const runOf = (id: string): RunSummaryView | undefined => records.value.runs.get(id);
  const epochsOf = (trialId: string): readonly EpochPoint[] | undefined => records.value.epochs.get(trialId);

  /** By number, the same list as long as none of them changes; undefined until they were read. */
  function trialsOf(runId: string): readonly Trial[] | undefined {
    const trials = records.value.trials.get(runId);
    if (trials === undefined) return undefined;
    const known = sorted.get(trials) ?? [...trials.values()].sort((left, right) => left.number - right.number);
    sorted.set(trials, known);
    return known;
  }

  /** The list from its start, as far as it was read before; also the running runs' summaries. */
  async function readRuns(): Promise<void> {
    const asked = list.query;
    const wanted = Math.max(PAGE, listed.value.length);
    const rows: RunSummaryView[] = [];
    const hits: NoteMatch[] = [];
    for (let isLast = false; !isLast && rows.length < wanted;) {
      const limit = Math.min(MOST_RUNS, wanted - rows.length);
      const page = await useClient().runs.list({ ...asked, offset: rows.length, limit });
      if (asked !== list.query) return;
      total.value = page.total;
      rows.push(...page.rows);
      hits.push(...page.noteHits);
      isLast = page.rows.length < limit;
    }
    listed.value = [...new Set(rows.map(({ run }) => run.id))];
    noteHits.value = byRun(hits);
    putRuns(rows);
    loaded.value = true;
  }

  async function readMoreRuns(): Promise<void> {
    if (listed.value.length >= total.value) return;
    const asked = list.query;
    const offset = listed.value.length;
    const page = await useClient().runs.list({ ...asked, offset, limit: PAGE });
    if (asked !== list.query) return;
    total.value = page.total;
    listed.value = [...new Set([...listed.value, ...page.rows.map(({ run }) => run.id)])];
    noteHits.value = new Map([...noteHits.value, ...byRun(page.noteHits)]);
    putRuns(page.rows);
  }

  /** Throws `run.missing` for an id the host does not know. */
  async function readRun(id: string): Promise<void> {
    const client = useClient();
    const [summary, first] = await Promise.all([
      client.runs.get({ id }),
      client.runs.trials({ id, limit: FIRST_TRIALS }),
    ]);
    putRuns([summary]);
    putTrials(id, first);
    let page = first;
    for (let limit = FIRST_TRIALS; page.length === limit; limit = MORE_TRIALS) {
      // Not as many as are held: events may have brought later ones.
      const offset = (page.at(-1)?.number ?? -1) + 1;
      page = await client.runs.trials({ id, offset, limit: MORE_TRIALS });
      putTrials(id, page);
    }
  }

  /** Beside those held: what an event told since a page was read is newer than the page. */
  function putTrials(runId: string, page: readonly Trial[]): void {
    const byId = new Map(records.value.trials.get(runId));
    for (const trial of page) if (!isStale(byId.get(trial.id), trial)) byId.set(trial.id, trial);
    records.value = { ...records.value, trials: new Map(records.value.trials).set(runId, byId) };
  }

  /** Curves of trials, those that are not here yet. */
  async function readEpochs(ids: readonly string[]): Promise<void> {
    await readCurves(ids.filter((id) => !records.value.epochs.has(id)));
  }

  async function readCurves(ids: readonly string[]): Promise<void> {
    for (let start = 0; start < ids.length; start += CURVES) {
      const curves = await useClient().trials.epochs({ ids: ids.slice(start, start + CURVES) });
      putEpochs(curves.map(({ trialId, points }) => [trialId, points]));
    }
  }

  function putEpochs(curves: readonly (readonly [string, readonly EpochPoint[]])[]): void {
    const epochs = new Map(records.value.epochs);
    for (const [id, points] of curves) epochs.set(id, points);
    records.value = { ...records.value, epochs };
  }

  function putRuns(summaries: readonly RunSummaryView[]): void {
    const known = new Map(records.value.runs);
    for (const summary of summaries) known.set(summary.run.id, newerSummary(known.get(summary.run.id), summary));
    records.value = { ...records.value, runs: known };
  }

  /** Everything that is held, again: after a gap in the events nothing of it can be trusted. */
  async function readAgain(): Promise<void> {
    const openRuns = [...records.value.trials.keys()];
    await readRuns();
    // What was removed while nobody listened is in no answer: only what is listed or read again
    // stays.
    const isKept = new Set([...listed.value, ...openRuns]);
    const runs = new Map([...records.value.runs].filter(([id]) => isKept.has(id)));
    records.value = { ...records.value, runs };
    for (const id of openRuns) {
      await readRun(id).catch((error: unknown) => {
        // Removed while nobody listened: the others are read all the same. Whatever else failed
        // tells nothing of the run.
        if (!(error instanceof WorkbenchError && error.code === 'run.missing')) throw error;
        apply([{ type: 'run.removed', id }]);
      });
    }
    await readCurves([...records.value.epochs.keys()]);
  }

  function apply(changes: readonly RunChange[]): void {
    if (changes.length === 0) return;
    const before = records.value.runs;
    records.value = applyChanges(records.value, changes);
    for (const change of changes) {
      if (change.type === 'run.removed') unlist(change.id);
      if (change.type === 'run.changed') place(change.summary.run.id, before);
    }
  }

  /** Answers to a call that changed them; the events that tell of it may come sooner or later. */
  function takeChanged(summaries: readonly RunSummaryView[]): void {
    apply(summaries.map((summary) => ({ type: 'run.changed', summary })));
  }

  /** A run that appears, leaves for the trash or comes back while the list is open. */
  function place(id: string, before: ReadonlyMap<string, RunSummaryView>): void {
    const [held, now] = [before.get(id), records.value.runs.get(id)];
    if (now === undefined || now.trashedAt !== undefined) return unlist(id);
    const isBack = held?.trashedAt !== undefined;
    if (!list.isPlain) {
      const hasMoved = held === undefined || isBack || held.run.state !== now.run.state;
      // Where it belongs only the host can tell; a lost connection reads everything again.
      if (hasMoved) readRuns().catch(() => undefined);
      return;
    }
    const isNew = held === undefined || isBack || now.run.createdAt > startedAt(listed.value[0] ?? '');
    if (!isNew || listed.value.includes(id)) return;
    // Not below the part of the list that is here.
    const at = listed.value.findIndex((other) => startedAt(other) < now.run.createdAt);
    listed.value = listed.value.toSpliced(at < 0 ? listed.value.length : at, 0, id);
    total.value += 1;
  }

  const startedAt = (id: string): string => records.value.runs.get(id)?.run.createdAt ?? '';

  function unlist(id: string): void {
    if (!listed.value.includes(id)) return;
    listed.value = listed.value.filter((other) => other !== id);
    total.value -= 1;
  }

  return {
    ...{ records, runs, active, total, loaded, noteHits, runOf, trialsOf, epochsOf },
    ...{ readRuns, readMoreRuns, readRun, readEpochs, readAgain, putRuns, takeChanged, putEpochs, apply },
  };
});

const byRun = (hits: readonly NoteMatch[]): ReadonlyMap<string, NoteMatch> =>
  new Map(hits.map((hit) => [hit.runId, hit]));

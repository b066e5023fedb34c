/** Runs as windows see them, numbered so that of two views the later one is known. */
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { ReadableStore } from '../../store/store.ts';
import type { RunSummary } from '../../core/records/summary.ts';
import type { LiveEvents } from '../live-events.ts';
import type { LiveProgress } from './live-progress.ts';

/** What the store does not know of a run. */
export interface Unstored {
  /** Of one that runs. */
  progressOf(id: string): LiveProgress | undefined;
  /** Why it waits, where the disk took no more writes. */
  unwrittenOf(id: string): string | undefined;
}

/** Revisions a session has for its views of runs: more than it can make, and few enough for exact
 * integers. */
const VIEWS_OF_A_SESSION = 2 ** 32;

export function createRunViews(
  store: Pick<ReadableStore, 'summary'> & { readonly fence: string },
  live: Pick<LiveEvents, 'publish'>,
  { progressOf, unwrittenOf }: Unstored,
) {
  let revision = sessionNumber(store.fence) * VIEWS_OF_A_SESSION;

  /** The store is read and the view is made in one go, so views rank as what they show. */
  function viewOf(summary: RunSummary): RunSummaryView {
    const { run } = summary;
    revision += 1;
    const progress = progressOf(run.id);
    if (progress !== undefined) return { ...summary, revision, live: progress.view() };
    // People see what is true.
    if (run.state !== 'running') return { ...summary, revision };
    return { ...summary, revision, run: { ...run, state: 'paused', reason: unwrittenOf(run.id) ?? run.reason } };
  }

  return {
    viewOf,
    /** Throws `run.missing`. */
    get: (id: string) => {
      const summary = store.summary(id);
      if (summary === undefined) throw noRun(id);
      return viewOf(summary);
    },
    /** Tells everybody how the run stands now. */
    announce: (id: string) => {
      const summary = store.summary(id);
      if (summary !== undefined) live.publish({ type: 'run.changed', summary: viewOf(summary) });
    },
  };
}

export function noRun(id: string): WorkbenchError {
  return new WorkbenchError('run.missing', `There is no run "${id}" in this workspace; \`trade runs\` lists them.`);
}

/** A fence begins with the number of its session. */
function sessionNumber(fence: string): number {
  return Number.parseInt(fence.slice(1), 10);
}

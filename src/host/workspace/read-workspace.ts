/** A workspace for reading, told as it is: what a dead session left as running is interrupted. */
import type { Run } from '../../core/records/run.ts';
import type { Trial } from '../../core/records/trial.ts';
import { isLocked } from '../../store/lock.ts';
import type { ReadableStore } from '../../store/store.ts';
import type { RunSummary } from '../../core/records/summary.ts';
import { openReadable } from '../../store/workspace.ts';
import type { ReadableWorkspace } from '../../store/workspace.ts';

/** The next session to open it for writing marks the same; a reader may not. */
export function readWorkspace(directory: string): ReadableWorkspace {
  const workspace = openReadable(directory);
  const { store } = workspace;
  const { total } = store.runs({ limit: 1 });
  const isAtWork = store.runs({ limit: total }).rows.some(({ run }) => run.state === 'running');
  return isAtWork && !isLocked(workspace.directory) ? { ...workspace, store: asInterrupted(store) } : workspace;
}

function asInterrupted(store: ReadableStore): ReadableStore {
  const mendSummary = (summary: RunSummary): RunSummary => {
    const { running, interrupted } = summary.trials;
    const trials = { ...summary.trials, running: 0, interrupted: interrupted + running };
    return { ...summary, run: mendRun(summary.run), trials };
  };
  return {
    ...store,
    run: (id) => mendIf(store.run(id), mendRun),
    summary: (id) => mendIf(store.summary(id), mendSummary),
    runs: (query) => {
      const { rows, total } = store.runs(query);
      return { rows: rows.map(mendSummary), total };
    },
    trials: (runId, query) => store.trials(runId, query).map(mendTrial),
    trial: (id) => mendIf(store.trial(id), mendTrial),
  };
}

function mendIf<T>(record: T | undefined, mend: (record: T) => T): T | undefined {
  return record === undefined ? undefined : mend(record);
}

const mendRun = (run: Run): Run => (run.state === 'running' ? { ...run, state: 'interrupted' } : run);
const mendTrial = (trial: Trial): Trial => (trial.state === 'running' ? { ...trial, state: 'interrupted' } : trial);

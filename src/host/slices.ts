/** Long reads in slices: in between, whoever else waits for this process is served. */
import type { RunEvent } from '../core/records/events.ts';
import type { Trial } from '../core/records/trial.ts';
import type { ReadableStore, RunFilter, TrialFilter } from '../store/store.ts';
import type { RunSummary } from '../core/records/summary.ts';

/** Rows of one slice: some milliseconds on a slow machine. */
const TRIALS = 250;
const EVENTS = 500;
const RUNS = 25;

export const yieldToEvents = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** In the order of their numbers. */
export async function readTrials(
  store: Pick<ReadableStore, 'trials'>,
  runId: string,
  filter: TrialFilter = {},
): Promise<readonly Trial[]> {
  const all: Trial[] = [];
  for (;;) {
    const offset = (all.at(-1)?.number ?? -1) + 1;
    const slice = store.trials(runId, { ...filter, offset, limit: TRIALS });
    all.push(...slice);
    if (slice.length < TRIALS) return all;
    await yieldToEvents();
  }
}

/** Newest first. */
export async function readRuns(
  store: Pick<ReadableStore, 'runs'>,
  filter: RunFilter = {},
): Promise<readonly RunSummary[]> {
  const all: RunSummary[] = [];
  // From the oldest on, so that runs that are started meanwhile shift nothing.
  const order = { by: 'started', descending: false } as const;
  for (;;) {
    const { rows } = store.runs({ ...filter, order, offset: all.length, limit: RUNS });
    all.push(...rows);
    if (rows.length < RUNS) return all.reverse();
    await yieldToEvents();
  }
}

/** Events of a run's log from a place on, some at a time; none at its end. */
export type LogReader = (from: number) => readonly RunEvent[];

export function logReader(store: Pick<ReadableStore, 'events'>, runId: string): LogReader {
  return (offset) => store.events(runId, { offset, limit: EVENTS }).map(({ event }) => event);
}

export async function readLog(read: LogReader, hear: (events: readonly RunEvent[]) => unknown): Promise<void> {
  let from = 0;
  for (let slice = read(from); slice.length > 0; slice = read(from)) {
    from += slice.length;
    await hear(slice);
    await yieldToEvents();
  }
}

/** How an event of the host changes what a window holds: pure, so that order, repeats and gaps can
 * be tested. */
import type { HostEvent, RunSummaryView } from '../../bridge/schemas/records.ts';
import { endOf } from '../../core/records/trial.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { Trial } from '../../core/records/trial.ts';

export interface WorkbenchRecords {
  readonly runs: ReadonlyMap<string, RunSummaryView>;
  /** By run, for the runs whose trials were read; inside by trial id. */
  readonly trials: ReadonlyMap<string, ReadonlyMap<string, Trial>>;
  /** By trial, for the curves that were read. */
  readonly epochs: ReadonlyMap<string, readonly EpochPoint[]>;
}

export const EMPTY_RECORDS: WorkbenchRecords = { runs: new Map(), trials: new Map(), epochs: new Map() };

/** Of runs; what else there is has stores of its own. */
export type RunChange = Extract<
  HostEvent,
  { type: 'run.changed' | 'run.removed' | 'trial.changed' | 'epoch.appended' }
>;

/** Many changes at once: each map is copied once, however many events came in a tenth of a
 * second. */
export function applyChanges(records: WorkbenchRecords, changes: readonly RunChange[]): WorkbenchRecords {
  const runs = new Map(records.runs);
  const trials = new Map(records.trials);
  const epochs = new Map(records.epochs);
  const copied = new Map<string, Map<string, Trial>>();
  for (const change of changes) {
    switch (change.type) {
      case 'run.changed':
        runs.set(change.summary.run.id, newerSummary(runs.get(change.summary.run.id), change.summary));
        break;
      case 'run.removed':
        for (const id of trials.get(change.id)?.keys() ?? []) epochs.delete(id);
        runs.delete(change.id);
        trials.delete(change.id);
        copied.delete(change.id);
        break;
      case 'trial.changed': {
        const { runId, id } = change.trial;
        const known = trials.get(runId);
        if (known === undefined || isStale(known.get(id), change.trial)) break;
        const copy = copied.get(runId) ?? new Map(known);
        copied.set(runId, copy.set(id, change.trial));
        trials.set(runId, copy);
        break;
      }
      case 'epoch.appended': {
        const points = epochs.get(change.trialId);
        if (points !== undefined) epochs.set(change.trialId, withPoint(points, change.point));
        break;
      }
    }
  }
  return { runs, trials, epochs };
}

/**
 * What is newer of two summaries of a run: an answer to a call and the event stream may overtake
 * each other. With the same objects for what has not changed (a run's configuration never does):
 * whoever draws from them alone need not draw again, and a chart that is being read stands still.
 */
export function newerSummary(held: RunSummaryView | undefined, incoming: RunSummaryView): RunSummaryView {
  if (held === undefined) return incoming;
  if (incoming.revision < held.revision) return held;
  const [before, after] = [held.score.history, incoming.score.history];
  const isSame = before.length === after.length && before.every((value, index) => Object.is(value, after[index]));
  return {
    ...incoming,
    run: { ...incoming.run, config: held.run.config },
    score: isSame ? { ...incoming.score, history: before } : incoming.score,
  };
}

/**
 * A snapshot that was taken before the one we hold: a read and the event stream may overtake each
 * other. What has ended stays ended unless it was taken up again (one more attempt), and epochs of
 * one attempt only go up.
 */
export function isStale(held: Trial | undefined, incoming: Trial): boolean {
  if (held === undefined || incoming.attempts > held.attempts) return false;
  if (incoming.attempts < held.attempts) return true;
  if (endOf(held) !== undefined && endOf(incoming) === undefined) return true;
  return endOf(incoming) === undefined && incoming.epochsDone < held.epochsDone;
}

/** Sorted by epoch; an epoch that is trained again after an interruption replaces its point. */
function withPoint(points: readonly EpochPoint[], point: EpochPoint): readonly EpochPoint[] {
  const others = points.filter(({ epoch }) => epoch !== point.epoch);
  return [...others, point].sort((left, right) => left.epoch - right.epoch);
}

export const testing = { withPoint };

/** Follows one run from its start to its end or pause, over the same events that a window
 * watches. */
import type { HostEvent, RunSummaryView } from '../../bridge/schemas/records.ts';
import { endOf } from '../../core/records/trial.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { Trial } from '../../core/records/trial.ts';
import type { HostClient } from '../host.ts';

/** Each trial is told once as begun and once as ended in this session; nothing is told of what
 * ended before it. */
export type RunNews =
  | { readonly type: 'run.started'; readonly summary: RunSummaryView }
  | { readonly type: 'run.progress'; readonly summary: RunSummaryView }
  | { readonly type: 'trial.started'; readonly trial: Trial }
  | { readonly type: 'epoch.finished'; readonly trialId: string; readonly point: EpochPoint }
  | { readonly type: 'trial.ended'; readonly trial: Trial };

export interface RunEnd {
  readonly summary: Omit<RunSummaryView, 'revision'>;
  readonly trials: readonly Trial[];
}

/**
 * `start` begins or resumes the run; it is called when nothing that follows can be missed.
 * `before`: the run's trials until then. Undefined when the run was discarded, or the host closed,
 * on the way.
 */
export async function followRun(
  client: HostClient,
  start: () => Promise<RunSummaryView>,
  before: readonly Trial[],
  tell: (news: RunNews) => void,
): Promise<RunEnd | undefined> {
  const ended = new Set(before.filter((trial) => endOf(trial) !== undefined).map(({ id }) => id));
  const begun = new Set<string>();
  let runId: string | undefined;

  const notice = (trial: Trial): void => {
    if (ended.has(trial.id)) return;
    const isEnd = endOf(trial) !== undefined;
    // Coalesced events may skip the beginning of a short trial; who reads us gets it all the same.
    if ((trial.state === 'running' || isEnd) && !begun.has(trial.id)) {
      begun.add(trial.id);
      tell({ type: 'trial.started', trial });
    }
    if (!isEnd) return;
    ended.add(trial.id);
    tell({ type: 'trial.ended', trial });
  };

  const readAgain = async (id: string): Promise<RunEnd> => {
    const [summary, trials] = await Promise.all([client.runs.get({ id }), client.runs.trials({ id })]);
    for (const trial of trials) notice(trial);
    return { summary, trials };
  };

  /** True when the run has left the machine. */
  const hear = async (event: HostEvent, id: string): Promise<boolean> => {
    switch (event.type) {
      case 'synced':
        return (await readAgain(id)).summary.run.state !== 'running';
      case 'trial.changed':
        if (event.trial.runId === id) notice(event.trial);
        return false;
      case 'epoch.appended':
        if (event.runId === id) tell({ type: 'epoch.finished', trialId: event.trialId, point: event.point });
        return false;
      case 'run.changed':
        if (event.summary.run.id !== id) return false;
        tell({ type: 'run.progress', summary: event.summary });
        return event.summary.run.state !== 'running';
      default:
        return false;
    }
  };

  for await (const event of await client.events.watch()) {
    if (runId === undefined) {
      const summary = await start();
      runId = summary.run.id;
      tell({ type: 'run.started', summary });
      // One that is looked at late may have left the machine already: no event would tell it.
      if (summary.run.state !== 'running') return readAgain(runId);
    } else if (event.type === 'run.removed' && event.id === runId) {
      return undefined;
    } else if (await hear(event, runId)) {
      return readAgain(runId);
    }
  }
  return undefined;
}

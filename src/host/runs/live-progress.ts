/** What a run is doing now, in words, and how long it will take, from times measured on this
 * machine. */
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import type { Trial } from '../../core/records/trial.ts';

export type LiveView = NonNullable<RunSummaryView['live']>;

export interface LiveProgress {
  /** A stage of the whole run ("Choosing the next student"), shown while no trial trains. */
  stage(words: string): void;
  trialStarted(trial: Trial): void;
  /** `words` for people; `share` in [0, 1] of the trial, where it is known. */
  trialStage(trial: Trial, words: string, share: number | undefined): void;
  /** For good (`ended`), or until it goes on. `seconds`: training time, where this attempt was a
   * whole trial. */
  trialLeft(trial: Trial, outcome: { readonly ended: boolean; readonly seconds?: number }): void;
  view(): LiveView;
}

interface InFlight {
  readonly trial: Trial;
  readonly startedMs: number;
  readonly shareAtStart: number;
  words: string;
  share: number;
}

export interface ProgressPlan {
  readonly total: number;
  readonly slots: number;
  /** Trials that ended earlier, and the seconds that whole ones took. */
  readonly done: number;
  readonly measured: readonly number[];
  /** Milliseconds from a monotonic clock. */
  readonly now: () => number;
}

export function createLiveProgress(plan: ProgressPlan): LiveProgress {
  const { total, slots, now } = plan;
  const measured = [...plan.measured];
  const inFlight = new Map<string, InFlight>();
  let done = plan.done;
  let runStage = 'Starting';

  function secondsATrial(): number | undefined {
    if (measured.length > 0) return measured.reduce((sum, seconds) => sum + seconds, 0) / measured.length;
    for (const { startedMs, share, shareAtStart } of inFlight.values()) {
      const gained = share - shareAtStart;
      if (gained > 0.1) return (now() - startedMs) / 1000 / gained;
    }
    return undefined;
  }

  function view(): LiveView {
    const flying = [...inFlight.values()];
    const reached = Math.min(total, done + flying.reduce((sum, { share }) => sum + share, 0));
    const each = secondsATrial();
    const newest = flying.at(-1);
    return {
      stage: newest === undefined ? runStage : stageOf(newest),
      done: reached,
      total,
      ...(each !== undefined && {
        secondsLeft: (each * (total - reached)) / Math.min(slots, Math.max(1, total - reached)),
      }),
    };
  }

  function stageOf({ trial, words }: InFlight): string {
    return `Student ${trial.number + 1} of ${total}: ${words}`;
  }

  return {
    stage: (words) => {
      runStage = words;
    },
    trialStarted: (trial) => {
      const share = trial.epochs > 0 ? trial.epochsDone / trial.epochs : 0;
      inFlight.set(trial.id, { trial, startedMs: now(), shareAtStart: share, words: 'getting ready', share });
    },
    trialStage: (trial, words, share) => {
      const flying = inFlight.get(trial.id);
      if (flying === undefined) return;
      flying.words = words;
      if (share !== undefined) flying.share = Math.min(1, Math.max(flying.share, share));
    },
    trialLeft: (trial, { ended, seconds }) => {
      inFlight.delete(trial.id);
      if (ended) done += 1;
      if (seconds !== undefined) measured.push(seconds);
    },
    view,
  };
}

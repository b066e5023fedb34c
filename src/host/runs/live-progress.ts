/** What a run is doing now, in words, and how long it will take, from times measured on this
 * machine. */
import type { RunSummaryView } from '../../bridge/schemas/records.ts';
import type { Spending } from '../../core/budget.ts';
import type { SearchConfig } from '../../core/records/run.ts';
import { scheduleLength } from '../../core/records/trial.ts';
import type { Trial } from '../../core/records/trial.ts';
import { stageLeft } from '../stage-left.ts';
import { durationText } from '../terminal/text-table.ts';

export type LiveView = NonNullable<RunSummaryView['live']>;

export interface LiveProgress {
  /** A stage of the whole run ("Choosing the next student"), shown while no trial trains. */
  stage(words: string): void;
  trialStarted(trial: Trial): void;
  /** `words` for people; `share` in [0, 1] of its schedule, and `part` of the stage itself, where
   * they are known. */
  trialStage(trial: Trial, words: string, share: number | undefined, part?: number): void;
  /** For good (`ended`), or until it goes on, after `seconds` of training; `isWhole` where they
   * were a whole trial's. */
  trialLeft(
    trial: Trial,
    outcome: { readonly ended: boolean; readonly isWhole: boolean; readonly seconds: number },
  ): void;
  /** `done` and `total` in what the budget counts. */
  view(): LiveView;
}

interface InFlight {
  readonly trial: Trial;
  readonly startedMs: number;
  readonly shareAtStart: number;
  share: number;
  stage: Stage;
}

interface Stage {
  readonly words: string;
  /** When it was first heard of, and how far it was then. */
  readonly sinceMs: number;
  readonly partThen: number;
  /** In [0, 1]; undefined where nobody knows how long it is. */
  readonly part: number | undefined;
}

/** A stage of less is over before it is read. */
const TELLING_SECONDS = 2;

/** `computing the teacher's soft targets, 45 %, 40 s left` */
function stageWords({ words, sinceMs, partThen, part }: Stage, nowMs: number): string {
  if (part === undefined || part >= 1) return words;
  const left = stageLeft({ done: part, total: 1 }, part - partThen, nowMs - sinceMs);
  const isLong = left !== undefined && left >= TELLING_SECONDS;
  return `${words}, ${Math.floor(part * 100)} %${isLong ? `, ${durationText(left)} left` : ''}`;
}

export interface ProgressPlan {
  readonly config: Pick<SearchConfig, 'budget' | 'recipe' | 'slots'>;
  readonly spending: Pick<Spending, 'done' | 'openOf'>;
  /** Trials that ended earlier, and the seconds that whole ones took. */
  readonly done: number;
  readonly measured: readonly number[];
  /** That all earlier trainings took, legs and attempts too. */
  readonly seconds: number;
  /** Milliseconds from a monotonic clock. */
  readonly now: () => number;
}

/** What is counted, whichever it is. */
interface Count {
  readonly total: number;
  /** What has come to its end. */
  done(): number;
  /** Of one that trains: what it has added, and what of that it had when this attempt began. */
  gained(flying: InFlight): { readonly by: number; readonly before: number };
  left(outcome: { readonly ended: boolean; readonly isWhole: boolean; readonly seconds: number }): void;
  /** Mean seconds of one; `undefined` before any is measured. */
  secondsEach(): number | undefined;
  /** Trainings that so many are. */
  trainings(count: number): number;
}

function countTrainings({ trials: total }: { readonly trials: number }, plan: ProgressPlan): Count {
  const measured = [...plan.measured];
  let { done } = plan;
  return {
    total,
    done: () => done,
    gained: ({ share, shareAtStart }) => ({ by: share, before: shareAtStart }),
    left: ({ ended, isWhole, seconds }) => {
      if (ended) done += 1;
      if (isWhole) measured.push(seconds);
    },
    secondsEach: () =>
      measured.length > 0 ? measured.reduce((sum, seconds) => sum + seconds, 0) / measured.length : undefined,
    trainings: (count) => count,
  };
}

/** What is charged to the budget, and all the seconds that it took. */
function countEpochs(
  { epochs: total }: { readonly epochs: number },
  { spending, config: { recipe }, ...plan }: ProgressPlan,
): Count {
  let { seconds } = plan;
  return {
    total,
    done: spending.done,
    gained: ({ trial, share, shareAtStart }) => {
      const { from, until } = spending.openOf(trial.number) ?? { from: 0, until: 0 };
      const by = (part: number): number => Math.min(until, Math.max(from, part * scheduleLength(trial))) - from;
      return { by: by(share), before: by(shareAtStart) };
    },
    left: (outcome) => {
      seconds += outcome.seconds;
    },
    secondsEach: () => (spending.done() > 0 && seconds > 0 ? seconds / spending.done() : undefined),
    trainings: (count) => count / recipe.epochs,
  };
}

export function createLiveProgress(plan: ProgressPlan): LiveProgress {
  const { now } = plan;
  const { budget, slots } = plan.config;
  const count = 'trials' in budget ? countTrainings(budget, plan) : countEpochs(budget, plan);
  const inFlight = new Map<string, InFlight>();
  let runStage = 'Starting';

  function secondsEach(): number | undefined {
    const each = count.secondsEach();
    if (each !== undefined) return each;
    for (const flying of inFlight.values()) {
      const { by, before } = count.gained(flying);
      if (count.trainings(by - before) > 0.1) return (now() - flying.startedMs) / 1000 / (by - before);
    }
    return undefined;
  }

  function view(): LiveView {
    const flying = [...inFlight.values()];
    const { total } = count;
    const reached = Math.min(
      total,
      flying.reduce((sum, one) => sum + count.gained(one).by, count.done()),
    );
    const each = secondsEach();
    const newest = flying.at(-1);
    return {
      stage: newest === undefined ? runStage : stageOf(newest),
      done: reached,
      total,
      ...(each !== undefined && {
        secondsLeft: (each * (total - reached)) / Math.min(slots, Math.max(1, count.trainings(total - reached))),
      }),
    };
  }

  /** Of a budget in epochs nobody knows how many students it will be. */
  function stageOf({ trial, stage }: InFlight): string {
    const of = 'trials' in budget ? ` of ${budget.trials}` : '';
    return `Student ${trial.number + 1}${of}: ${stageWords(stage, now())}`;
  }

  return {
    stage: (words) => {
      runStage = words;
    },
    trialStarted: (trial) => {
      const length = scheduleLength(trial);
      const share = length > 0 ? trial.epochsDone / length : 0;
      const startedMs = now();
      const stage = { words: 'getting ready', sinceMs: startedMs, partThen: 0, part: undefined };
      inFlight.set(trial.id, { trial, startedMs, shareAtStart: share, share, stage });
    },
    trialStage: (trial, words, share, part) => {
      const flying = inFlight.get(trial.id);
      if (flying === undefined) return;
      const isSame = flying.stage.words === words;
      const began = isSame ? flying.stage : { sinceMs: now(), partThen: part ?? 0 };
      flying.stage = { words, sinceMs: began.sinceMs, partThen: began.partThen, part };
      if (share !== undefined) flying.share = Math.min(1, Math.max(flying.share, share));
    },
    trialLeft: (trial, outcome) => {
      inFlight.delete(trial.id);
      count.left(outcome);
    },
    view,
  };
}

/**
 * Long work that people wait for, as a list that every window follows: it goes on when its window
 * goes away, tells how far it is, and can be stopped from anywhere. Searches and replays have lists
 * of their own.
 */
import { toWorkbenchError } from '../../bridge/errors.ts';
import { isUnderWay } from '../../bridge/schemas/job.ts';
import type { JobKind, JobView } from '../../bridge/schemas/job.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import type { LiveEvents } from '../live-events.ts';
import type { Log } from '../log.ts';
import { stageLeft } from '../stage-left.ts';

export interface JobProgress {
  readonly stage: string;
  readonly done: number;
  /** 0 where it cannot be counted. */
  readonly total: number;
}

/** What the work tells on its way; `points` in place of those before. */
export interface JobNews extends JobProgress {
  readonly points?: readonly EpochPoint[];
}

export type TellJob = (news: Partial<JobNews>) => void;

/** `signal` asks for its end; what was stopped gives `undefined` or throws. */
export type JobWork<T> = (tell: TellJob, signal: AbortSignal) => Promise<T>;

export interface JobFacts {
  readonly kind: JobKind;
  readonly subject: string;
}

/** Runs work that somebody waits for. Rejects with `run.state` where it was stopped. */
export type Track = <T>(facts: JobFacts, work: JobWork<T>) => Promise<T>;

export interface JobList {
  /** Oldest first: what is under way, and what ended without anybody waiting for it until it is
   * dismissed. */
  list(): readonly JobView[];
  /** Work of its own, whose end stays in the list; gives what it made, or `undefined` where it was
   * stopped. */
  start(facts: JobFacts, work: JobWork<string | undefined>): JobView;
  readonly track: Track;
  /** Asks for its end and waits for it. Throws `run.state` for one that is not under way. */
  stop(id: string): Promise<void>;
  /** Takes one that has ended off the list. */
  dismiss(id: string): void;
  /** Stops everything, and begins nothing any more. */
  close(): Promise<void>;
}

export interface JobListParts {
  readonly live: Pick<LiveEvents, 'publish'>;
  readonly log: Log;
  readonly now: () => Date;
  /** Milliseconds from any fixed origin. */
  readonly clock: () => number;
}

interface Entry {
  view: JobView;
  readonly stopping: AbortController;
  /** Where the stage stood when it was first told of: one that goes on from an earlier session
   * starts half-way. */
  stage: { readonly startMs: number; readonly done: number };
  /** Settles when the work is over, however it ended. */
  over: Promise<unknown>;
}

/** Ended ones that nobody dismissed; the oldest go first. */
const MOST_ENDED = 20;
const UNCOUNTED = { done: 0, total: 0 };

/** For the command line, which shows progress by its own means and ends with its work. */
export const untracked: Track = (_facts, work) => work(() => undefined, new AbortController().signal);

export function createJobList({ live, log, now, clock }: JobListParts): JobList {
  const entries = new Map<string, Entry>();
  let number = 0;
  let closing = false;

  function put(entry: Entry, view: JobView): void {
    entry.view = view;
    live.publish({ type: 'job.changed', job: view });
  }

  function remove(id: string): void {
    if (entries.delete(id)) live.publish({ type: 'job.removed', id });
  }

  function tell(entry: Entry, news: Partial<JobNews>): void {
    const { view } = entry;
    const isNew = news.stage !== undefined && news.stage !== view.stage;
    const { secondsLeft: _, ...next } = { ...view, ...(isNew && UNCOUNTED), ...news };
    if (isNew) entry.stage = { startMs: clock(), done: next.done };
    const left = stageLeft(next, next.done - entry.stage.done, clock() - entry.stage.startMs);
    put(entry, { ...next, ...(left !== undefined && { secondsLeft: left }) });
  }

  function open(facts: JobFacts): Entry {
    if (closing) throw new WorkbenchError('run.state', 'The workbench is closing: start it again.');
    number += 1;
    const view = firstView(`job-${number}`, facts, now());
    const stage = { startMs: clock(), done: 0 };
    const entry: Entry = { view, stopping: new AbortController(), stage, over: Promise.resolve() };
    entries.set(view.id, entry);
    put(entry, view);
    return entry;
  }

  function run<T>(entry: Entry, work: JobWork<T>): Promise<T> {
    const { signal } = entry.stopping;
    const done = (async () => work((news) => tell(entry, news), signal))();
    entry.over = done.catch(() => undefined);
    return done;
  }

  /** The end of one that nobody waits for. */
  async function settle(entry: Entry, done: Promise<string | undefined>): Promise<void> {
    const end = await done.then(endOf, (thrown: unknown) => faultOf(entry, thrown));
    const { secondsLeft: _, ...last } = entry.view;
    put(entry, { ...last, ...end });
    const ended = [...entries.values()].filter(({ view }) => !isUnderWay(view));
    for (const { view } of ended.slice(0, Math.max(0, ended.length - MOST_ENDED))) remove(view.id);
  }

  function faultOf({ view, stopping }: Entry, thrown: unknown): Pick<JobView, 'state' | 'fault'> {
    if (stopping.signal.aborted) return { state: 'stopped' };
    const { code, message, place } = toWorkbenchError(thrown);
    log.error({ job: view.kind, subject: view.subject, error: String(thrown) }, 'job failed');
    return { state: 'failed', fault: { code, message, ...(place.field !== undefined && { field: place.field }) } };
  }

  return {
    list: () => [...entries.values()].map(({ view }) => view),
    start: (facts, work) => {
      const entry = open(facts);
      entry.over = settle(entry, run(entry, work));
      return entry.view;
    },
    track: async (facts, work) => {
      const entry = open(facts);
      try {
        const answer = await run(entry, work);
        if (!entry.stopping.signal.aborted) return answer;
      } catch (error) {
        if (!entry.stopping.signal.aborted) throw error;
      } finally {
        remove(entry.view.id);
      }
      throw new WorkbenchError('run.state', closing ? 'The workbench is closing: start it again.' : 'It was stopped.');
    },
    stop: async (id) => {
      const entry = entries.get(id);
      if (entry === undefined || !isUnderWay(entry.view)) {
        throw new WorkbenchError('run.state', 'This work has ended already.');
      }
      if (entry.view.state === 'running') put(entry, { ...entry.view, state: 'stopping' });
      entry.stopping.abort();
      await entry.over;
    },
    dismiss: (id) => {
      const entry = entries.get(id);
      if (entry !== undefined && isUnderWay(entry.view)) {
        throw new WorkbenchError('run.state', 'This work is under way: stop it first.');
      }
      remove(id);
    },
    close: async () => {
      closing = true;
      for (const { stopping } of entries.values()) stopping.abort();
      await Promise.all([...entries.values()].map(({ over }) => over));
    },
  };
}

function firstView(id: string, { kind, subject }: JobFacts, at: Date): JobView {
  return { id, kind, subject, state: 'running', stage: 'starting', ...UNCOUNTED, startedAt: at.toISOString() };
}

function endOf(made: string | undefined): Pick<JobView, 'state' | 'made'> {
  return made === undefined ? { state: 'stopped' } : { state: 'finished', made };
}

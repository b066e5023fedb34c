/**
 * Changes as they happen, for any number of windows: of each run and trial the latest state at most
 * ten times a second, of each curve every point. A subscriber that does not keep up loses its
 * backlog and is told to read everything again.
 */
import type { HostEvent } from '../bridge/schemas/records.ts';

export interface LiveEvents {
  publish(event: HostEvent): void;
  /** Begins with `synced`; ends when `signal` is aborted, the reader returns, or the host
   * closes. */
  subscribe(signal?: AbortSignal): AsyncIteratorObject<HostEvent, undefined, undefined>;
  close(): void;
}

export interface LiveEventsOptions {
  /** Shortest time between two events of one subject. */
  readonly intervalMs?: number;
  /** Events that wait for one subscriber. */
  readonly backlog?: number;
}

interface Subscriber {
  push(events: readonly HostEvent[]): void;
  end(): void;
}

export function createLiveEvents({ intervalMs = 100, backlog = 1000 }: LiveEventsOptions = {}): LiveEvents {
  const subscribers = new Set<Subscriber>();
  const latest = new Map<string, HostEvent>();
  let points: HostEvent[] = [];
  let overflown = false;
  let timer: NodeJS.Timeout | undefined;

  function publish(event: HostEvent): void {
    if (subscribers.size === 0) return;
    if (event.type !== 'epoch.appended') latest.set(subjectOf(event), event);
    else if (points.length < backlog) points.push(event);
    else overflown = true;
    timer ??= setTimeout(flush, intervalMs);
  }

  function flush(): void {
    timer = undefined;
    const events: readonly HostEvent[] = overflown ? [{ type: 'synced' }] : [...points, ...latest.values()];
    points = [];
    overflown = false;
    latest.clear();
    for (const subscriber of subscribers) subscriber.push(events);
  }

  function subscribe(signal?: AbortSignal): AsyncIteratorObject<HostEvent, undefined, undefined> {
    let queue: HostEvent[] = [{ type: 'synced' }];
    let ended = false;
    let waiting: ((result: IteratorResult<HostEvent, undefined>) => void) | undefined;
    const subscriber: Subscriber = {
      push(events) {
        if (queue.length + events.length > backlog) queue = [{ type: 'synced' }];
        else queue.push(...events);
        serve();
      },
      end() {
        ended = true;
        subscribers.delete(subscriber);
        signal?.removeEventListener('abort', subscriber.end);
        serve();
      },
    };

    function serve(): void {
      if (waiting === undefined) return;
      const event = queue.shift();
      if (event === undefined && !ended) return;
      const answer = waiting;
      waiting = undefined;
      answer(event === undefined ? { done: true, value: undefined } : { done: false, value: event });
    }

    const next = (): Promise<IteratorResult<HostEvent, undefined>> =>
      new Promise((resolve) => {
        waiting = resolve;
        serve();
      });

    const stop = async (): Promise<IteratorResult<HostEvent, undefined>> => {
      queue = [];
      subscriber.end();
      return { done: true, value: undefined };
    };

    if (signal?.aborted) ended = true;
    else subscribers.add(subscriber);
    signal?.addEventListener('abort', subscriber.end, { once: true });
    return {
      next,
      return: stop,
      [Symbol.asyncIterator]() {
        return this;
      },
      async [Symbol.asyncDispose]() {
        await stop();
      },
    };
  }

  function close(): void {
    clearTimeout(timer);
    flush();
    for (const subscriber of subscribers) subscriber.end();
  }

  return { publish, subscribe, close };
}

/** A later event of the same subject makes an earlier one worthless. */
function subjectOf(event: HostEvent): string {
  switch (event.type) {
    case 'synced':
      return 'all';
    case 'run.changed':
      return `run ${event.summary.run.id}`;
    case 'run.removed':
      return `run ${event.id}`;
    case 'queue.changed':
      return 'queue';
    case 'trial.changed':
      return `trial ${event.trial.id}`;
    case 'epoch.appended':
      return `curve ${event.trialId}`;
    case 'replay.changed':
      return `replay ${event.replay.id}`;
    case 'replay.removed':
      return `replay ${event.id}`;
    case 'job.changed':
      return `job ${event.job.id}`;
    case 'job.removed':
      return `job ${event.id}`;
    case 'library.changed':
      return 'library';
    case 'archive.offered':
      return 'offers';
  }
}

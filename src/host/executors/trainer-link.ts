/**
 * One trainer process and the job it has in hand. Its death, its silence and its refusals become
 * outcomes or typed errors; messages that bear another fence or another job are dropped.
 */
import { WorkbenchError } from '../../core/errors.ts';
import type { FromTrainer, ToTrainer } from '../../compute/protocol.ts';
import type { Kind } from '../../compute/tasks/tasks.ts';
import { killChild, startProcess } from '../processes/own-process.ts';
import type { Order, Reporter, TaskEnd } from './executor.ts';

export interface TrainerSettings {
  /** Absolute path of the trainer's entry, and of the Node that runs it. */
  readonly entry: string;
  readonly node: string;
  /** Added to the environment of the process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A trainer at work that says nothing for so long hangs, and is killed. */
  readonly silenceMs: number;
  /** How long a start, a stop between two steps, and an orderly end may take. */
  readonly startMs: number;
  readonly stopMs: number;
  /** How many times longer a start or a silence may take just now, for the machine is busy with
   * other work: 1 or more. */
  readonly crowding?: () => number;
  readonly fence: string;
  /** `temp`: the session's own. `cache`: for what other sessions can use too. */
  readonly folders: { readonly temp: string; readonly cache: string };
}

/** A trainer process as its link sees it, wherever it runs. */
export interface TrainerPeer {
  send(message: ToTrainer): void;
  onMessage(hear: (message: FromTrainer) => void): void;
  /** At once, whatever it is at. */
  kill(): void;
  /** As that of a process of ours. */
  readonly gone: Promise<string>;
  tail(): string;
}

/** What a link needs to know of its trainer. */
export type LinkSettings = Pick<TrainerSettings, 'silenceMs' | 'stopMs' | 'crowding' | 'fence' | 'folders'>;

export interface TrainerLink {
  /** As an executor's, one job at a time. Aborting `signal` asks for a stop between two steps, and
   * kills what does not obey. */
  run<K extends Kind>(order: Order<K>, report: Reporter<K>, signal?: AbortSignal): Promise<TaskEnd<K>>;
  /** Resolves when the job in hand has stopped computing until `release`, or is over; at once
   * without a job. */
  hold(): Promise<void>;
  release(): void;
  readonly alive: () => boolean;
  close(): Promise<void>;
}

/** Of a kind that only whoever ordered it knows. */
type AnyEnd = TaskEnd<Kind> | { readonly type: 'done'; readonly output: unknown };

interface Job {
  readonly id: string;
  readonly report: (news: unknown) => void | Promise<void>;
  readonly settle: (end: AnyEnd) => void;
  readonly fail: (error: unknown) => void;
  /** Something that it told could not be kept. */
  isLost: boolean;
}

/** Resolves when the process is ready. Throws `backend.missing` when it ends or stays silent before
 * that. */
export async function startTrainer(settings: TrainerSettings): Promise<TrainerLink> {
  const peer = processPeer(settings);
  const link = linkTo(peer, settings);
  await ready(peer, settings.startMs, settings.crowding);
  return link;
}

function processPeer({ entry, node, environment }: TrainerSettings): TrainerPeer {
  const { child, gone, tail } = startProcess(entry, node, environment);
  return {
    send: (message) => {
      if (child.connected) child.send(message, () => undefined); // a failed send is followed by `exit`
    },
    // Sound: the other end of this channel is our own trainer; fence and job are checked before
    // anything is believed.
    onMessage: (hear) => void child.on('message', (message) => hear(message as FromTrainer)),
    kill: () => killChild(child),
    ...{ gone, tail },
  };
}

/** Of a trainer that is ready, or is not asked anything before it is. */
export function linkTo(peer: TrainerPeer, settings: LinkSettings): TrainerLink {
  const { send, gone, tail } = peer;
  let job: Job | undefined;
  let alive = true;
  let still: (() => void) | undefined;
  /** What the trainer told last is being written down. */
  let news: Promise<void> = Promise.resolve();
  const { crowding = () => 1 } = settings;
  const watchdog = createWatchdog(settings.silenceMs, crowding, (silentMs) => {
    const seconds = Math.round(silentMs / 1000);
    condemn();
    const advice = 'Try again, when the machine has less to do.';
    finish({ type: 'crashed', message: `The trainer said nothing for ${seconds} s and was ended. ${advice}${tail()}` });
  });

  /** It counts as gone from now on, so that no job is given to a dying process. */
  function condemn(): void {
    alive = false;
    peer.kill();
  }

  function finish(end: AnyEnd): void {
    const done = job;
    job = undefined;
    watchdog.rest();
    still?.();
    void news.then(() => done?.settle(end));
  }

  void gone.then((how) => {
    alive = false;
    finish({ type: 'crashed', message: `The trainer process died: ${how}.${tail()}` });
  });

  peer.onMessage(receive);

  function receive(message: FromTrainer): void {
    if (message.type === 'ready' || message.fence !== settings.fence || message.jobId !== job?.id) return;
    watchdog.feed();
    if (message.type === 'alive') return;
    if (message.type === 'held') return still?.();
    if (message.type !== 'report') return finish(message);
    const [working, { report }] = [job, message];
    news = news.then(() => pass(working, report));
  }

  async function pass(working: Job, report: unknown): Promise<void> {
    if (working.isLost) return;
    try {
      await working.report(report);
    } catch (error) {
      // Its news cannot be kept (a full disk): the caller hears why, and the trainer's work is
      // worth nothing now.
      working.isLost = true;
      condemn();
      working.fail(error);
      finish({ type: 'crashed', message: 'The trainer was ended because its news could not be kept.' });
    }
  }

  function hold(): Promise<void> {
    const held = job;
    if (held === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      still = resolve;
      send({ type: 'pause', jobId: held.id });
    });
  }

  function release(): void {
    if (job === undefined) return;
    watchdog.feed();
    send({ type: 'resume', jobId: job.id });
  }

  function run<K extends Kind>(order: Order<K>, report: Reporter<K>, signal?: AbortSignal): Promise<TaskEnd<K>> {
    const { kind, jobId, input, temp = settings.folders.temp } = order;
    const { fence, folders } = settings;
    if (job !== undefined) throw new WorkbenchError('internal', 'This trainer is at work already.');
    if (!alive) return Promise.resolve({ type: 'crashed', message: `The trainer process is gone.${tail()}` });
    return new Promise((resolve, reject) => {
      let deadline: NodeJS.Timeout | undefined;
      const stop = (): void => {
        send({ type: 'stop', jobId });
        deadline = setTimeout(() => {
          condemn();
          finish({ type: 'stopped' });
        }, settings.stopMs);
      };
      const settle = (end: TaskEnd<K>): void => {
        clearTimeout(deadline);
        signal?.removeEventListener('abort', stop);
        resolve(end);
      };
      // Sound: what comes from the trainer is typed by the same `Tasks` as what is asked of it.
      job = { id: jobId, report, settle, fail: reject, isLost: false } as Job;
      watchdog.feed();
      send({ type: 'order', kind, jobId, fence, folders: { ...folders, temp }, input });
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }

  async function close(): Promise<void> {
    send({ type: 'shutdown' });
    const timer = setTimeout(() => peer.kill(), settings.stopMs);
    await gone;
    clearTimeout(timer);
  }

  return { run, hold, release, alive: () => alive, close };
}

/** A task in a process of its own, which is started for it and ended after it. */
export async function runOnce<K extends Kind>(
  settings: TrainerSettings,
  order: Order<K>,
  report: Reporter<K>,
  signal: AbortSignal,
): Promise<TaskEnd<K>> {
  const link = await startTrainer(settings);
  try {
    return await link.run(order, report, signal);
  } finally {
    await link.close();
  }
}

function ready(
  { onMessage, kill, gone, tail }: TrainerPeer,
  withinMs: number,
  crowding: () => number = () => 1,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const watchdog = createWatchdog(withinMs, crowding, (waitedMs) => {
      kill();
      refuse(`it was not ready after ${Math.round(waitedMs / 1000)} s`);
    });
    watchdog.feed();
    const refuse = (why: string): void => {
      watchdog.rest();
      reject(new WorkbenchError('backend.missing', `No trainer can be started here: ${why}.${tail()}`));
    };
    onMessage((message) => {
      if (message.type !== 'ready') return;
      watchdog.rest();
      resolve();
    });
    void gone.then(refuse);
  });
}

/** Looks when the time is up whether the machine is crowded, and bites when even that is no reason
 * for such a silence. */
function createWatchdog(
  silenceMs: number,
  crowding: () => number,
  bite: (silentMs: number) => void,
): { feed(): void; rest(): void } {
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => clearTimeout(timer);
  const waitFrom = (waitedMs: number, forMs: number): void => {
    timer = setTimeout(() => {
      const silentMs = waitedMs + forMs;
      const patienceMs = silenceMs * crowding();
      if (patienceMs > silentMs) waitFrom(silentMs, Math.min(silenceMs, patienceMs - silentMs));
      else bite(silentMs);
    }, forMs);
  };
  const feed = (): void => {
    rest();
    waitFrom(0, silenceMs);
  };
  return { feed, rest };
}

export const testing = { createWatchdog };

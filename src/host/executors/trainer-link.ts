/**
 * One trainer process and the job it has in hand. Its death, its silence and its refusals become
 * outcomes or typed errors; messages that bear another fence or another job are dropped.
 */
import { WorkbenchError } from '../../core/errors.ts';
import type { TrainerCommand, TrainerEvent } from '../../compute/protocol.ts';
import { startProcess } from '../processes/own-process.ts';
import type { OwnProcess } from '../processes/own-process.ts';

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
}

/** The last event of a job, or what became of the process instead of it. */
export type JobEnd =
  | Extract<
      TrainerEvent,
      {
        type:
          | 'trained'
          | 'rested'
          | 'teacherTrained'
          | 'evaluated'
          | 'exported'
          | 'inspected'
          | 'datasetImported'
          | 'backend'
          | 'timed'
          | 'stopped'
          | 'failed';
      }
    >
  /** The process died or hung with the job in hand: the job may be tried again. */
  | { readonly type: 'crashed'; readonly message: string };

export type JobReport = Extract<TrainerEvent, { type: 'progress' | 'epoch' | 'note' }>;

export type Reporter = (event: JobReport) => void | Promise<void>;

export type JobCommand = Extract<TrainerCommand, { job: unknown }>;

export interface TrainerLink {
  /**
   * One job at a time. Aborting `signal` asks for a stop between two steps, and kills what does not
   * obey. Reports are made one after the other, and the end is told when the last of them is done
   * with.
   */
  run(command: JobCommand, report: Reporter, signal?: AbortSignal): Promise<JobEnd>;
  /** Resolves when the job in hand has stopped computing until `release`, or is over; at once
   * without a job. */
  hold(): Promise<void>;
  release(): void;
  readonly alive: () => boolean;
  close(): Promise<void>;
}

interface Job {
  readonly id: string;
  readonly report: Reporter;
  readonly settle: (end: JobEnd) => void;
  readonly fail: (error: unknown) => void;
  /** Something that it told could not be kept. */
  isLost: boolean;
}

/** Resolves when the process is ready. Throws `backend.missing` when it ends or stays silent before
 * that. */
export async function startTrainer(settings: TrainerSettings): Promise<TrainerLink> {
  const own = startProcess(settings.entry, settings.node, settings.environment);
  const { child, gone, tail } = own;
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
    child.kill('SIGKILL');
  }

  function finish(end: JobEnd): void {
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

  // Sound: the other end of this channel is our own trainer; fence and job are checked before
  // anything is believed.
  child.on('message', (message) => receive(message as TrainerEvent));

  function receive(event: TrainerEvent): void {
    if (event.type === 'ready' || event.fence !== settings.fence || event.jobId !== job?.id) return;
    watchdog.feed();
    if (event.type === 'alive') return;
    if (event.type === 'held') return still?.();
    if (event.type !== 'progress' && event.type !== 'epoch' && event.type !== 'note') return finish(event);
    const working = job;
    news = news.then(() => pass(working, event));
  }

  async function pass(working: Job, event: JobReport): Promise<void> {
    if (working.isLost) return;
    try {
      await working.report(event);
    } catch (error) {
      // Its news cannot be kept (a full disk): the caller hears why, and the trainer's work is
      // worth nothing now.
      working.isLost = true;
      condemn();
      working.fail(error);
      finish({ type: 'crashed', message: 'The trainer was ended because its news could not be kept.' });
    }
  }

  function send(command: TrainerCommand): void {
    if (child.connected) child.send(command, () => undefined); // a failed send is followed by `exit`
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

  function run(command: JobCommand, report: Reporter, signal?: AbortSignal): Promise<JobEnd> {
    const jobId = command.job.jobId;
    if (job !== undefined) throw new WorkbenchError('internal', 'This trainer is at work already.');
    if (!alive) return Promise.resolve({ type: 'crashed', message: `The trainer process is gone.${tail()}` });
    return new Promise((resolve, reject) => {
      let deadline: NodeJS.Timeout | undefined;
      const stop = (): void => {
        send({ type: 'stop', jobId });
        deadline = setTimeout(() => {
          condemn();
          finish({ type: 'stopped', jobId, fence: settings.fence, checkpoint: undefined });
        }, settings.stopMs);
      };
      const settle = (end: JobEnd): void => {
        clearTimeout(deadline);
        signal?.removeEventListener('abort', stop);
        resolve(end);
      };
      job = { id: jobId, report, settle, fail: reject, isLost: false };
      watchdog.feed();
      send(command);
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }

  async function close(): Promise<void> {
    send({ type: 'shutdown' });
    const timer = setTimeout(() => child.kill('SIGKILL'), settings.stopMs);
    await gone;
    clearTimeout(timer);
  }

  await ready(own, settings.startMs, crowding);
  return { run, hold, release, alive: () => alive, close };
}

function ready({ child, gone, tail }: OwnProcess, withinMs: number, crowding: () => number): Promise<void> {
  return new Promise((resolve, reject) => {
    const watchdog = createWatchdog(withinMs, crowding, (waitedMs) => {
      child.kill('SIGKILL');
      refuse(`it was not ready after ${Math.round(waitedMs / 1000)} s`);
    });
    watchdog.feed();
    const refuse = (why: string): void => {
      watchdog.rest();
      reject(new WorkbenchError('backend.missing', `No trainer can be started here: ${why}.${tail()}`));
    };
    child.on('message', function waiting(message) {
      // Sound: the other end of this channel is our own trainer.
      if ((message as TrainerEvent).type !== 'ready') return;
      child.off('message', waiting);
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

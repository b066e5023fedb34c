/**
 * One way to talk to a process of ours: each end calls the functions of the other, over Node's
 * messages between parent and child. An error crosses with its code and place; a death becomes one.
 */
import { createBirpc } from 'birpc';
import type { BirpcReturn } from 'birpc';
import { WorkbenchError } from '../../core/errors.ts';
import type { ErrorCode, ErrorPlace } from '../../core/errors.ts';
import { createPlaces } from '../turns.ts';
import { endProcess, startProcess } from './own-process.ts';
import { nodeBinary } from './process-entry.ts';

/** The functions of the other end, each as a promise; its `asEvent` asks for no answer. */
export type Remote<Theirs> = BirpcReturn<Theirs, object>;

export interface Worker<Theirs> {
  readonly remote: Remote<Theirs>;
  /** Ends it at once, whatever it is at. */
  close(): Promise<void>;
}

/** What every call rejects with that a process has left without an answer. */
export class ProcessDied extends WorkbenchError {}

/** As an error crosses: a structured clone would lose its class. */
interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: ErrorPlace;
}

/** birpc's own messages; an answer has `e` where a function threw. */
interface Message<Thrown> {
  readonly e?: Thrown;
}

type Send = (message: unknown, done: () => void) => void;
type Hear = (heard: (message: unknown) => void) => void;

/** Long calls are the rule here, and a hang is seen by other means: no call times out. */
const NO_TIMEOUT = -1;

/** `died` says, before a call is sent, why nobody will answer it. */
function connect<Theirs>(ours: object, send: Send, hear: Hear, died: () => Error | undefined): Remote<Theirs> {
  return createBirpc<Theirs, object>(ours, {
    // What cannot be sent goes to a process that is gone: its death answers.
    post: (message: unknown) => send(message, () => undefined),
    on: hear,
    serialize: ({ e, ...message }: Message<unknown>) => (e === undefined ? message : { ...message, e: refusalOf(e) }),
    deserialize: ({ e, ...message }: Message<Refusal>) => (e === undefined ? message : { ...message, e: errorOf(e) }),
    timeout: NO_TIMEOUT,
    onRequest: (_request, next) => {
      const death = died();
      return death === undefined ? next() : Promise.reject(death);
    },
  });
}

/** Starts one for as long as its state is needed: close it in the end. `entry`: an absolute path.
 * `ours`: what it may call here. */
export function startWorker<Theirs>(entry: string, ours: object = {}): Worker<Theirs> {
  const own = startProcess(entry, nodeBinary(undefined));
  let death: ProcessDied | undefined;
  const remote = connect<Theirs>(
    ours,
    (message, done) => own.child.send(message as object, done), // always an object of birpc's
    (heard) => own.child.on('message', heard),
    () => death,
  );
  void own.gone.then((how) => {
    const died = new ProcessDied('internal', `A process of the host died: ${how}.${own.tail()}`);
    death = died;
    remote.$rejectPendingCalls(({ reject }) => reject(died));
  });
  return { remote, close: () => endProcess(own) };
}

/** A process for one piece of work, which `signal` ends at once: then it rejects. */
export async function withWorker<Theirs, T>(
  entry: string,
  work: (remote: Remote<Theirs>) => Promise<T>,
  { signal, ours }: { readonly signal?: AbortSignal | undefined; readonly ours?: object } = {},
): Promise<T> {
  signal?.throwIfAborted();
  const worker = startWorker<Theirs>(entry, ours);
  const stop = (): void => void worker.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await work(worker.remote);
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.close();
  }
}

/** A window can ask for any number of them at once, and each is a process. */
const inPlace = createPlaces(4);

/** As `withWorker`, for short work that a window asks for: a few at a time, the others wait. */
export function briefly<Theirs, T>(entry: string, work: (remote: Remote<Theirs>) => Promise<T>): Promise<T> {
  return inPlace(() => withWorker(entry, work));
}

/** The other end: offers `ours` to the host, and ends this process with it. */
export function serve<Theirs>(ours: object): Remote<Theirs> {
  process.on('disconnect', () => process.exit(0));
  return connect<Theirs>(
    ours,
    (message, done) => process.send?.(message, done),
    (heard) => process.on('message', heard),
    () => undefined,
  );
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof WorkbenchError) return { code: error.code, message: error.message, place: error.place };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message, place: {} };
}

const errorOf = ({ code, message, place }: Refusal): WorkbenchError => new WorkbenchError(code, message, place);

/** Trainers of an executor wherever they are: one per slot, started when first needed and replaced
 * when they die; tasks wait for a free one. */
import type { Kind } from '../../compute/tasks/tasks.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Capacity, Executor, Order, Reporter, TaskEnd } from './executor.ts';
import type { TrainerLink } from './trainer-link.ts';

export interface TrainerSource {
  readonly capacity: Capacity;
  /** A trainer among so many; it may wait for its place, and tells then what for. `signal` ends the
   * wait. */
  readonly start: (trainers: number, signal: AbortSignal, waits: (words: string) => void) => Promise<TrainerLink>;
  /** One that times alone on this machine. */
  readonly startTimer: () => Promise<TrainerLink>;
  /** A task in a process of its own on this machine. */
  readonly runOnce: <K extends Kind>(order: Order<K>, report: Reporter<K>, signal: AbortSignal) => Promise<TaskEnd<K>>;
}

const STOPPED = { type: 'stopped' } as const;

interface Slot {
  link: TrainerLink | undefined;
  /** While its trainer starts, which keeps a core busy too. */
  starting: Promise<unknown> | undefined;
  busy: boolean;
}

export function createTrainerPool({ capacity, start, startTimer, runOnce }: TrainerSource): Executor {
  const slots: Slot[] = [];
  const gate = createGate();
  const timer: Slot = { link: undefined, starting: undefined, busy: false };
  let lastAlone: Promise<unknown> = Promise.resolve();
  const waiting: (() => void)[] = [];
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  let size = 1;

  async function take(): Promise<Slot> {
    for (;;) {
      const free = slots.find((slot) => !slot.busy && slot.link?.alive()) ?? slots.find((slot) => !slot.busy);
      const slot = free ?? (slots.length < size ? addSlot() : undefined);
      if (slot !== undefined) {
        slot.busy = true;
        return slot;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  function addSlot(): Slot {
    const slot: Slot = { link: undefined, starting: undefined, busy: false };
    slots.push(slot);
    return slot;
  }

  function release(slot: Slot): void {
    slot.busy = false;
    if (slots.length > size) {
      slots.splice(slots.indexOf(slot), 1);
      void slot.link?.close();
    }
    waiting.shift()?.();
  }

  async function runIn<K extends Kind>(order: Order<K>, report: Reporter<K>, signal: AbortSignal): Promise<TaskEnd<K>> {
    const slot = await take();
    try {
      if (signal.aborted) return STOPPED;
      await gate.open();
      if (!slot.link?.alive())
        await begin(
          slot,
          start(size, signal, (words) => tellWait(order, report, words)),
        );
      await gate.open();
      // The stop of a person who changed their mind while the trainer was starting.
      if (signal.aborted) return STOPPED;
      return await linkOf(slot).run(order, report, signal);
    } catch (error) {
      if (error === signal.reason) return STOPPED;
      throw error;
    } finally {
      release(slot);
    }
  }

  async function begin(slot: Slot, starting: Promise<TrainerLink>): Promise<void> {
    slot.starting = starting;
    try {
      slot.link = await starting;
    } finally {
      slot.starting = undefined;
    }
  }

  async function aloneIn<K extends Kind>(order: Order<K>, signal: AbortSignal): Promise<TaskEnd<K>> {
    if (signal.aborted) return STOPPED;
    timer.busy = true;
    gate.close();
    try {
      if (!timer.link?.alive()) await begin(timer, startTimer());
      await Promise.allSettled(slots.map(({ starting }) => starting));
      await Promise.all(slots.map(({ link }) => link?.hold()));
      return await linkOf(timer).run(order, () => undefined, signal);
    } finally {
      for (const { link } of slots) link?.release();
      timer.busy = false;
      gate.reopen();
      if (slots.length === 0) dismissTimer();
    }
  }

  /** Nobody waits for its end: it is asked to, and has nothing in hand. */
  function dismissTimer(): void {
    if (timer.busy) return;
    void timer.link?.close();
    timer.link = undefined;
  }

  /** `begin` is given what stops it: `signal`, or the end of the pool. */
  function begun<K extends Kind>(
    begin: (stop: AbortSignal) => Promise<TaskEnd<K>>,
    signal: AbortSignal | undefined,
  ): Promise<TaskEnd<K>> {
    if (closing.signal.aborted) throw new WorkbenchError('run.state', 'The workbench is closing: start it again.');
    const task = begin(signal ? AbortSignal.any([signal, closing.signal]) : closing.signal);
    running.add(task);
    return task.finally(() => running.delete(task));
  }

  function resize(wanted: number): void {
    size = wanted;
    for (const slot of slots.filter((one) => !one.busy).slice(0, Math.max(0, slots.length - size))) {
      slots.splice(slots.indexOf(slot), 1);
      void slot.link?.close();
    }
    if (slots.length === 0) dismissTimer();
    for (const wake of waiting.splice(0)) wake();
  }

  async function close(): Promise<void> {
    closing.abort();
    for (const wake of waiting.splice(0)) wake();
    await Promise.allSettled(running);
    await Promise.all([timer, ...slots.splice(0)].map((slot) => slot.link?.close()));
  }

  return {
    capacity,
    resize,
    run: (order, report = () => undefined, signal) => begun((stop) => runIn(order, report, stop), signal),
    runAlone: (order, signal) =>
      begun((stop) => {
        const task = lastAlone.then(() => aloneIn(order, stop));
        lastAlone = task.catch(() => undefined);
        return task;
      }, signal),
    runApart: (order, report = () => undefined, signal) => begun((stop) => runOnce(order, report, stop), signal),
    close,
  };
}

/** What waits for it goes on when it is open. */
function createGate(): { open(): Promise<void>; close(): void; reopen(): void } {
  let reopen: (() => void) | undefined;
  let closed: Promise<void> | undefined;
  return {
    open: async () => {
      while (closed !== undefined) await closed;
    },
    close: () => {
      closed = new Promise((resolve) => (reopen = resolve));
    },
    reopen: () => {
      closed = undefined;
      reopen?.();
    },
  };
}

function linkOf({ link }: Slot): TrainerLink {
  if (link !== undefined) return link;
  throw new WorkbenchError('internal', 'A trainer is to work that was not started.');
}

/** Kinds that tell nothing on their way say nothing of a wait either. */
function tellWait<K extends Kind>({ kind }: Order<K>, report: Reporter<K>, stage: string): void {
  if (kind !== 'train' && kind !== 'supernet') return;
  // Sound: both of these kinds tell of progress.
  void (report as Reporter<'train' | 'supernet'>)({ type: 'progress', stage, done: 0, total: 0 });
}

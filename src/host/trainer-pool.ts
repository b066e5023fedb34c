/** Trainer processes, one per slot, started when first needed and replaced when they die; jobs wait for a free one. */
import { availableParallelism } from 'node:os';
import { WorkbenchError } from '../core/errors.ts';
import type { JobCommand, JobEnd, JobReport, TrainerLink, TrainerSettings } from './trainer-link.ts';
import { startTrainer } from './trainer-link.ts';

export interface TrainerPool {
  /**
   * Waits for a free trainer and gives it the job. Throws `backend.missing` when none can be started, and
   * resolves to `stopped` at once when `signal` is aborted before the job began.
   */
  run(command: JobCommand, report?: (event: JobReport) => void, signal?: AbortSignal): Promise<JobEnd>;
  /** How many trainers may work side by side; more than this are let go when they are free. */
  resize(slots: number): void;
  /** Ends every trainer; jobs in hand are asked to stop first. */
  close(): Promise<void>;
}

/** TensorFlow's own switch, read once by each process. */
const THREADS_VARIABLE = 'TF_NUM_INTRAOP_THREADS';

interface Slot {
  link: TrainerLink | undefined;
  busy: boolean;
}

export function createTrainerPool(settings: TrainerSettings): TrainerPool {
  const slots: Slot[] = [];
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
    const slot: Slot = { link: undefined, busy: false };
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

  async function runIn(command: JobCommand, report: (event: JobReport) => void, signal: AbortSignal): Promise<JobEnd> {
    const stopped: JobEnd = { type: 'stopped', jobId: command.job.jobId, fence: settings.fence, checkpoint: undefined };
    const slot = await take();
    try {
      if (signal.aborted) return stopped;
      if (!slot.link?.alive()) slot.link = await startTrainer(withThreads(settings, size));
      // The stop of a person who changed their mind while the trainer was starting.
      if (signal.aborted) return stopped;
      return await slot.link.run(command, report, signal);
    } finally {
      release(slot);
    }
  }

  function run(
    command: JobCommand,
    report: (event: JobReport) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<JobEnd> {
    if (closing.signal.aborted) throw new WorkbenchError('run.state', 'The workbench is closing: start it again.');
    const either = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
    const job = runIn(command, report, either);
    running.add(job);
    return job.finally(() => running.delete(job));
  }

  function resize(wanted: number): void {
    size = wanted;
    for (const slot of slots.filter((one) => !one.busy).slice(0, Math.max(0, slots.length - size))) {
      slots.splice(slots.indexOf(slot), 1);
      void slot.link?.close();
    }
    for (const wake of waiting.splice(0)) wake();
  }

  async function close(): Promise<void> {
    closing.abort();
    for (const wake of waiting.splice(0)) wake();
    await Promise.allSettled(running);
    await Promise.all(slots.splice(0).map((slot) => slot.link?.close()));
  }

  return { run, resize, close };
}

/** Trainers side by side share the cores; small students gain more from a trainer beside them than from a second thread. */
function withThreads(settings: TrainerSettings, trainers: number): TrainerSettings {
  const threads = Math.max(1, Math.floor(availableParallelism() / trainers));
  const wanted = process.env[THREADS_VARIABLE] ?? String(threads);
  return { ...settings, environment: { [THREADS_VARIABLE]: wanted, ...settings.environment } };
}

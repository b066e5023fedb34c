/**
 * What every process that works for the host does alike: it speaks `protocol.ts`, does one job at a
 * time, and ends by itself within seconds when its parent is gone. It is forked by the host with
 * `serialization: 'advanced'`.
 */
import { WorkbenchError } from '../core/errors.ts';
import { createJobControl, StopRequest } from './job-control.ts';
import type { JobControl } from './job-control.ts';
import { namingMemory } from './out-of-memory.ts';
import type { BackendInfo, TrainerCommand, TrainerEvent } from './protocol.ts';
import { checkCommand } from './trainer-command.ts';

export type AnyJobCommand = Extract<TrainerCommand, { readonly job: unknown }>;

export interface JobServer {
  /** What must be there before a job can begin; what computes, where something does. Asked more
   * than once. */
  readonly prepare: () => Promise<BackendInfo['backend'] | undefined>;
  /** Does a job and sends its last event. Errors of the job are thrown. */
  readonly run: (command: AnyJobCommand, control: JobControl, send: (event: TrainerEvent) => void) => Promise<void>;
}

const MILLISECONDS_BETWEEN_PARENT_CHECKS = 1000;
const MILLISECONDS_BETWEEN_BEATS = 5000;

/** Takes this process over; resolves when it is ready for jobs. */
export async function serveJobs({ prepare, run }: JobServer): Promise<void> {
  let current: { readonly command: AnyJobCommand; readonly control: JobControl } | undefined;

  async function start(command: AnyJobCommand): Promise<void> {
    const { job } = command;
    if (current) {
      const message = `The trainer is busy with job ${current.control.jobId}; send ${job.jobId} when it has ended.`;
      return fail(job, new WorkbenchError('trainer.failed', message));
    }
    const { jobId, fence } = job;
    const alive = createHeartbeat(() => send({ type: 'alive', jobId, fence }));
    const control = createJobControl(jobId, () => send({ type: 'held', jobId, fence }), alive);
    current = { command, control };
    try {
      await prepare();
      await run(command, control, send);
    } catch (error) {
      if (error instanceof StopRequest) {
        send({ type: 'stopped', jobId: job.jobId, fence: job.fence, checkpoint: undefined });
      } else {
        fail(job, error);
      }
    } finally {
      current = undefined;
    }
  }

  function receive(message: unknown): void {
    const { command, jobId, fence, problem } = checkCommand(message);
    if (command === undefined) {
      log(`Refused a message: ${problem}`);
      if (jobId !== undefined) {
        fail({ jobId, fence: fence ?? '' }, new WorkbenchError('internal', `Refused: ${problem}`));
      }
      return;
    }
    if (command.type === 'shutdown') process.exit(0);
    if ('job' in command) {
      void start(command);
      return;
    }
    // A job that has just ended needs no more orders.
    if (current?.control.jobId === command.jobId) current.control[command.type]();
  }

  if (process.send === undefined) {
    log('This process is started by the workbench, not by hand.');
    process.exit(2);
  }
  endWithParent();
  process.on('uncaughtException', (error) => {
    log(error);
    if (current) fail(current.command.job, error);
    process.exit(1);
  });
  process.on('message', receive);
  // Ctrl+C reaches the whole group; what becomes of the job is the host's decision.
  process.on('SIGINT', () => undefined);

  const backend = await prepare();
  send({ type: 'ready', pid: process.pid, ...(backend && { backend }) });
}

/** Beats as often as it is called, but not twice within some seconds. A person's busy machine makes
 * long steps of short ones. */
function createHeartbeat(beat: () => void, now: () => number = () => performance.now()): () => void {
  let last = now();
  return () => {
    if (now() - last < MILLISECONDS_BETWEEN_BEATS) return;
    last = now();
    beat();
  };
}

function endWithParent(): void {
  const parent = process.ppid;
  process.on('disconnect', () => process.exit(0));
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, MILLISECONDS_BETWEEN_PARENT_CHECKS);
}

function send(event: TrainerEvent): void {
  if (!process.connected) process.exit(0);
  // A parent that goes between the look and the write: nobody is left to hear of it.
  process.send?.(event, undefined, undefined, (error) => {
    if (error) process.exit(0);
  });
}

function fail(job: { readonly jobId: string; readonly fence: string }, thrown: unknown): void {
  const error = namingMemory(thrown);
  const code = error instanceof WorkbenchError ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'internal') log(error);
  send({ type: 'failed', jobId: job.jobId, fence: job.fence, code, message });
}

/** The host keeps standard error as the process' log. */
function log(what: unknown): void {
  process.stderr.write(`${what instanceof Error ? (what.stack ?? what.message) : String(what)}\n`);
}

export const testing = { createHeartbeat };

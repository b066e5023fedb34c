/**
 * Entry of a trainer process, forked by the host with `serialization: 'advanced'`. It speaks `protocol.ts`, does one job
 * at a time, and ends by itself within seconds when its parent is gone.
 */
import { WorkbenchError } from '../core/errors.ts';
import { loadBackend } from './backend/load-backend.ts';
import { createJobControl, StopRequest } from './job-control.ts';
import type { JobControl } from './job-control.ts';
import { runJob } from './jobs.ts';
import type { JobCommand } from './jobs.ts';
import type { TrainerEvent } from './protocol.ts';
import { createTrainerCache } from './trainer-cache.ts';
import { checkCommand } from './trainer-command.ts';

const MILLISECONDS_BETWEEN_PARENT_CHECKS = 1000;
const parent = process.ppid;
const cache = createTrainerCache();
let current: { readonly command: JobCommand; readonly control: JobControl } | undefined;

function send(event: TrainerEvent): void {
  if (!process.connected) process.exit(0);
  process.send?.(event);
}

function fail(job: { readonly jobId: string; readonly fence: string }, error: unknown): void {
  const code = error instanceof WorkbenchError ? error.code : isOutOfMemory(error) ? 'trainer.failed' : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'internal') log(error);
  send({ type: 'failed', jobId: job.jobId, fence: job.fence, code, message });
}

/** The host keeps standard error as the trainer's log. */
function log(what: unknown): void {
  process.stderr.write(`${what instanceof Error ? (what.stack ?? what.message) : String(what)}\n`);
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError || /\bOOM\b|out of memory|bad_alloc|RESOURCE_EXHAUSTED/i.test(String(error));
}

async function start(command: JobCommand): Promise<void> {
  const { job } = command;
  if (current) {
    const message = `The trainer is busy with job ${current.control.jobId}; send ${job.jobId} when it has ended.`;
    return fail(job, new WorkbenchError('trainer.failed', message));
  }
  const control = createJobControl(job.jobId, () => send({ type: 'held', jobId: job.jobId, fence: job.fence }));
  current = { command, control };
  try {
    await loadBackend();
    await runJob(command, { cache, control, send });
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
    if (jobId !== undefined) fail({ jobId, fence: fence ?? '' }, new WorkbenchError('internal', `Refused: ${problem}`));
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
  log('The trainer process is started by the workbench, not by hand.');
  process.exit(2);
}
process.on('disconnect', () => process.exit(0));
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, MILLISECONDS_BETWEEN_PARENT_CHECKS);
process.on('uncaughtException', (error) => {
  log(error);
  if (current) fail(current.command.job, error);
  process.exit(1);
});
process.on('message', receive);
// Ctrl+C reaches the whole group; what becomes of the job is the host's decision.
process.on('SIGINT', () => undefined);

const { backend } = await loadBackend();
send({ type: 'ready', pid: process.pid, backend });

/**
 * What every process that works for the host does alike: it speaks `protocol.ts`, does one job at a
 * time, and ends by itself within seconds when its parent is gone. It is forked by the host with
 * `serialization: 'advanced'`.
 */
import { z } from '../core/records/zod.ts';
import { messageOf, WorkbenchError } from '../core/errors.ts';
import { createJobControl, StopRequest } from './job-control.ts';
import type { JobControl } from './job-control.ts';
import { namingMemory } from './out-of-memory.ts';
import { toTrainerSchema } from './protocol.ts';
import type { FromTrainer, JobId, JobMessage, OrderMessage } from './protocol.ts';
import type { Run } from './tasks/run.ts';
import { INPUTS, isKind } from './tasks/tasks.ts';
import type { Kind, Report } from './tasks/tasks.ts';

export interface JobServer<Shared> {
  /** What must be there before a job can begin. Asked more than once. */
  readonly prepare: () => Promise<unknown>;
  /** The kinds of task that this process does. */
  readonly runs: { readonly [K in Kind]?: Run<K, Shared> };
  /** What it keeps from job to job. */
  readonly shared: Shared;
}

const MILLISECONDS_BETWEEN_PARENT_CHECKS = 1000;
const MILLISECONDS_BETWEEN_BEATS = 5000;

/** Of a message that is refused, where it names a job: its sender can be told. */
const jobIdSchema = z.object({ jobId: z.string(), fence: z.string().catch('') });
/** A job's id becomes part of file names. */
const FILE_NAME = /^[\w-][\w.-]{0,199}$/;

/** Takes this process over; resolves when it is ready for jobs. */
export async function serveJobs<Shared>({ prepare, runs, shared }: JobServer<Shared>): Promise<void> {
  let current: { readonly job: JobId; readonly control: JobControl } | undefined;

  async function start<K extends Kind>(kind: K, order: OrderMessage): Promise<void> {
    const { jobId, folders } = order;
    const input = INPUTS[kind].safeParse(order.input);
    const run = runs[kind];
    if (run === undefined) return fail(order, refusal(`this process does not do "${kind}"`));
    if (!input.success) return fail(order, refusal(`"${kind}" has a missing or wrong "${placeOf(input.error)}"`));
    if (!FILE_NAME.test(jobId)) return fail(order, refusal(`"${kind}" has a wrong "jobId"`));
    if (current) {
      const message = `The trainer is busy with job ${current.job.jobId}; send ${jobId} when it has ended.`;
      return fail(order, new WorkbenchError('trainer.failed', message));
    }
    const tell = (message: JobMessage): void => tellOf(order, message);
    const beat = createHeartbeat(() => tell({ type: 'alive' }));
    const control = createJobControl(jobId, () => tell({ type: 'held' }), beat);
    current = { job: order, control };
    try {
      await prepare();
      const report = (news: Report<K>): void => tell({ type: 'report', report: news });
      const { yieldToEvents } = control;
      const output = await run(input.data, { jobId, folders, report, yieldToEvents, ...shared });
      tell({ type: 'done', output });
    } catch (error) {
      if (error instanceof StopRequest) tell({ type: 'stopped' });
      else fail(order, error);
    } finally {
      current = undefined;
    }
  }

  function receive(received: unknown): void {
    const { data: message, error } = toTrainerSchema.safeParse(received);
    if (message === undefined) {
      const { data: job } = jobIdSchema.safeParse(received);
      const problem = `a message has a missing or wrong "${placeOf(error)}"`;
      if (job) fail(job, refusal(problem));
      else log(refusal(problem).message);
    } else if (message.type === 'shutdown') {
      process.exit(0);
    } else if (message.type === 'order') {
      if (isKind(message.kind)) void start(message.kind, message);
      else fail(message, refusal(`there is no kind of task "${message.kind}"`));
    } else if (current?.job.jobId === message.jobId) {
      // A job that has just ended needs no more orders.
      current.control[message.type]();
    }
  }

  if (process.send === undefined) {
    log('This process is started by the workbench, not by hand.');
    process.exit(2);
  }
  endWithParent();
  process.on('uncaughtException', (error) => {
    log(error);
    if (current) fail(current.job, error);
    process.exit(1);
  });
  process.on('message', receive);
  // Ctrl+C reaches the whole group; what becomes of the job is the host's decision.
  process.on('SIGINT', () => undefined);

  await prepare();
  send({ type: 'ready' });
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

function tellOf({ jobId, fence }: JobId, message: JobMessage): void {
  send({ jobId, fence, ...message });
}

function send(message: FromTrainer): void {
  if (!process.connected) process.exit(0);
  // A parent that goes between the look and the write: nobody is left to hear of it.
  process.send?.(message, undefined, undefined, (error) => {
    if (error) process.exit(0);
  });
}

function fail(job: JobId, thrown: unknown): void {
  const error = namingMemory(thrown);
  const code = error instanceof WorkbenchError ? error.code : 'internal';
  const message = messageOf(error);
  const field = error instanceof WorkbenchError ? error.place.field : undefined;
  if (code === 'internal') log(error);
  tellOf(job, { type: 'failed', code, message, ...(field !== undefined && { field }) });
}

const refusal = (problem: string): WorkbenchError => new WorkbenchError('internal', `Refused: ${problem}`);

/** The field that is wrong first, as in `recipe.epochs`. */
const placeOf = ({ issues: [issue] }: z.ZodError): string => issue?.path.join('.') || 'shape';

/** The host keeps standard error as the process' log. */
function log(what: unknown): void {
  process.stderr.write(`${what instanceof Error ? (what.stack ?? what.message) : String(what)}\n`);
}

export const testing = { createHeartbeat };

/**
 * The treaty between the host and a process that works for it: plain messages over Node's
 * child-process channel (serialization 'advanced', so NaN, infinities and typed arrays survive).
 * An order is of a kind, and the kinds with their inputs, reports and outputs are in
 * `tasks/tasks.ts`: nothing here knows one. Every message of a job carries its id and the session's
 * fencing token. A process writes only into the order's folders, and only main moves a finished
 * file into place.
 */
import { z } from '../core/records/zod.ts';

const text = z.string().min(1);

/** To the process. What is no such message is refused in words, never believed. */
export const toTrainerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('order'),
    kind: text,
    jobId: text,
    /** Of the session: a process of a dead one can do no harm. */
    fence: text,
    /** `temp`: where the job's files are written, their names beginning with its id. `cache`: for
     * what other sessions can use too, written by temp and rename, keyed by fingerprint. */
    folders: z.object({ temp: text, cache: text }),
    input: z.unknown(),
  }),
  /** Between two steps: hold (`pause`), go on, or give the job up (`stop`). */
  z.object({ type: z.enum(['pause', 'resume', 'stop']), jobId: text }),
  z.object({ type: z.literal('shutdown') }),
]);

export type ToTrainer = z.infer<typeof toTrainerSchema>;
export type OrderMessage = Extract<ToTrainer, { type: 'order' }>;

/** Whose message it is. */
export interface JobId {
  readonly jobId: string;
  readonly fence: string;
}

/** From the process, of the job that it has in hand. */
export type JobMessage =
  /** It is at work, and has nothing to tell: sent between two steps where nothing else was for some
   * seconds. */
  | { readonly type: 'alive' }
  /** Answers `pause`: nothing is computed from now on, until `resume` or `stop`. */
  | { readonly type: 'held' }
  /** What a job of this kind tells on its way. */
  | { readonly type: 'report'; readonly report: unknown }
  /** The last message is one of these three. */
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'stopped' }
  /** `field`: of the order, which was at fault. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly field?: string };

export type FromTrainer = { readonly type: 'ready' } | (JobId & JobMessage);

const answer = { jobId: text, fence: text };

/** From a process on another machine: there its reports and its output are of their kind's schema
 * (`tasks/travel.ts`), too. */
export const fromTrainerSchema: z.ZodType<FromTrainer> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.enum(['alive', 'held', 'stopped']), ...answer }),
  z.object({ type: z.literal('report'), report: z.unknown(), ...answer }),
  z.object({ type: z.literal('done'), output: z.unknown(), ...answer }),
  z.object({ type: z.literal('failed'), code: text, message: z.string(), field: z.string().optional(), ...answer }),
]);

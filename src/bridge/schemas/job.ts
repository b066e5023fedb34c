/** Long work that is neither a search nor a replay, as every window sees it: what it is, how far,
 * and how it ended. */
import { anyNumber, list, z } from '../../core/records/zod.ts';
import { epochPointSchema } from '../../core/records/epoch.ts';

const JOB_KINDS = [
  'import',
  'teacher',
  'generators',
  'judging',
  'export',
  'latency',
  'predictions',
  'layers',
  'speed',
  'pack',
  'unpack',
] as const;

export const jobSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(JOB_KINDS),
  /** What it is about, in words: the name of a data set, of a teacher, of a student. */
  subject: z.string(),
  state: z.enum(['running', 'stopping', 'finished', 'stopped', 'failed']),
  /** Words for the person; `done` and `total` in the stage's own unit, `total` 0 where it cannot be
   * counted. */
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  /** Of this stage; absent until there is something to estimate from. */
  secondsLeft: anyNumber.optional(),
  startedAt: z.string(),
  /** Of a teacher: its curve so far. */
  points: list(epochPointSchema).optional(),
  /** Of one that failed. */
  fault: z.strictObject({ code: z.string(), message: z.string(), field: z.string().optional() }).optional(),
  /** Of one that finished: the name of what it made. */
  made: z.string().optional(),
});

export type JobView = z.output<typeof jobSchema>;
export type JobKind = JobView['kind'];

/** It is on its way, even if it was asked to end. */
export const isUnderWay = ({ state }: Pick<JobView, 'state'>): boolean => state === 'running' || state === 'stopping';

/** Nobody waits for these: they go on without the window that began them, and are lost, or cut
 * short, with the program. */
const OUTLIVING: readonly JobKind[] = ['import', 'teacher', 'generators', 'pack', 'unpack'];

export const outlivesWindow = (job: Pick<JobView, 'kind' | 'state'>): boolean =>
  OUTLIVING.includes(job.kind) && isUnderWay(job);

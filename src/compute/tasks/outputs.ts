/** What a kind of task is, and what several kinds tell on their way or give in the end. */
import { epochPointSchema } from '../../core/records/epoch.ts';
import type { EpochPoint } from '../../core/records/epoch.ts';
import { count, hash, z } from '../../core/records/zod.ts';
import type { Artifact } from './inputs.ts';

/** `Report`: what it tells on its way, `never` where that is nothing. */
export interface Task<Schema extends z.ZodType, Report, Output> {
  readonly input: Readonly<z.infer<Schema>>;
  readonly report: Report;
  readonly output: Output;
}

export interface WrittenFile extends Artifact {
  readonly bytes: number;
}

/** `stage`: words for the person ("computing the teacher's soft targets"); `done` and `total` in
 * the stage's own unit. */
export interface ProgressReport {
  readonly type: 'progress';
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** `checkpoint`: where training can go on from, written before this is sent. */
export interface EpochReport {
  readonly type: 'epoch';
  readonly point: EpochPoint;
  readonly checkpoint: WrittenFile;
}

/** Something that a person should know of how the job went on, in words: it is kept in the log. */
export interface NoteReport {
  readonly type: 'note';
  readonly words: string;
}

/** A finished folder below the order's own, ready to be moved into place. */
export interface WrittenFolder {
  readonly directory: string;
}

/** As it comes from another machine: `path` is the file's bare name. */
export const writtenFile = z.object({
  path: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}$/, 'expected the bare name of a file'),
  sha256: hash,
  bytes: count,
});

export const progressReport = z.object({
  type: z.literal('progress'),
  stage: z.string().max(200),
  done: z.number(),
  total: z.number(),
});

export const noteReport = z.object({ type: z.literal('note'), words: z.string().max(2000) });

export const epochReport = z.object({ type: z.literal('epoch'), point: epochPointSchema, checkpoint: writtenFile });

/** Runs that wait for the machine. */
import { list, id, z } from '../../core/records/zod.ts';

/** Runs that are made in one go. */
export const MOST_QUEUED = 500;

export const queueSchema = z.strictObject({
  /** The next one first. */
  runs: list(z.strictObject({ id, name: z.string() })),
  /** Why none of them begins, in words. */
  held: z.string().optional(),
});

export type QueueView = z.output<typeof queueSchema>;

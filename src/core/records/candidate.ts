/** A student of a space, as files and windows name it: its family, and a level for each of its
 * dimensions. */
import { z } from './zod.ts';

export const level = z.union([z.string().max(200), z.number(), z.boolean()]);

export const candidateSchema = z.strictObject({
  family: z.string().max(120),
  config: z.record(z.string().max(100), level),
});

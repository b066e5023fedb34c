/** What a run is, beside its configuration: what is known of its data set, teacher and families, of
 * the runs that it learned from, and of the machines that it was searched on. */
import { level } from '../../core/records/candidate.ts';
import { runSchema } from '../../core/records/run.ts';
import { runSourcesSchema } from '../../core/records/sources.ts';
import { count, hash, id, list, z } from '../../core/records/zod.ts';
import { datasetSchema, teacherSchema } from './records.ts';

export const setupSchema = z.strictObject({
  run: runSchema,
  /** Absent where an earlier version started it. */
  sources: runSourcesSchema.optional(),
  /** As they stand under these names now; absent where there is none of that name. */
  dataset: datasetSchema.pick({ title: true, shape: true, classes: true, splits: true }).optional(),
  teacher: teacherSchema.pick({ title: true, summary: true, validationAccuracy: true, testAccuracy: true }).optional(),
  /** Those that students were chosen from; without levels where this version cannot build them. */
  families: list(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      dimensions: list(z.strictObject({ title: z.string(), levels: list(level) })).optional(),
    }),
  ),
  /** The table of the program that it began with: how many results were copied when it started, and
   * the hash of the table as it is shipped now; absent where it is not. */
  table: z.strictObject({ name: z.string(), results: count, sha256: hash.optional() }).optional(),
  /** Runs whose results were copied when it started, with how many; a name is absent where that run
   * is gone. */
  earlier: list(z.strictObject({ run: id, name: z.string().optional(), results: count })),
});

export type SetupView = z.output<typeof setupSchema>;

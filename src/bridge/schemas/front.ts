/** Fronts over many runs: which runs may be laid on one another, and their finished students as
 * columns. */
import { count, list, z } from '../../core/records/zod.ts';

const doubles = z.custom<Float64Array>((value) => value instanceof Float64Array, 'expected doubles');

/** Runs on the same images and labels: accuracies on different ones are not comparable, and make no
 * front. */
export const frontGroupSchema = z.strictObject({
  /** Names the group in a query: its data's fingerprint, or the data set's name where no run tells
   * one. */
  key: z.string(),
  dataset: z.string(),
  runs: count,
  finished: count,
  teachers: list(z.strictObject({ teacher: z.string(), runs: count, finished: count })),
});

export const frontQuerySchema = z.strictObject({
  group: z.string().max(200),
  teacher: z.string().max(120).optional(),
});

/** Column by column, `[n]` each: an object for each of 50,000 students would take longer to send
 * than to read. */
export const frontPointsSchema = z.strictObject({
  runs: list(z.strictObject({ id: z.string(), name: z.string(), teacher: z.string() })),
  families: list(z.string()),
  /** One a line. */
  ids: z.string(),
  /** Indices into `runs` and `families`. */
  run: doubles,
  family: doubles,
  accuracy: doubles,
  params: doubles,
  macs: doubles,
});

export type FrontGroupView = z.output<typeof frontGroupSchema>;
export type FrontQuery = z.output<typeof frontQuerySchema>;
export type SentFrontPoints = z.output<typeof frontPointsSchema>;

export interface FrontPointsView extends Omit<SentFrontPoints, 'ids'> {
  readonly ids: readonly string[];
}

export function readFrontPoints({ ids, ...columns }: SentFrontPoints): FrontPointsView {
  return { ...columns, ids: ids === '' ? [] : ids.split('\n') };
}

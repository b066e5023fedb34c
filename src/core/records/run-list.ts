/** Lists of runs: what is asked for, and what is told beside the runs. */
import { runSchema } from './run.ts';
import { count, id, list, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

/** What a list of runs can be put in order by. */
export const RUN_ORDERS = ['started', 'name', 'state', 'accuracy', 'front', 'hypervolume', 'students', 'time'] as const;
export type RunOrder = (typeof RUN_ORDERS)[number];

const wanted = z.array(z.string().max(200)).max(100);

/** All of what is named has to hold; of a list one, of tags every one. */
export const runFilter = z.strictObject({
  /** In the name, a tag, or the notes of the run or of one of its students, without regard to
   * case. */
  search: z.string().max(200).optional(),
  states: z.array(runSchema.shape.state).max(5).optional(),
  strategies: wanted.optional(),
  datasets: wanted.optional(),
  teachers: wanted.optional(),
  tags: wanted.optional(),
});

/** What has no value stands last either way. */
export const runOrder = z.strictObject({ by: z.enum(RUN_ORDERS), descending: z.boolean() });

/** Where a note says what was searched for. */
export const noteHitSchema = z.strictObject({
  runId: id,
  /** Of the student whose note it is; absent where it is the run's own. */
  trial: count.optional(),
  /** On one line, with some words before and after. */
  text: z.string(),
});

/** A value that runs outside the trash have, and how many. */
const facet = z.strictObject({ value: z.string(), runs: count });
const facets = list(facet);

export const runFacetsSchema = z.strictObject({
  states: facets,
  strategies: facets,
  datasets: facets,
  teachers: facets,
  tags: facets,
});

/** What a run takes on disk: its checkpoint files, and about what its rows take in the database. */
export const runSizeSchema = z.strictObject({ id, checkpointBytes: count, recordBytes: count });

export type RunOrdering = RecordOf<typeof runOrder>;
export type NoteMatch = RecordOf<typeof noteHitSchema>;
export type Facet = RecordOf<typeof facet>;
export type RunFacets = RecordOf<typeof runFacetsSchema>;
export type RunSize = RecordOf<typeof runSizeSchema>;

/**
 * Checks of what several kinds of task are given. An order comes from our own host, so they ask
 * whether both sides mean the same.
 */
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import { recordedDatasetSchema, recordedTeacherSchema } from '../../core/records/sources.ts';
import { readOnly, z } from '../../core/records/zod.ts';

export const text = z.string().min(1);
export const count = z.int().positive();
export const seed = z.int();

/** Looks at a record and hands the same one on. */
const shaped = <T>(shape: z.ZodType): z.ZodType<T> => z.custom<T>((value) => shape.safeParse(value).success);

/** Its ops are checked where it is built. */
export const graph = shaped<ArchitectureGraph>(
  z.object({
    family: text,
    inputShape: z.array(count),
    classes: count,
    layers: z.array(z.object({ id: text, layer: z.object({ op: text }), inputs: z.array(z.unknown()) })),
  }),
);

/** A data set folder as `resources/datasets/<name>`: `dataset.json` and gzipped IDX files. */
export const datasetRef = z.object({
  directory: text,
  /** Use so many of the training images (the first ones of the split; all when absent). */
  trainImages: count.optional(),
  /** What has to be there, where that is known: what is read is hashed, and anything else
   * refused. */
  known: recordedDatasetSchema.optional(),
});

/** A teacher folder: `teacher.json` and the files that it names. */
export const teacherRef = z.object({
  directory: text,
  known: recordedTeacherSchema.optional(),
  /** Folders of an ensemble's members, in the order of its card. */
  members: readOnly(z.array(text)).optional(),
});

/** A file, named by its hash: another one in its place is refused. */
export const artifact = z.object({ path: text, sha256: text });

/** Where a trained network lies. */
export const networkSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('student'), graph, weights: artifact }),
  teacherRef.extend({ kind: z.literal('teacher') }),
]);

export type DatasetRef = Readonly<z.infer<typeof datasetRef>>;
export type TeacherRef = Readonly<z.infer<typeof teacherRef>>;
export type Artifact = Readonly<z.infer<typeof artifact>>;
export type NetworkSource = Readonly<z.infer<typeof networkSource>>;

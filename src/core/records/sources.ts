/**
 * What a run or a teacher was trained on, as it was computed from the bytes that training reads: a
 * name, a card or a date may stay while the content becomes another.
 */
import { exampleSchema } from './example.ts';
import { machineSchema } from './machine.ts';
import { hash, moment, readOnly, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

/** A run that goes on elsewhere more often tells of the last one in its place. */
export const MOST_MACHINES = 20;

export const SPLITS = ['train', 'val', 'test'] as const;
export type SplitName = (typeof SPLITS)[number];

/** Of a split's unpacked values: its pixels `[count][height][width][channels]`, its labels
 * `[count]` and, where it has any, its columns one after the other. */
const splitSchema = z.object({ images: hash, labels: hash, columns: hash.optional() });

const datasetSchema = z.object({
  /** `[height, width, channels]` of an image. */
  shape: readOnly(z.array(z.int().min(1)).length(3)),
  /** What the labels mean, in their order. */
  classes: readOnly(z.array(z.string())),
  /** Absent: images. */
  example: exampleSchema.optional(),
  splits: z.object({ train: splitSchema, val: splitSchema, test: splitSchema }),
});

const teacherSchema = z.object({
  /** Of the file of its weights. */
  weights: hash,
  /** Of the canonical text of its graph and of what its pixels are normalised with. */
  network: hash,
});

/** With the moment at which it was computed: what stands with a teacher, and goes to a trainer. */
export const recordedDatasetSchema = datasetSchema.extend({ at: moment });
export const recordedTeacherSchema = teacherSchema.extend({ at: moment });

/** What stands with a run; `teacher` is absent where students learn from labels alone. `at`: when
 * the hashes were computed. */
export const runSourcesSchema = z.object({
  at: moment,
  dataset: datasetSchema,
  teacher: teacherSchema.optional(),
  /** What it was searched by, oldest first; absent where an earlier version did. */
  machines: readOnly(z.array(machineSchema).max(MOST_MACHINES)).optional(),
});

export type SplitSources = RecordOf<typeof splitSchema>;
export type DatasetSources = RecordOf<typeof datasetSchema>;
export type TeacherSources = RecordOf<typeof teacherSchema>;
export type RunSources = RecordOf<typeof runSourcesSchema>;
export type Recorded<T> = T & { readonly at: string };

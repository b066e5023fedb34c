/** Teachers and data sets as they are kept: what is known of each, where it is used, and what it
 * takes to train a teacher. */
import { anyNumber, bytes, count, list, z } from '../../core/records/zod.ts';
import { epochPointSchema } from '../../core/records/epoch.ts';

const NAME = z.string().max(120);
/** Of a folder that the workbench makes. */
export const folderName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'begin with a letter or digit; small letters, digits and - only, at most 60');

export const nameInput = z.strictObject({ name: NAME });

/** Runs and teachers that need something; `runs`: the newest of them, and how many there are. */
export const usageSchema = z.strictObject({
  runs: list(z.strictObject({ id: z.string(), name: z.string() })),
  runCount: count,
  /** Of a data set: teachers that learned from it; of a teacher: ensembles that it is in. */
  teachers: list(z.string()),
});

/** A teacher or a data set. */
export const libraryRecordSchema = z.strictObject({
  name: NAME,
  /** SHA-256 of a teacher's weights, of a data set's images and labels; and what the folder
   * takes. */
  fingerprint: z.string().optional(),
  bytes: count,
  usage: usageSchema,
});

export const librarySchema = z.strictObject({
  teachers: list(libraryRecordSchema),
  datasets: list(libraryRecordSchema),
});

/** What a teacher's folder tells past what a list shows. */
export const teacherDetailSchema = z.strictObject({
  /** Empty where it was not kept. */
  points: list(epochPointSchema),
  /** Of a teacher that was trained elsewhere, instead of what follows: names and values. */
  facts: list(z.tuple([z.string(), z.string()]).readonly()).optional(),
  epochs: count.optional(),
  optimizer: z.string().optional(),
  learningRate: anyNumber.optional(),
  batchSize: count.optional(),
  seed: count.optional(),
  trainImages: count.optional(),
  seconds: anyNumber.optional(),
  date: z.string().optional(),
  backend: z.string().optional(),
});

export const teacherInputSchema = z.strictObject({
  name: folderName.describe('What a search calls it'),
  title: z.string().trim().min(1).max(120).optional().describe('Its title, for people'),
  dataset: z.string().trim().min(1).max(120).default('fashion-mnist').describe('All its training examples are used'),
  epochs: z.int().min(1).max(500).default(16).describe('Passes over the training examples'),
  learningRate: z
    .number()
    .gt(0)
    .max(10)
    .default(0.1)
    .describe('Highest rate of SGD after one epoch of warm-up; on sequences AdamW takes .03 of it'),
  flip: z.boolean().default(true).describe('Mirror images at random; not for digits, letters or signs'),
  seed: z.int().min(0).max(0xffffffff).default(1).describe('Of weights, batches and augmentation'),
});

export type ParsedTeacherInput = z.output<typeof teacherInputSchema>;

/** What training it means: the network, and how long it may take by what was measured on this
 * machine. */
export const teacherPreviewSchema = z.strictObject({
  params: count,
  macs: count,
  trainImages: count,
  seconds: anyNumber.optional(),
  /** Epochs done of the same order, which was stopped: training goes on from there. */
  epochsDone: count,
});

/** A training that was stopped, with what it takes to go on. */
export const unfinishedTeacherSchema = z.strictObject({
  id: z.string(),
  order: teacherInputSchema,
  points: list(epochPointSchema),
  bytes: count,
});

export const unfinishedInput = z.strictObject({ id: z.string().max(120) });

/** Images of a split, by their places in it or by class. */
export const samplesInput = z.strictObject({
  name: NAME,
  split: z.enum(['train', 'validation', 'test']),
  /** Of all classes when absent. */
  label: count.optional(),
  offset: count.default(0),
  limit: z.int().min(1).max(200).default(60),
});

export const samplesSchema = z.strictObject({
  /** That there are in all. */
  total: count,
  /** `[height, width, channels]` */
  shape: list(z.number()),
  /** Of this page: place in the split, class, and pixels `[n][height][width][channels]`. */
  indices: list(count),
  labels: list(count),
  pixels: bytes,
  /** Of their files, in what was imported; absent where they were not kept. */
  names: list(z.string()).optional(),
});

export const recordingInput = z.strictObject({ name: NAME, split: samplesInput.shape.split, index: count });

/** Sound of one example: whole numbers of 16 bits, the lower byte first, one channel. */
export const recordingSchema = z.strictObject({ rate: count, samples: bytes });

/** Images of each class in each split, in the order of the classes. */
export const balanceSchema = z.strictObject({
  train: list(count),
  validation: list(count),
  test: list(count),
});

export type UsageView = z.output<typeof usageSchema>;
export type LibraryRecordView = z.output<typeof libraryRecordSchema>;
export type LibraryView = z.output<typeof librarySchema>;
export type TeacherDetailView = z.output<typeof teacherDetailSchema>;
export type TeacherPreviewView = z.output<typeof teacherPreviewSchema>;
export type UnfinishedTeacherView = z.output<typeof unfinishedTeacherSchema>;
export type SamplesInput = z.input<typeof samplesInput>;
export type SamplesView = z.output<typeof samplesSchema>;
export type RecordingInput = z.input<typeof recordingInput>;
export type RecordingView = z.output<typeof recordingSchema>;
export type BalanceView = z.output<typeof balanceSchema>;

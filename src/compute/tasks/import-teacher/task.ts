/** What somebody else taught becomes a teacher: a network, whose ways to be shown images are
 * guessed where nothing is said, answers that it gave elsewhere, several teachers as one, or a
 * student of a run. All are judged by their accuracy on the data set. */
import { recordedTeacherSchema } from '../../../core/records/sources.ts';
import { meanOfTeachers, saidOfTeacherSchema } from '../../../core/records/teacher-card.ts';
import type { TeacherCard } from '../../../core/records/teacher-card.ts';
import { z } from '../../../core/records/zod.ts';
import { artifact, count, datasetRef, graph, seed, text } from '../inputs.ts';
import type { ProgressReport, Task, WrittenFolder } from '../outputs.ts';

/** Files are named by absolute paths. */
const sources = {
  onnx: z.object({ kind: z.literal('onnx'), file: text, said: saidOfTeacherSchema }),
  logits: z.object({
    kind: z.literal('logits'),
    file: text,
    said: saidOfTeacherSchema.pick({ gives: true, classes: true }),
  }),
  ensemble: z.object({
    kind: z.literal('ensemble'),
    mean: meanOfTeachers,
    /** Their folders, and what they are now. */
    members: z.array(recordedTeacherSchema.extend({ name: text, directory: text })).min(2),
  }),
  /** Of a run, with what its card is to tell of its training. */
  student: z.object({
    kind: z.literal('student'),
    graph,
    weights: artifact,
    recipe: z.object({ epochs: z.int().min(0), optimizer: text, learningRate: z.number(), batchSize: count }),
    seed,
    trainImages: count,
    seconds: z.number(),
  }),
};

export const importTeacherInput = z.object({
  source: z.discriminatedUnion('kind', [sources.onnx, sources.logits, sources.ensemble, sources.student]),
  dataset: datasetRef,
  name: text,
  title: text,
  /** Today, ISO 8601, for the card. */
  date: text,
});

type ImportInput = Readonly<z.infer<typeof importTeacherInput>>;

/** An order of one kind. */
export type ImportOrder<K extends ImportInput['source']['kind']> = Omit<ImportInput, 'source'> & {
  readonly source: Extract<ImportInput['source'], { kind: K }>;
};

export interface ImportedTeacher extends WrittenFolder {
  readonly card: TeacherCard;
  /** What its file takes and gives, or holds, each in words: name, type and sizes. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What a person should know of it, in words. */
  readonly notes: readonly string[];
}

/** Its output's folder is `<jobId>-teacher`. */
export type ImportTeacherTask = Task<typeof importTeacherInput, ProgressReport, ImportedTeacher>;

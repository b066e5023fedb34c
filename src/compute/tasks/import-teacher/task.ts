/** Somebody's network becomes a teacher: how it is shown images is guessed, each guess judged by
 * its accuracy on validation images, and what was said is not guessed. */
import type { OnnxCard } from '../../../core/records/teacher-card.ts';
import { z } from '../../../core/records/zod.ts';
import { datasetRef, text } from '../inputs.ts';
import type { ProgressReport, Task, WrittenFolder } from '../outputs.ts';

const numbers = z.array(z.number()).min(1).max(16).readonly();

/** What a person says of how it reads images; what is absent is guessed. */
const said = z.object({
  layout: z.enum(['nchw', 'nhwc']).optional(),
  /** What pixels are before mean and deviation. */
  scale: z.enum(['0-1', '0-255', '-1-1']).optional(),
  /** In units of the scale, a number for every channel or each. */
  mean: z.union([z.enum(['none', 'dataset', 'imagenet']), numbers]).optional(),
  deviation: z.union([z.enum(['none', 'dataset', 'imagenet']), numbers]).optional(),
  order: z.enum(['rgb', 'bgr']).optional(),
  /** Name of the output with its answers. */
  output: text.optional(),
  gives: z.enum(['logits', 'probabilities']).optional(),
  /** Names of its classes in its order, or the place of each of the data set's classes in it. */
  classes: z.array(text).max(10_000).readonly().optional(),
});

export type SaidOfTeacher = Readonly<z.infer<typeof said>>;

export const importTeacherInput = z.object({
  /** The ONNX file, absolute. */
  file: text,
  dataset: datasetRef,
  name: text,
  title: text,
  said,
  /** Today, ISO 8601, for the card. */
  date: text,
});

export interface ImportedTeacher extends WrittenFolder {
  readonly card: OnnxCard;
  /** What a person should know of it, in words. */
  readonly notes: readonly string[];
}

/** Its output's folder is `<jobId>-teacher`. */
export type ImportTeacherTask = Task<typeof importTeacherInput, ProgressReport, ImportedTeacher>;

/** Somebody's network becomes a teacher: how it is shown images is guessed, each guess judged by
 * its accuracy on validation images, and what was said is not guessed. */
import { saidOfTeacherSchema } from '../../../core/records/teacher-card.ts';
import type { OnnxCard } from '../../../core/records/teacher-card.ts';
import { z } from '../../../core/records/zod.ts';
import { datasetRef, text } from '../inputs.ts';
import type { ProgressReport, Task, WrittenFolder } from '../outputs.ts';

export const importTeacherInput = z.object({
  /** The ONNX file, absolute. */
  file: text,
  dataset: datasetRef,
  name: text,
  title: text,
  said: saidOfTeacherSchema,
  /** Today, ISO 8601, for the card. */
  date: text,
});

export interface ImportedTeacher extends WrittenFolder {
  readonly card: OnnxCard;
  /** What its file takes and gives, each in words: name, type and sizes. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What a person should know of it, in words. */
  readonly notes: readonly string[];
}

/** Its output's folder is `<jobId>-teacher`. */
export type ImportTeacherTask = Task<typeof importTeacherInput, ProgressReport, ImportedTeacher>;

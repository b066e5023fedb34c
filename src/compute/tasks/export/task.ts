/** A network becomes a file for others, tried on validation images before it is written. */
import { z } from '../../../core/records/zod.ts';
import { datasetRef, networkSource, text } from '../inputs.ts';
import type { ProgressReport, Task, WrittenFile } from '../outputs.ts';

const format = z.enum(['onnx', 'json']);
const precision = z.enum(['fp32', 'fp16']);

export type ExportFormat = z.infer<typeof format>;
export type ExportPrecision = z.infer<typeof precision>;

export const exportInput = z.object({
  source: networkSource,
  dataset: datasetRef,
  format,
  precision,
  /** What the file says about itself, beside what its network says. */
  card: z.object({ title: text, producerVersion: text, properties: z.record(z.string(), z.string()) }),
});

export type ExportInput = Readonly<z.infer<typeof exportInput>>;

/** The largest difference of a logit from our own pass in single precision, and what was
 * allowed. */
export interface Exported {
  /** `<jobId>.<format>` */
  readonly file: WrittenFile;
  readonly maxAbsDiff: number;
  readonly bound: number;
  readonly images: number;
}

export type ExportTask = Task<typeof exportInput, ProgressReport, Exported>;

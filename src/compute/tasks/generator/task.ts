/** Generators are built cell by cell, trained and judged by the data set's classifier. */
import { AGENTS, generatorRowSchema } from '../../../core/generator/row.ts';
import type { GeneratorRow } from '../../../core/generator/row.ts';
import { readOnly, z } from '../../../core/records/zod.ts';
import { count, datasetRef, seed, teacherRef } from '../inputs.ts';
import type { ProgressReport, Task, WrittenFile } from '../outputs.ts';

export const generatorInput = z.object({
  dataset: datasetRef,
  /** A network of ours, trained on the data set. */
  classifier: teacherRef,
  course: z.object({ agent: z.enum(AGENTS), episodes: count, cells: count, seed }),
  /** Training images that generators learn from. */
  images: count,
  /** After each cell. */
  epochs: count,
  /** Of cells that were trained already. */
  rows: readOnly(z.array(generatorRowSchema)),
});

/** A cell was trained. Its files, which the row names, are written before this is sent. */
export interface CellReport {
  readonly type: 'cell';
  readonly row: GeneratorRow;
  readonly sheet?: WrittenFile;
  readonly weights?: WrittenFile;
}

export type GeneratorTask = Task<typeof generatorInput, ProgressReport | CellReport, { readonly cells: number }>;

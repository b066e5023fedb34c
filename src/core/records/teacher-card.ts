/** `teacher.json`, the card of a teacher's folder, as anybody may have written it: no wider than
 * what a window may be answered. */
import { fileName } from './dataset-card.ts';
import { inferShapes } from '../arch/cost.ts';
import { messageOf } from '../errors.ts';
import { graphSchema } from './graph.ts';
import { recordedDatasetSchema } from './sources.ts';
import { count, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

const text = z.string().max(1000);
/** One number for every channel, or a number a channel. */
const perChannel = z.union([z.number(), z.array(z.number())]);

/** What passes can be drawn, counted and built: shapes fit from the input to the logits. */
const soundGraphSchema = graphSchema.superRefine((graph, context) => {
  try {
    inferShapes(graph);
  } catch (error) {
    context.addIssue({ code: 'custom', message: messageOf(error) });
  }
});

/** Pixels become `(value / 255 - mean) / deviation`. */
const normalisationSchema = z.object({ mean: perChannel, deviation: perChannel });

export const teacherCardSchema = z.object({
  name: text,
  title: text,
  graph: soundGraphSchema,
  /** Of another version, or of another program: what is told of it. */
  recipe: z.object({
    epochs: count,
    optimizer: text,
    learningRate: z.number().optional(),
    batchSize: count.optional(),
  }),
  seed: count,
  params: z.number().min(0),
  macs: z.number().min(0),
  /** Fractions of right answers on the data set's validation split and on its whole test split. */
  accuracy: z.object({ validation: z.number(), test: z.number() }),
  dataset: z.object({
    id: text,
    title: text,
    trainImages: count,
    /** What it learned from; teachers of earlier versions, and the bundled one, do not know it. */
    sources: recordedDatasetSchema.optional().catch(undefined),
  }),
  /** What its pixels were normalised with: it must be shown no others. */
  normalisation: normalisationSchema,
  weights: z.object({ file: fileName, bytes: z.int().optional(), sha256: text }),
  seconds: z.number().optional(),
  /** ISO 8601 day. */
  date: text.optional(),
  backend: text.optional(),
});

export type TeacherCard = RecordOf<typeof teacherCardSchema>;
export type Normalisation = RecordOf<typeof normalisationSchema>;

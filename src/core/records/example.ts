/** What an example of a data set is, where it is no image: as its card says it, and as families and
 * views read it. */
import { z } from './zod.ts';
import type { RecordOf } from './zod.ts';

const text = z.string().max(200);

/** A recording as a picture: `[bands, frames, 1]`, low bands first, brightness as loudness. */
const spectrogramSchema = z.object({
  kind: z.literal('spectrogram'),
  /** Samples a second, to which recordings were resampled. */
  rate: z.int().min(1000).max(192_000),
  /** Of a frame and between two frames, in samples. */
  window: z.int().min(16).max(65_536),
  hop: z.int().min(1).max(65_536),
  /** The mel scale's ends, in hertz. */
  lowest: z.number().min(0),
  highest: z.number().gt(0),
  /** Decibels under the loudest that a byte of 0 stands for. */
  floor: z.number().gt(0).max(200),
});

/** What is known of one step; its values are whole numbers, and 0 stands for nothing (a step before
 * the beginning, or what is to be told). */
const modalitySchema = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  title: text,
  /** Bytes of the last axis that hold it, the higher one first where there are two. */
  channel: z.int().min(0).max(63),
  bytes: z.union([z.literal(1), z.literal(2)]),
  /** Different values, 0 among them. */
  values: z.int().min(2).max(65_536),
});

/** Name of the modality that tells how a step was answered: its value is the class plus 1. */
export const ANSWERED = 'correct';

/** A window of steps, `[steps, 1, bytes]`, latest last; its class is the last step's answer. */
const sequenceSchema = z.object({
  kind: z.literal('sequence'),
  modalities: z.array(modalitySchema).min(1).max(16).readonly(),
});

export const exampleSchema = z.discriminatedUnion('kind', [spectrogramSchema, sequenceSchema]);

export type Example = RecordOf<typeof exampleSchema>;
export type SpectrogramForm = Extract<Example, { kind: 'spectrogram' }>;
export type SequenceForm = Extract<Example, { kind: 'sequence' }>;
export type Modality = SequenceForm['modalities'][number];

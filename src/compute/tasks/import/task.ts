/** A data set is made of somebody's files; it needs no tensors, and a process of its own does
 * it. */
import { z } from '../../../core/records/zod.ts';
import { count, seed, text } from '../inputs.ts';
import type { ProgressReport, Task, WrittenFolder } from '../outputs.ts';

const kind = z.enum(['idx', 'cifar10', 'cifar100', 'folder', 'csv', 'sound', 'subset', 'sequence', 'simulated']);

/** Of a data set of ours. */
const subset = z.object({
  /** Labels of the classes that are kept, in the order of the set. */
  classes: z.array(z.int().min(0)).readonly(),
  /** Training images of each, drawn by the seed; absent: all. */
  perClass: count.optional(),
});

/** How recordings become spectrograms; what is absent is told by the files, or is as for speech. */
const sound = z.object({
  bands: count.optional(),
  /** Of an example; a shorter recording ends in silence. */
  seconds: z.number().positive().optional(),
  /** Samples a second. */
  rate: count.optional(),
  /** Milliseconds from frame to frame. */
  hop: z.number().positive().optional(),
  /** Of a longer recording: the beginning alone, or every part of it. */
  long: z.enum(['cut', 'windows']).optional(),
  /** The sound is kept, for playing. */
  recordings: z.boolean().optional(),
});

/** Of a table of answers: names of its columns where they are not the usual ones. */
const sequence = z.object({
  pupil: text.optional(),
  correct: text.optional(),
  skill: text.optional(),
  problem: text.optional(),
  /** By which a pupil's answers come one after the other. */
  order: text.optional(),
  /** Further columns that are known before an answer, and those that are known with it. */
  known: z.array(text).readonly().optional(),
  modalities: z.array(text).readonly().optional(),
  /** Of a window. */
  steps: count.optional(),
});

const simulate = z.object({ pupils: count, skills: count, answers: count, seed });

/** How somebody's files become a data set. */
const options = z.object({
  /** Absent: told by the files. */
  kind: kind.optional(),
  /** The CSV file of file and label, or of answers, absolute; absent: the only one there. */
  csv: text.optional(),
  /** Broken files are left out, and told in the card; else they refuse the import. */
  skipBroken: z.boolean().optional(),
  /** Side of the images; absent: their own, or 32 for a folder of images. */
  side: count.optional(),
  /** How an image of other proportions is made square: black bars, cut edges, or stretched. */
  fit: z.enum(['letterbox', 'crop', 'stretch']),
  /** One channel, whatever the images have. */
  gray: z.boolean(),
  /** CIFAR-100: its 20 coarse classes instead of the 100 fine ones. */
  coarse: z.boolean(),
  /** Shares of the training images that are cut from them where the source has no such split. */
  shares: z.object({ val: z.number(), test: z.number() }),
  seed,
  sound: sound.optional(),
  /** A pattern that finds each file's group in its name. */
  group: text.optional(),
  /** Of the kind `subset`; the folder is a data set's then. */
  subset: subset.optional(),
  sequence: sequence.optional(),
  /** Of the kind `simulated`: pupils of whom all is known. */
  simulate: simulate.optional(),
});

export type SubsetOptions = Readonly<z.infer<typeof subset>>;
export type SequenceOptions = Readonly<z.infer<typeof sequence>>;
export type ImportKind = z.infer<typeof kind>;
export type ImportOptions = Readonly<z.infer<typeof options>>;

export const importInput = z.object({
  /** The folder to import, absolute. */
  path: text,
  /** Where it came from, for the card. */
  source: text,
  /** Of its folder and card. */
  name: text,
  title: text,
  licence: text.optional(),
  options,
  /** Today, ISO 8601, for the card. */
  date: text,
});

/** Its output's folder is `<jobId>-dataset`. */
export type ImportTask = Task<typeof importInput, ProgressReport, WrittenFolder>;

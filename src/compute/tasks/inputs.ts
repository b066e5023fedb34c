/**
 * Checks of what several kinds of task are given. An order comes from our own host, so they ask
 * whether both sides mean the same, not whether a person may want it.
 */
import { z } from 'zod';
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import { DISTILLATION_DEFAULTS } from '../../core/distill/distillation-recipe.ts';
import type { Recipe } from '../../core/recipe.ts';
import { isTeacherSources, readRecordedDataset } from '../../core/sources.ts';
import type { DatasetSources, Recorded, TeacherSources } from '../../core/sources.ts';

export const text = z.string().min(1);
export const count = z.int().positive();
export const seed = z.int();

/** Looks at a record and hands the same one on. */
const shaped = <T>(shape: z.ZodType): z.ZodType<T> => z.custom<T>((value) => shape.safeParse(value).success);

/** Its ops are checked where it is built. */
export const graph = shaped<ArchitectureGraph>(
  z.object({
    family: text,
    inputShape: z.array(count),
    classes: count,
    layers: z.array(z.object({ id: text, layer: z.object({ op: text }), inputs: z.array(z.unknown()) })),
  }),
);

/** Each loss with its own numbers. */
const distillation = z.union(
  Object.values(DISTILLATION_DEFAULTS).map(({ loss, ...numbers }) =>
    z.object({
      loss: z.literal(loss),
      ...Object.fromEntries(Object.keys(numbers).map((name) => [name, z.number()])),
    }),
  ),
);

export const recipe = shaped<Recipe>(
  z.object({
    epochs: count,
    batchSize: count,
    optimizer: z.enum(['sgd', 'adamw']),
    learningRate: z.number(),
    seconds: z.number().optional(),
    warmupEpochs: z.number(),
    schedule: z.enum(['cosine', 'step', 'constant']),
    milestones: z.array(z.number()),
    decayFactor: z.number(),
    momentum: z.number(),
    weightDecay: z.number(),
    clipNorm: z.number(),
    emaDecay: z.number(),
    labelSmoothing: z.number(),
    augmentation: z.object({
      flip: z.boolean(),
      shift: z.int().nonnegative(),
      cutout: z.int().nonnegative(),
      mixup: z.number(),
    }),
    distillation,
  }),
);

/** A data set folder as `resources/datasets/<name>`: `dataset.json` and gzipped IDX files. */
export const datasetRef = z.object({
  directory: text,
  /** Use so many of the training images (the first ones of the split; all when absent). */
  trainImages: count.optional(),
  /** What has to be there, where that is known: what is read is hashed, and anything else
   * refused. */
  known: z.custom<Recorded<DatasetSources>>((known) => readRecordedDataset(known) !== undefined).optional(),
});

/** A teacher folder: `teacher.json` (card with graph, recipe, accuracies) and
 * `weights.safetensors`. */
export const teacherRef = z.object({
  directory: text,
  known: z
    .custom<Recorded<TeacherSources>>(
      (known) => isTeacherSources(known) && z.object({ at: text }).safeParse(known).success,
    )
    .optional(),
});

/** Where a trained network lies. */
export const networkSource = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('student'),
    graph,
    /** The checkpoint and its hash: another file is refused. */
    checkpoint: text,
    sha256: text,
  }),
  teacherRef.extend({ kind: z.literal('teacher') }),
]);

export type DatasetRef = Readonly<z.infer<typeof datasetRef>>;
export type TeacherRef = Readonly<z.infer<typeof teacherRef>>;
export type NetworkSource = Readonly<z.infer<typeof networkSource>>;

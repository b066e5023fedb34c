/**
 * Schemas of everything that crosses a process or comes from a file. Objects are strict: an unknown
 * key is an error. Records that are kept have theirs in `core/records`.
 */
import type { ArchitectureGraph } from '../../core/arch/graph.ts';
import { candidateSchema, level } from '../../core/records/candidate.ts';
import { checkpointsInput } from '../../core/records/checkpoints.ts';
import { recipeInput } from '../../core/records/recipe.ts';
import type { Recipe } from '../../core/records/recipe.ts';
import { optionValue } from '../../core/records/run.ts';
import { exampleSchema } from '../../core/records/example.ts';
import { levelsSchema } from '../../core/records/space-kind.ts';
import { summarySchema } from '../../core/records/summary.ts';
import { teacherKindSchema } from '../../core/records/teacher-card.ts';
import { trialSchema } from '../../core/records/trial.ts';
import { anyNumber, bytes, count, floats, id, list, sentList, z } from '../../core/records/zod.ts';
import type { SearchAccount } from '../../core/one-shot/account.ts';
import type { Explanation } from '../../core/strategies/explain.ts';
import type { Trial } from '../../core/records/trial.ts';
import { latencyInput, limitsInput, referenceInput, rewardInput } from './aim.ts';
import { epochPointSchema } from '../../core/records/epoch.ts';
import { jobSchema } from './job.ts';
import { queueSchema } from './queue.ts';
import { replaySummarySchema } from './replay.ts';

/** Trainers side by side, whoever asks for them. */
export const MOST_SLOTS = 16;

const NAME = z.string().trim().min(1).max(120);

// --- configuration of a search -------------------------------------------------------------------

/** A search as people write it (config files, the New run form). */
export const searchInputSchema = z.strictObject({
  $schema: z.string().max(500).optional(),
  name: NAME.describe('Name of the run'),
  dataset: NAME.default('fashion-mnist').describe('Data set'),
  trainImages: z.int().min(100).optional().describe('Training examples used; all when absent'),
  teacher: NAME.optional().describe("Teacher; the data set's own when absent"),
  families: z
    .array(NAME)
    .min(1)
    .max(100)
    .optional()
    .describe("Student families; those that suit the data set's examples when absent"),
  space: z
    .enum(['compact', 'wide'])
    .default('wide')
    .describe('wide: every choice free in each stage or block; compact: some thousand students a family'),
  scale: z
    .number()
    .min(1000)
    .max(1e9)
    .optional()
    .describe('Params about which a wide space stands; those of limits or teacher when absent'),
  levels: levelsSchema.optional().describe('Own levels of a wide space: {"resnet": {"width2": [16, 24, 32]}}'),
  strategy: z
    .strictObject({
      id: NAME.default('gp-ehvi').describe('Search strategy'),
      options: z
        .record(z.string().max(100), optionValue)
        .refine((options) => Object.keys(options).length <= 100, 'at most 100 options')
        .default({}),
    })
    .prefault({}),
  students: z
    .array(candidateSchema)
    .min(1)
    .max(1000)
    .optional()
    .describe('Students to train instead of searching, with the strategy "listed"'),
  studentsFrom: id.optional().describe('Run that found these students'),
  transferFrom: z
    .array(id)
    .max(20)
    .default([])
    .describe('Earlier runs on the same data set to learn from; with another teacher, too'),
  prior: z
    .enum(['shipped', 'none'])
    .default('none')
    .describe('What to begin with on a new data set: what the table of the program knows of these students'),
  objectives: z
    .array(z.enum(['accuracy', 'params', 'macs', 'latencyMs', 'reward']))
    .min(1)
    .max(4)
    .default(['accuracy', 'params'])
    .describe('Accuracy first; then costs to be traded against it. Or the reward alone'),
  reward: rewardInput,
  limits: limitsInput,
  latency: latencyInput,
  reference: referenceInput,
  budget: z
    .strictObject({
      trials: z.int().min(1).max(100_000).default(24).describe('Students to train'),
      epochs: z.int().min(1).max(1e8).optional().describe('Epochs of all trainings, instead of a number of students'),
    })
    .prefault({}),
  recipe: recipeInput.prefault({}),
  checkpoints: checkpointsInput.prefault({}),
  seed: z.int().min(0).max(0xffffffff).default(1).describe('Seed of the whole run'),
  slots: z
    .int()
    .min(1)
    .max(MOST_SLOTS)
    .optional()
    .describe('Trainers side by side (docs/scale.md: a tenth of the students at most); absent: what suits the machine'),
});

export type SearchInput = z.input<typeof searchInputSchema>;
export type ParsedSearchInput = z.output<typeof searchInputSchema>;
/** Of a data set that is known: who names no families, or no learning rate, gets what suits it. */
export type FamiliedSearch = ParsedSearchInput & { readonly families: string[]; readonly recipe: Recipe };

// --- records that cross the bridge ---------------------------------------------------------------

export const runSummarySchema = z.strictObject({
  /** Rises from each summary that the host makes to the next, over its sessions too: the higher one
   * is the newer. */
  revision: count,
  ...summarySchema.shape,
  /** While running: what it is doing and how long it will take. */
  live: z
    .strictObject({
      stage: z.string(),
      done: anyNumber,
      total: anyNumber,
      /** Estimated seconds to the end of the run; absent until there is something to estimate
       * from. */
      secondsLeft: anyNumber.optional(),
    })
    .optional(),
});

/** JSON of an architecture graph; `core/arch` is its schema, and it is only ever sent by the
 * host. */
export const graphSchema = z.custom<ArchitectureGraph>(
  (value) => typeof value === 'object' && value !== null && 'layers' in value,
  'expected an architecture graph',
);

export const predictionsSchema = z.strictObject({
  count,
  classes: count,
  /** `[count][classes]` */
  probabilities: floats,
  /** True class of each image, `[count]`. */
  labels: bytes,
});

export const teacherSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  dataset: z.string(),
  kind: teacherKindSchema,
  /** Absent, as its MACs are, where its layers are not known. */
  graph: graphSchema.optional(),
  /** Of a network of another kind: outputs that losses on features compare students with, in
   * words. */
  layers: list(z.string()).optional(),
  /** Absent where they are not known. */
  params: z.number().optional(),
  macs: z.number().optional(),
  /** Absent where it has no answers for such images; `trainAccuracy`: where it was judged on
   * training images, too. */
  trainAccuracy: anyNumber.optional(),
  validationAccuracy: anyNumber.optional(),
  testAccuracy: anyNumber.optional(),
  summary: z.string(),
  bundled: z.boolean(),
});

export const datasetSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  licence: z.string(),
  classes: list(z.string()),
  shape: list(z.number()),
  /** Absent: images. */
  example: exampleSchema.optional(),
  /** Speakers, pupils or whatever no split tears apart. */
  groups: count.optional(),
  /** Its sound was kept, and can be played. */
  playable: z.boolean().optional(),
  splits: z.strictObject({ train: count, validation: count, test: count }),
  /** Images of each class, in the order of the classes; this and what follows of imported ones. */
  balance: z.strictObject({ train: list(count), validation: list(count), test: list(count) }).optional(),
  fingerprint: z.string().optional(),
  source: z.string().optional(),
  date: z.string().optional(),
  warnings: list(z.string()).optional(),
  bundled: z.boolean(),
});

export const familySchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  dimensions: list(z.strictObject({ name: z.string(), title: z.string(), levels: list(level) })),
  students: count,
  reference: z.strictObject({ config: z.record(z.string(), level), params: z.number(), macs: z.number() }).optional(),
});

export const strategySchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  version: count,
  fidelity: z.enum(['faithful', 'partial', 'reconstruction']),
  summary: z.string(),
  defaults: z.record(z.string(), optionValue),
  accepts: list(z.enum(['prior', 'students'])).optional(),
  needs: list(
    z.enum(['legs', 'warm starts', 'teacher weights', 'source', 'supernet', 'embedding', 'layers']),
  ).optional(),
  shows: list(z.enum(['predictions', 'regions', 'answer'])).optional(),
});

/** What a configuration means before it is started: how many students fit, and how long it may
 * take. */
export const previewSchema = z.strictObject({
  students: list(
    z.strictObject({
      family: z.string(),
      total: count,
      feasible: count,
      /** The family is too large to list: those that fit are estimated from a sample. */
      about: z.literal(true).optional(),
    }),
  ),
  /** Levels that a wide space has, by family: those that may be narrowed or extended. */
  levels: list(
    z.strictObject({
      family: z.string(),
      title: z.string(),
      dimensions: list(z.strictObject({ name: z.string(), title: z.string(), levels: list(level) })),
    }),
  ).optional(),
  /** Feasible students by log10 of their parameters, in equal bins. */
  histogram: list(z.strictObject({ from: z.number(), to: z.number(), count })),
  /** The limit of params that is in force where none was said. */
  mostParams: count.optional(),
  /** Students of whom the table of the program knows something, where the search is to begin with
   * that. */
  prior: count.optional(),
  /** What the budget comes to: so many whole trainings, and epochs where they are counted.
   * `isShort`: the strategy asks for short trainings too, so that it may be more of them. */
  budget: z.strictObject({
    trainings: anyNumber,
    epochs: count.optional(),
    unit: z.enum(['trainings', 'epochs']),
    isShort: z.boolean(),
  }),
  /** What a start would say against it. */
  refusal: z.strictObject({ message: z.string(), field: z.string().optional() }).optional(),
  /** Estimated seconds, from trials measured on this machine; absent until something was measured,
   * and where no student fits. */
  seconds: anyNumber.optional(),
});

/** Rows as the store keeps them, sent by the host alone. */
export const storedTrials = sentList<Trial>('trials');
export const storedRuns = sentList<RunSummaryView>('runs');

/** Made by the host alone; of a long run it tells of every student. */
export const explanationSchema = z.custom<Explanation>(
  (value) => typeof value === 'object' && value !== null,
  'expected an explanation',
);

/** Made by the host alone. */
export const searchAccounts = sentList<SearchAccount>('searches');

export const idInput = z.strictObject({ id });

export const exportInput = idInput.extend({
  format: z.enum(['onnx', 'json']),
  precision: z.enum(['fp32', 'fp16']).default('fp32'),
});

export const exportSchema = z.strictObject({
  /** What to call the file. */
  name: z.string(),
  data: bytes,
  /** Largest difference of a logit from the trained network's, and what was allowed, over so many
   * validation images. */
  maxAbsDiff: z.number(),
  bound: z.number(),
  images: count,
});

/** Of a run's trainings together, by the time of each result, `[results]`: epochs, legs too, and
 * seconds over all trainers. */
export const costsSchema = z.strictObject({ epochs: floats, seconds: floats });

// --- live events ---------------------------------------------------------------------------------

export const hostEventSchema = z.discriminatedUnion('type', [
  /** Sent first on every subscription, and after a gap: read everything again. */
  z.strictObject({ type: z.literal('synced') }),
  z.strictObject({ type: z.literal('run.changed'), summary: runSummarySchema }),
  z.strictObject({ type: z.literal('run.removed'), id }),
  z.strictObject({ type: z.literal('queue.changed'), queue: queueSchema }),
  z.strictObject({ type: z.literal('trial.changed'), trial: trialSchema }),
  z.strictObject({ type: z.literal('epoch.appended'), trialId: id, runId: id, point: epochPointSchema }),
  z.strictObject({ type: z.literal('replay.changed'), replay: replaySummarySchema }),
  z.strictObject({ type: z.literal('replay.removed'), id }),
  z.strictObject({ type: z.literal('job.changed'), job: jobSchema }),
  z.strictObject({ type: z.literal('job.removed'), id }),
  /** A teacher or a data set came or went: read them again. */
  z.strictObject({ type: z.literal('library.changed') }),
  /** The system handed a file to the program: ask whether to take it in. */
  z.strictObject({ type: z.literal('archive.offered') }),
]);

export type HostEvent = z.output<typeof hostEventSchema>;
export type RunSummaryView = z.output<typeof runSummarySchema>;
export type PredictionsView = z.output<typeof predictionsSchema>;
export type ExportView = z.output<typeof exportSchema>;
export type TeacherView = z.output<typeof teacherSchema>;
export type DatasetView = z.output<typeof datasetSchema>;
export type FamilyView = z.output<typeof familySchema>;
export type StrategyView = z.output<typeof strategySchema>;
export type CostsView = z.output<typeof costsSchema>;
export type PreviewView = z.output<typeof previewSchema>;

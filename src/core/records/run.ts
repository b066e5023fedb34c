/** A run: what the person asked for, with every default filled in, and where it stands. */
import { latencySettingSchema } from '../latency.ts';
import { limitSchema, objectiveSchema, rewardSchema } from '../objective.ts';
import { candidateSchema } from './candidate.ts';
import { checkpointsSchema } from './checkpoints.ts';
import type { CheckpointPolicy } from './checkpoints.ts';
import { completeRecipe, recipeSchema } from './recipe.ts';
import type { RecordedRecipe } from './recipe.ts';
import { spaceKindSchema } from './space-kind.ts';
import { anyNumber, count, id, readOnly, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

export const optionValue = z.union([z.number(), z.string().max(200), z.boolean()]);

const configSchema = z.strictObject({
  name: z.string(),
  dataset: z.string(),
  /** Of its images and labels, as they were at the start; absent where its card does not tell. */
  datasetFingerprint: z.string().optional(),
  /** Training images used of the data set's training split (all when absent). */
  trainImages: z.number().optional(),
  /** Its name; empty where students learn from labels alone and none was named. */
  teacher: z.string(),
  families: readOnly(z.array(z.string())),
  /** Which students they have; `compact` where it is absent. */
  space: spaceKindSchema.optional(),
  strategy: z.strictObject({ id: z.string(), options: z.record(z.string(), optionValue) }),
  /** What is trained where nothing is searched for; the budget is then so many students times the
   * seeds of each. */
  students: readOnly(z.array(candidateSchema)).optional(),
  /** Id of the run that they were found by, where it was one. */
  studentsFrom: z.string().optional(),
  /** Ids of earlier runs whose results this one learns from; they were copied when it started. */
  transferFrom: readOnly(z.array(z.string())).optional(),
  /** The table that comes with the program, whose results this one learns from; they were copied
   * when it started. */
  priorFrom: z.literal('shipped').optional(),
  objectives: readOnly(z.array(objectiveSchema)),
  limits: readOnly(z.array(limitSchema)),
  /** What `reward` means, where it is the one objective. */
  reward: rewardSchema.optional(),
  /** What `latencyMs` means; present where it is an objective or a limit, and then every student is
   * timed before it trains. */
  latency: latencySettingSchema.optional(),
  /** Reference point of the hypervolume, by metric. */
  reference: z.record(z.string(), z.number()),
  /** Trainings, or epochs of all trainings together (`core/budget.ts`). */
  budget: z.union([z.strictObject({ trials: count }), z.strictObject({ epochs: count })]),
  recipe: recipeSchema,
  checkpoints: checkpointsSchema,
  seed: count,
  /** Trainer processes side by side. */
  slots: count,
});

export const runSchema = z.strictObject({
  id,
  name: z.string(),
  state: z.enum(['running', 'paused', 'interrupted', 'finished', 'failed']),
  config: configSchema,
  strategyVersion: count,
  /** Why it stands as it does: failure, a newer strategy version, ... */
  reason: z.string().optional(),
  /** True for the sample search that an empty workspace starts with. */
  sample: z.boolean(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
  /** Wall time spent running, over all sessions (monotonic). */
  seconds: anyNumber,
});

/** What an earlier run was told of a student, as plain data: resuming needs no other run. */
export const priorResultSchema = z.strictObject({
  candidate: candidateSchema,
  /** Of the objective that is learned, in its own unit and goal. */
  value: anyNumber,
  /** The run or table it comes from: values are compared within one only. */
  source: z.string().max(1000),
});

export type PriorResult = RecordOf<typeof priorResultSchema>;
export type SearchConfig = RecordOf<typeof configSchema>;
export type Run = RecordOf<typeof runSchema>;
export type RunState = Run['state'];

/** A configuration as this version or an earlier one recorded it. */
export type RecordedConfig = Omit<SearchConfig, 'recipe' | 'checkpoints'> & {
  readonly recipe: RecordedRecipe;
  readonly checkpoints?: CheckpointPolicy;
  /** Results of the runs in `transferFrom` or of the table: recorded with the configuration, and
   * read apart from it. */
  readonly prior?: readonly PriorResult[];
};

/** The same configuration with every setting said: runs of earlier versions kept their last weights
 * alone. */
export function completeConfig({ prior: _, ...recorded }: RecordedConfig): SearchConfig {
  return {
    ...recorded,
    recipe: completeRecipe(recorded.recipe),
    checkpoints: recorded.checkpoints ?? { precision: 'fp32', keep: 'last' },
  };
}

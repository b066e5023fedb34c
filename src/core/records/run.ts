/** A run: what the person asked for, with every default filled in, and where it stands. */
import { LATENCY_BATCHES, LATENCY_ENGINES } from '../latency.ts';
import { REWARD_COSTS } from '../objective.ts';
import { candidateSchema } from './candidate.ts';
import { checkpointsSchema } from './checkpoints.ts';
import { recipeSchema } from './recipe.ts';
import { anyNumber, count, readOnly, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

export const optionValue = z.union([z.number(), z.string().max(200), z.boolean()]);

const objectiveSchema = z.strictObject({
  metric: z.string(),
  goal: z.enum(['maximize', 'minimize']),
  known: z.boolean(),
});

const rewardSchema = z.strictObject({
  cost: z.enum(REWARD_COSTS),
  target: z.number(),
  under: z.number(),
  over: z.number(),
});

export const latencySettingSchema = z.strictObject({
  engine: z.enum(LATENCY_ENGINES),
  batch: z.literal(LATENCY_BATCHES),
});

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
  strategy: z.strictObject({ id: z.string(), options: z.record(z.string(), optionValue) }),
  /** What is trained where nothing is searched for; the budget is then so many students times the
   * seeds of each. */
  students: readOnly(z.array(candidateSchema)).optional(),
  /** Id of the run that they were found by, where it was one. */
  studentsFrom: z.string().optional(),
  /** Ids of earlier runs whose results this one learns from; they were copied when it started. */
  transferFrom: readOnly(z.array(z.string())).optional(),
  objectives: readOnly(z.array(objectiveSchema)),
  limits: readOnly(z.array(z.strictObject({ metric: z.string(), max: z.number() }))),
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
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
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

export type SearchConfig = RecordOf<typeof configSchema>;
export type Run = RecordOf<typeof runSchema>;
export type RunState = Run['state'];

/** A run as lists show it. */
import { runSchema } from './run.ts';
import { trialSchema } from './trial.ts';
import { anyNumber, count, list, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

/** Kept with a run, so that no list reads trials. */
const scoreSchema = z.strictObject({
  bestAccuracy: anyNumber.optional(),
  frontSize: count,
  hypervolume: anyNumber,
  /**
   * Hypervolume after each `historyStep`-th finished trial, in order of finishing. Bounded: a long
   * run's list is thinned, or writing it down at each trial would cost more with every one.
   */
  history: list(anyNumber),
  historyStep: z.int().min(1),
  /** Epochs of all that has come to its end, legs too, where the budget is in epochs. */
  epochs: count.optional(),
});

export const summarySchema = z.strictObject({
  run: runSchema,
  /** In the order of their letters. */
  tags: list(z.string()),
  hasNote: z.boolean(),
  /** When it was moved to the trash; such a run is in no list but the trash's. */
  trashedAt: z.string().optional(),
  /** Students off the front gave up their weights to make room, whatever the configuration says of
   * them. */
  frontOnly: z.boolean(),
  /** Trials by state; a state that does not occur is 0. */
  trials: z.record(trialSchema.shape.state, count),
  score: scoreSchema,
});

export type RunScore = RecordOf<typeof scoreSchema>;
export type RunSummary = RecordOf<typeof summarySchema>;

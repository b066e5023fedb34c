/** What a search optimises: objectives, limits, and what a strategy may know before a trial. */
import { anyNumber, z } from './records/zod.ts';
import type { RecordOf } from './records/zod.ts';
import type { Space } from './space/space.ts';

export const objectiveSchema = z.strictObject({
  /** Name of the metric: `accuracy`, `params`, `macs`, ... */
  metric: z.string(),
  goal: z.enum(['maximize', 'minimize']),
  /** Exactly known before training (params, MACs): no model of it is needed. */
  known: z.boolean(),
});

export type Objective = RecordOf<typeof objectiveSchema>;
export type Goal = Objective['goal'];

/** `metric <= max`. Limits on known metrics filter candidates before anything is trained. */
export const limitSchema = z.strictObject({ metric: z.string(), max: z.number() });

export type Limit = RecordOf<typeof limitSchema>;

/** Known before training, or measured before it. */
export const REWARD_COSTS = ['params', 'macs', 'latencyMs'] as const;

/** Accuracy and one cost as a single number (`reward.ts` has the formula). */
export const rewardSchema = z.strictObject({
  cost: z.enum(REWARD_COSTS),
  /** T, in the cost's unit. */
  target: z.number(),
  /** Exponents, at most 0. */
  under: z.number(),
  over: z.number(),
});

export type Reward = RecordOf<typeof rewardSchema>;

/**
 * The first objective is the one a strategy has to learn. The others are known costs, or
 * `latencyMs`, which is measured before training and told with the result.
 */
export interface Problem {
  readonly space: Space;
  readonly objectives: readonly Objective[];
  readonly limits: readonly Limit[];
  /** Where `reward` is the one objective: what it is. A strategy then learns the accuracy in it,
   * and knows the rest. */
  readonly reward?: Reward;
  /** Reference point of the hypervolume, by metric; a point worse than it in any objective counts
   * nothing. */
  readonly reference: Readonly<Record<string, number>>;
  /** Number of trials the search may spend; where the run counts epochs, the whole trainings that
   * they come to, of which legs may make more. */
  readonly budget: number;
}

/** Measured or known values of a trial by metric. NaN and infinities are kept, and never win. */
export const metricsSchema = z.record(z.string(), anyNumber);

export type Metrics = RecordOf<typeof metricsSchema>;

/** +1 where more is better. */
export const sign = (goal: Goal): number => (goal === 'maximize' ? 1 : -1);

/** Every limit is kept; a metric that is missing or NaN keeps none. */
export const isFeasible = (metrics: Metrics, limits: readonly Limit[]): boolean =>
  limits.every(({ metric, max }) => (metrics[metric] ?? NaN) <= max);

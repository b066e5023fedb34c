/** What a strategy says of a training beside its student: why, how far, and from whose weights. */
import { anyNumber, count, readOnly, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

/** Why a candidate was proposed, in numbers the workbench can show. */
export const whySchema = z.strictObject({
  /** `reference`, `initial`, `global`, `region`, `family`, `random`, `mutation`, ... */
  source: z.string(),
  /** Which trust region and its level radius (`undefined` outside regions). */
  region: z.strictObject({ id: count, centre: count, radius: z.string() }).optional(),
  /** Surrogate's prediction of the unknown objective, in its own units. */
  predicted: z.strictObject({ mean: anyNumber, deviation: anyNumber }).optional(),
  /** Forecast of a latency that is measured only once the candidate is proposed. */
  predictedLatencyMs: anyNumber.optional(),
  /** How much of the prediction earlier runs make up: the weight of theirs, 0 where it was of no
   * help. */
  priorWeight: anyNumber.optional(),
  /** Of runs by TRADE's second version: its family had fewer trials than it was owed, and was
   * proposed for that. */
  owed: z.boolean().optional(),
  /** Expected gain (hypervolume improvement, or improvement under a limit) in the score's units. */
  expectedGain: anyNumber.optional(),
  /** Set when the strategy had to fall back, in words. */
  fallback: z.string().optional(),
});

/** How far a training goes before the strategy is asked about it again. */
export const legSchema = z.strictObject({
  /** It rests after so many epochs, counted from its start; 1 or more, and fewer than the whole
   * schedule has. */
  until: z.int().min(1),
  /** `part`: of the run's own schedule, with which it can go on; `own`: a whole short schedule,
   * after which all starts afresh. */
  schedule: z.enum(['own', 'part']),
});

/** Where the weights of a student come from, before it is trained. */
export const warmStartSchema = z.strictObject({
  /** Trials of the run that have ended with weights, or that rest; of a layer that more than one
   * has, the first one's counts. A trial that rests does not go on while a child of it is open. */
  parents: readOnly(z.array(z.union([count, z.literal('teacher')]))),
  /**
   * `inherit`: layers are a parent's of the same names, and a child that only grew computes what
   * its parent computes. `expand`: new filters are combinations of known ones, searched by forward
   * passes before the training. What no parent has is drawn by the trial's own seed.
   */
  map: z.enum(['inherit', 'expand']),
  /** Of what the map itself draws: shares of copies, sources and tries of a combination. */
  seed: count,
});

export type Why = RecordOf<typeof whySchema>;
export type Leg = RecordOf<typeof legSchema>;
export type WarmStart = RecordOf<typeof warmStartSchema>;

/** Records of a trial, as every room reads them. */
import { metricsSchema } from '../objective.ts';
import type { Metrics } from '../objective.ts';
import { candidateSchema } from './candidate.ts';
import { legSchema, warmStartSchema, whySchema } from './proposal.ts';
import { anyNumber, count, id, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

export const trialSchema = z.strictObject({
  id,
  runId: id,
  /** Index in its run, from 0. */
  number: count,
  /** `resting`: a leg of its training is done, and its strategy may go on with it. */
  state: z.enum(['queued', 'running', 'resting', 'finished', 'failed', 'interrupted', 'stopped']),
  candidate: candidateSchema,
  seed: count,
  why: whySchema,
  /** That it trains, or that it rests after; absent where it is trained to its end. */
  leg: legSchema.optional(),
  /** Whose weights it begins with; absent where its seed draws them. */
  from: warmStartSchema.optional(),
  /** Exact: known before training. */
  params: anyNumber,
  macs: anyNumber,
  peakActivationBytes: anyNumber,
  /** Measured: `accuracy` (validation), `loss`, ..., and `auc` and its kin where the kind of data
   * has them; empty until finished. */
  metrics: metricsSchema,
  /** Validation accuracy after the last epoch of one that rests, or rested to the end: no result
   * beside those of whole trainings. */
  reached: anyNumber.optional(),
  /** Test accuracy, computed once, at the end of the run, for reported students only. */
  testAccuracy: anyNumber.optional(),
  /** What its kind of data is measured by beside accuracy, on the test split, with it. */
  testMeasures: metricsSchema.optional(),
  /** Epochs done so far and asked for; 0 are asked for where training goes by seconds. */
  epochsDone: count,
  epochs: count,
  /** Training time of all its attempts. */
  seconds: anyNumber,
  attempts: count,
  reason: z.string().optional(),
  /** ISO 8601, for people; durations never come from these. */
  createdAt: z.string(),
  finishedAt: z.string().optional(),
});

export type Trial = RecordOf<typeof trialSchema>;
export type TrialState = Trial['state'];

/** `stopped` by the person; `ruledOut` by what was measured of it before it was trained; `rested`:
 * others were gone on with. */
export type TrialEnd = 'finished' | 'failed' | 'stopped' | 'ruledOut' | 'rested';

/** Why what rests ends with its search: no fault, and nobody's wish. */
export const LEFT_RESTING = 'It rested, and others were gone on with.';

/** How a trial has ended; `undefined` while it may go on. Of those whose state is `stopped` the
 * ruled out have metrics, and those that rested a reason of their own. */
export function endOf({
  state,
  metrics,
  reason,
}: Pick<Trial, 'state' | 'metrics'> & { readonly reason?: string | undefined }): TrialEnd | undefined {
  if (state === 'stopped') {
    if (Object.keys(metrics).length > 0) return 'ruledOut';
    return reason === LEFT_RESTING ? 'rested' : 'stopped';
  }
  return state === 'finished' || state === 'failed' ? state : undefined;
}

/** Epochs of the schedule that it is trained by at the moment; 0 where training goes by seconds. */
export const scheduleLength = ({ leg, epochs }: Pick<Trial, 'leg' | 'epochs'>): number =>
  leg?.schedule === 'own' ? leg.until : epochs;

/** What was measured of a trial, and its known costs. */
export const metricsOf = ({ metrics, params, macs }: Pick<Trial, 'metrics' | 'params' | 'macs'>): Metrics => ({
  ...metrics,
  params,
  macs,
});

/** Which weights of a finished trial stay on disk, and how. What training goes on from leaves when
 * a trial ends. */
import { complete, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

/** With `fp16` the trial's figures are those of the rounded weights. `front`: the last weights of
 * the students that no other dominates. */
export const checkpointsInput = z.strictObject({
  precision: z.enum(['fp32', 'fp16']).default('fp32').describe('Precision of kept weights; fp16 halves the files'),
  keep: z
    .enum(['best-and-last', 'last', 'front'])
    .default('best-and-last')
    .describe("Weights kept of a student: after its best and last epoch, its last, or the front's alone"),
});

export const checkpointsSchema = complete(checkpointsInput);

export type CheckpointPolicy = RecordOf<typeof checkpointsSchema>;

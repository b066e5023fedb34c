/** A point of a curve: what is known after an epoch of training. */
import { anyNumber, count, z } from './zod.ts';
import type { RecordOf } from './zod.ts';

/** Losses in nats, accuracies as fractions in [0, 1], seconds from a monotonic clock. */
export const epochPointSchema = z.strictObject({
  epoch: count,
  trainLoss: anyNumber,
  validationLoss: anyNumber,
  validationAccuracy: anyNumber,
  learningRate: anyNumber,
  seconds: anyNumber,
});

export type EpochPoint = RecordOf<typeof epochPointSchema>;

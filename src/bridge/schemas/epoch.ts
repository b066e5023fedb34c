/** A point of a curve: what is known after an epoch of training. */
import { z } from '../../core/records/zod.ts';

/** It may be NaN or infinite: z.number() refuses both. */
const anyNumber = z.custom<number>((value) => typeof value === 'number', 'expected a number');

export const epochPointSchema = z.strictObject({
  epoch: z.int().min(0),
  trainLoss: anyNumber,
  validationLoss: anyNumber,
  validationAccuracy: anyNumber,
  learningRate: anyNumber,
  seconds: anyNumber,
});

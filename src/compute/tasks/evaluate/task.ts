/** How good a trained network is on a split, and what it says of each image. */
import type { Measured } from '../../../core/measures.ts';
import { z } from '../../../core/records/zod.ts';
import { datasetRef, networkSource } from '../inputs.ts';
import type { Task } from '../outputs.ts';

export const evaluateInput = z.object({
  source: networkSource,
  dataset: datasetRef,
  split: z.enum(['validation', 'test']),
});

/** Softmax outputs on a split, in the split's order. */
export interface Predictions {
  readonly count: number;
  readonly classes: number;
  /** `[count][classes]`, row-major. */
  readonly probabilities: Float32Array;
}

export interface Evaluation {
  /** Fraction of right answers. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  readonly predictions: Predictions;
}

/** Of a student; beside accuracy, what the kind of its data is measured by. */
export interface Judgement extends Evaluation {
  readonly measures?: Measured;
}

export type EvaluateTask = Task<typeof evaluateInput, never, Judgement>;

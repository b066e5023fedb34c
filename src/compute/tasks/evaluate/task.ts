/** How good a trained network is on a split, and what it says of each image. */
import type { Measured } from '../../../core/measures.ts';
import { MEASURE_NAMES } from '../../../core/measures.ts';
import { anyNumber, count, floats, z } from '../../../core/records/zod.ts';
import { datasetRef, networkSource } from '../inputs.ts';
import type { Task } from '../outputs.ts';
import { datasetAt, networkAt } from '../travel.ts';
import type { Travel } from '../travel.ts';

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

const predictions = z
  .object({ count, classes: count, probabilities: floats })
  .refine(({ count, classes, probabilities }) => probabilities.length === count * classes, 'expected a row an example');

export const judgement = z.object({
  accuracy: anyNumber,
  loss: anyNumber,
  predictions,
  measures: z.partialRecord(z.enum(MEASURE_NAMES), anyNumber).optional(),
});

export const evaluateTravel: Travel<EvaluateTask> = {
  reads: ({ source, dataset, split }, places) => ({
    ...{ source: networkAt(places, source), dataset: datasetAt(places, dataset), split },
  }),
  report: z.never(),
  output: judgement,
};

/**
 * What a training minimises, as the trainer sees it: a loss over one batch, which may look at
 * layers of the student, at what the teacher gives for the same views, and at weights of its own
 * that are trained beside the student's.
 */
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Rng } from '../../core/math/rng.ts';
import type { Initializer } from '../../core/arch/graph.ts';
import { sizeOf } from '../../core/arch/ops.ts';
import type { WeightSlot } from '../model/parameters.ts';

export interface CriterionBatch {
  /** `[batch, classes]` */
  readonly logits: Tensor2D;
  /** `[batch, classes]`: labels, smoothed, and mixed where images are. */
  readonly targets: Tensor2D;
  /** Which training images these are, `[batch]`. */
  readonly samples: Int32Array;
  /** Rows of a teacher's tensor for this batch, `[batch, ...]`; mixed where images are. */
  readonly teacher: (name: string) => Tensor;
  /** What a tapped layer gave, `[batch, ...]`. */
  readonly feature: (layerId: string) => Tensor;
  /** A slot of the criterion by its full name. */
  readonly weight: (name: string) => Tensor;
  /** The new value of a slot that is not trained; the trainer keeps it to the next step. */
  readonly keep: (name: string, value: Tensor) => void;
  /** Share of the training that is done, 0 to 1. */
  readonly progress: number;
  /** Decided by seed and step alone. */
  readonly rng: Rng;
}

export interface Criterion {
  /** Layers of the student whose outputs it reads. */
  readonly taps: readonly string[];
  /**
   * Weights of its own. Trainable ones are trained beside the student's; others change by `keep`.
   * Both are kept in epoch checkpoints, left out of final weights and never counted as the
   * student's.
   */
  readonly slots: readonly WeightSlot[];
  /** Mean over the batch. Called while gradients are recorded. */
  readonly loss: (batch: CriterionBatch) => Scalar;
}

/** A loss on logits alone. */
export function logitCriterion(loss: Criterion['loss']): Criterion {
  return { taps: [], slots: [], loss };
}

/** No layer of a family bears this name. */
const OWNER = 'distillation';

export function trainedSlot(name: string, shape: readonly number[], init: Initializer): WeightSlot {
  return slot(name, shape, init, true);
}

/** Changed by the criterion itself, not by the optimiser. */
export function keptSlot(name: string, shape: readonly number[], init: Initializer): WeightSlot {
  return slot(name, shape, init, false);
}

function slot(name: string, shape: readonly number[], init: Initializer, trainable: boolean): WeightSlot {
  const decay = trainable && shape.length > 1;
  const spec = { name, shape, init, trainable, decay };
  return { name: `${OWNER}/${name}`, layerId: OWNER, spec, size: sizeOf(shape) };
}

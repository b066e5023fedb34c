/** The one call that differentiates: a loss and its gradients by the weights. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

export interface LossAndGradients {
  readonly value: Scalar;
  /** In the order of the weights. */
  readonly gradients: readonly Tensor[];
}

/** Call it inside a tidy. */
export function lossAndGradients(
  loss: (weights: readonly Tensor[]) => Scalar,
  weights: readonly Tensor[],
): LossAndGradients {
  const { value, grads } = tf.valueAndGrads((...tensors) => loss(tensors))([...weights]);
  return { value: value as Scalar, gradients: grads }; // what `loss` gave
}

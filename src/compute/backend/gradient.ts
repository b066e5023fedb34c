/** The one call that differentiates: a loss on a network's outputs, and its gradients by all
 * weights. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { hasNativeKernels } from './native.ts';
import { backward, recorded } from './tape.ts';

export interface LossAndGradients {
  readonly value: Scalar;
  /** In the order of the weights. */
  readonly gradients: readonly Tensor[];
}

/**
 * `network` gives what the loss looks at; `loss` may also use the weights at `own`, which the
 * network does not. With the native kernels the network is recorded on our own tape and only the
 * loss on tfjs's. Call it inside a tidy.
 */
export function lossAndGradients(
  network: (weights: readonly Tensor[]) => readonly Tensor[],
  loss: (outputs: readonly Tensor[], weights: readonly Tensor[]) => Scalar,
  weights: readonly Tensor[],
  own: readonly number[],
): LossAndGradients {
  if (!hasNativeKernels()) {
    const { value, grads } = tf.valueAndGrads((...tensors) => loss(network(tensors), tensors))([...weights]);
    return { value: value as Scalar, gradients: grads }; // what `loss` gave
  }
  const { result: outputs, tape } = recorded(() => network(weights));
  const ownWeights = own.map((index) => at(weights, index));
  const { value, grads } = tf.valueAndGrads((...tensors) => {
    const shown = [...weights];
    own.forEach((index, place) => (shown[index] = at(tensors, outputs.length + place)));
    return loss(tensors.slice(0, outputs.length), shown);
  })([...outputs, ...ownWeights]);
  const seeds = new Map(outputs.map(({ id }, index) => [id, at(grads, index)]));
  const gradients = backward(tape, seeds);
  const ofLoss = new Map(own.map((index, place) => [index, grads[outputs.length + place]]));
  return {
    value: value as Scalar, // what `loss` gave
    gradients: weights.map((weight, index) => gradients.get(weight.id) ?? ofLoss.get(index) ?? tf.zerosLike(weight)),
  };
}

function at(tensors: readonly Tensor[], index: number): Tensor {
  const tensor = tensors[index];
  if (tensor === undefined) throw new Error(`There is no tensor number ${index}`);
  return tensor;
}

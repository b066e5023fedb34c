/** A function of tensors with a gradient of its own, so that a layer is one node of the tape. */
import * as tf from '@tensorflow/tfjs-core';
import type { GradSaveFunc, Tensor } from '@tensorflow/tfjs-core';

export interface Differentiable<T extends Tensor> {
  readonly value: T;
  /** Gradients of the inputs, in their order, from the value's. `saved` are the tensors given to `save`. */
  readonly gradient: (dy: Tensor, saved: readonly Tensor[]) => Tensor | Tensor[];
}

/** `forward` computes from `inputs`; what the gradient needs of them goes through `save`, which keeps it alive. */
export function differentiable<T extends Tensor>(
  inputs: readonly Tensor[],
  forward: (save: GradSaveFunc) => Differentiable<T>,
): T {
  return tf.customGrad<T>((...args) => {
    // Sound: tfjs passes the inputs, then this function.
    const { value, gradient } = forward(args.at(-1) as GradSaveFunc);
    return { value, gradFunc: gradient };
  })(...inputs);
}

/** The saved tensor number `index`. */
export function savedAt(saved: readonly Tensor[], index: number): Tensor {
  const tensor = saved[index];
  if (tensor === undefined) throw new Error(`No tensor was saved at ${index}`);
  return tensor;
}

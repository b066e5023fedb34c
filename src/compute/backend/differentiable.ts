/** A function of tensors with a gradient of its own, so that a layer is one node of the tape. */
import * as tf from '@tensorflow/tfjs-core';
import type { GradSaveFunc, Scalar, Tensor } from '@tensorflow/tfjs-core';
import { only } from './raw.ts';
import type { RawOp } from './raw.ts';
import { isRecording, record } from './tape.ts';

export interface Differentiable<T extends Tensor> {
  readonly value: T;
  /** Gradients of the inputs, in their order, from the value's. `saved` are the tensors given to
   * `save`. */
  readonly gradient: (dy: Tensor, saved: readonly Tensor[]) => Tensor | Tensor[];
}

/** `forward` computes from `inputs`; what the gradient needs of them goes through `save`, which
 * keeps it alive. */
export function differentiable<T extends Tensor>(
  inputs: readonly Tensor[],
  forward: (save: GradSaveFunc) => Differentiable<T>,
): T {
  if (isRecording()) {
    const saved: Tensor[] = [];
    const { value, gradient } = forward((tensors) => void saved.push(...tensors));
    record({ inputs, value, saved, gradient });
    return value;
  }
  return tf.customGrad<T>((...args) => {
    // Sound: tfjs passes the inputs, then this function.
    const { value, gradient } = forward(args.at(-1) as GradSaveFunc);
    return { value, gradFunc: gradient };
  })(...inputs);
}

/** An op as one node, whose gradient is an op of dy and of what it was given. */
export function byOps(inputs: readonly Tensor[], forward: RawOp, gradient: RawOp): Tensor {
  return differentiable(inputs, (save) => {
    save([...inputs]);
    return { value: only(forward(inputs)), gradient: (dy, saved) => [...gradient([dy, ...saved])] };
  });
}

/**
 * tfjs's own ops as one node, for those that are rare enough to be computed twice: its gradient
 * runs `compute` again under tfjs's tape.
 */
export function byTensorFlowJs<T extends Tensor>(inputs: readonly Tensor[], compute: (...inputs: Tensor[]) => T): T {
  if (!isRecording()) return compute(...inputs);
  return differentiable(inputs, (save) => {
    save([...inputs]);
    return {
      value: compute(...inputs),
      gradient: (dy, saved) => tf.grads((...tensors) => compute(...tensors))([...saved], dy),
    };
  });
}

/** A number whose slope by x is computed with it. */
export function sloped(x: Tensor, compute: () => { readonly value: Scalar; readonly slope: Tensor }): Scalar {
  return differentiable([x], (save) => {
    const { value, slope } = compute();
    save([slope]);
    return { value, gradient: (dy, saved) => tf.mul(savedAt(saved, 0), dy) };
  });
}

/** The saved tensor number `index`. */
export function savedAt(saved: readonly Tensor[], index: number): Tensor {
  const tensor = saved[index];
  if (tensor === undefined) throw new Error(`No tensor was saved at ${index}`);
  return tensor;
}

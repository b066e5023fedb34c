/** Random tensors, and how far two are apart. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { createRng } from '../../../src/core/math/rng.ts';

/** Of mean 0 and deviation 1. */
export function gaussian(shape: readonly number[], seed: number): Tensor {
  const rng = createRng(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.normal()),
    [...shape],
  );
}

export function numbers(tensor: Tensor): Float32Array {
  return tensor.dataSync<'float32'>();
}

/** Largest difference of two tensors over the largest value of the second, which counts as 1 where
 * it is less. */
export function distance(ours: Tensor, theirs: Tensor): number {
  if (ours.shape.join() !== theirs.shape.join()) return Number.POSITIVE_INFINITY;
  const [left, right] = [numbers(ours), numbers(theirs)];
  let [most, largest] = [0, 1];
  for (let place = 0; place < right.length; place++) {
    const apart = Math.abs((left[place] ?? Number.NaN) - (right[place] ?? Number.NaN));
    if (!(apart <= most)) most = apart; // NaN too
    largest = Math.max(largest, Math.abs(right[place] ?? 0));
  }
  return most / largest;
}

/** A discriminator that grows with the generator: a block that halves the side for each doubling, a
 * block at 4 x 4, a sum over places and a number. Its kernels are divided by their largest singular
 * values. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { FIRST_SIDE } from '../../core/generator/cells.ts';
import type { Rng } from '../../core/math/rng.ts';
import { spectralKernels } from './spectral.ts';
import { convolved } from './weights.ts';
import type { Weights } from './weights.ts';

/** E2GAN has 64. [R] */
const CHANNELS = 16;

export interface Discriminator {
  /** `[n]` of images `[n, side, side, channels]`; its weights are made where they are not there
   * yet. Call it inside a tidy. */
  readonly judge: (images: Tensor4D) => Tensor1D;
  /** One step of the power method for every kernel. */
  readonly follow: () => void;
  readonly dispose: () => void;
}

export function createDiscriminator(weights: Weights, rng: Rng): Discriminator {
  const kernels = spectralKernels(weights, rng);

  const convolve = (name: string, x: Tensor4D, size: number): Tensor4D => {
    const kernel = kernels.of(`${name}/kernel`, [size, size, x.shape[3], CHANNELS]);
    return convolved(x, kernel, weights.constant(`${name}/bias`, CHANNELS, 0));
  };

  /** `isFirst`: it is given images, which no activation changes. */
  function block(name: string, x: Tensor4D, halves: boolean, isFirst: boolean): Tensor4D {
    const half = (maps: Tensor4D): Tensor4D => (halves ? tf.avgPool(maps, 2, 2, 'valid') : maps);
    const first = convolve(`${name}/conv1`, isFirst ? x : tf.relu(x), 3);
    const second = half(convolve(`${name}/conv2`, tf.relu(first), 3));
    if (!halves) return tf.add(second, x);
    return tf.add(second, convolve(`${name}/shortcut`, half(x), 1));
  }

  return {
    judge: (images) => {
      let x = images;
      for (let side = images.shape[1]; side > FIRST_SIDE; side /= 2) {
        const isFirst = x === images;
        // The block that is given images is another one than that which is given maps of its side.
        x = block(isFirst ? `images${side}` : `maps${side}`, x, true, isFirst);
      }
      const last = tf.relu(block('last', x, false, false));
      const sums: Tensor2D = tf.sum(last, [1, 2]);
      const scores = tf.matMul(sums, kernels.of('score/kernel', [CHANNELS, 1]) as Tensor2D); // made of this shape
      return tf.reshape(tf.add(scores, weights.constant('score/bias', 1, 0)), [-1]);
    },
    follow: kernels.follow,
    dispose: kernels.dispose,
  };
}

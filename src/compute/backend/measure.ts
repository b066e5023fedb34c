/** How fast this machine computes, in billions of floating-point operations a second; a
 * multiply-add counts 2. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

const SIDE = 1024;
const MAP = { batch: 64, side: 28, channels: 64, kernel: 3 };

/** Best of a few repetitions within `milliseconds` for each measurement. */
export function measureGflops(milliseconds = 400): Readonly<Record<string, number>> {
  const { batch, side, channels, kernel } = MAP;
  return tf.tidy(() => {
    const matrix = tf.randomUniform([SIDE, SIDE]);
    const maps: Tensor4D = tf.randomUniform([batch, side, side, channels]);
    const filter: Tensor4D = tf.randomUniform([kernel, kernel, channels, channels]);
    const gradient: Tensor4D = tf.randomUniform([batch, side, side, channels]);
    const common = { strides: 1, pad: 'same', dataFormat: 'NHWC' };
    const convolution = 2 * batch * side * side * kernel * kernel * channels * channels;
    return {
      'matmul 1024': rate(2 * SIDE ** 3, milliseconds, () => tf.matMul(matrix, matrix)),
      'conv 3x3 64->64': rate(convolution, milliseconds, () => tf.conv2d(maps, filter, 1, 'same')),
      'conv 3x3 64->64, input gradient': rate(convolution, milliseconds, () =>
        runKernel('Conv2DBackpropInput', { dy: gradient, filter }, { ...common, inputShape: maps.shape }),
      ),
      'conv 3x3 64->64, filter gradient': rate(convolution, milliseconds, () =>
        runKernel('Conv2DBackpropFilter', { x: maps, dy: gradient }, { ...common, filterShape: filter.shape }),
      ),
    };
  });
}

/** Without `tf.grad`, which would compute the forward pass again. */
function runKernel(name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): Tensor {
  return tf.engine().runKernel<Tensor>(name, inputs, attributes);
}

function rate(operations: number, milliseconds: number, compute: () => Tensor): number {
  compute().dispose();
  const deadline = performance.now() + milliseconds;
  let best = Number.POSITIVE_INFINITY;
  while (performance.now() < deadline) {
    const started = performance.now();
    const result = compute();
    // One number is enough to wait for a device that computes in the background.
    tf.tidy(() => tf.slice(tf.reshape(result, [-1]), 0, 1).dataSync());
    best = Math.min(best, performance.now() - started);
    result.dispose();
  }
  return operations / best / 1e6;
}

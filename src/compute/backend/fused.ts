/**
 * Layers as few, large kernels with closed-form gradients. On TensorFlow they call its fused ops (`raw.ts`); elsewhere
 * they fall back to tfjs ops, which differentiate themselves.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x, y, dy | input, output, gradient of the output | `[batch, ..., channels]` |
 * | gamma, beta | scale and offset of a norm | `[channels]` |
 * | mean, variance | running statistics, new = (1 - m) old + m batch | `[channels]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { only, rawOp, tensorFlow } from './raw.ts';

/** Shared by training, inference and the exporter. The smallest epsilon that cuDNN takes is 1e-5. */
export const NORM_EPSILON = 1e-5;
/** Share of the new batch in the running statistics. */
export const STATISTICS_MOMENTUM = 0.1;

export interface Statistics {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

const FLOAT = { types: { T: 'float32' } } as const;
const batchNormTraining = rawOp('FusedBatchNormV3', 6, {
  types: { T: 'float32', U: 'float32' },
  floats: { epsilon: NORM_EPSILON, exponential_avg_factor: STATISTICS_MOMENTUM },
  booleans: { is_training: true },
  strings: { data_format: 'NHWC' },
});
const batchNormGradient = rawOp('FusedBatchNormGradV3', 5, {
  types: { T: 'float32', U: 'float32' },
  floats: { epsilon: NORM_EPSILON },
  booleans: { is_training: true },
  strings: { data_format: 'NHWC' },
});
const RECTIFIERS = {
  relu: { forward: rawOp('Relu', 1, FLOAT), gradient: rawOp('ReluGrad', 1, FLOAT) },
  relu6: { forward: rawOp('Relu6', 1, FLOAT), gradient: rawOp('Relu6Grad', 1, FLOAT) },
} as const;
const biasAdd = rawOp('BiasAdd', 1, { ...FLOAT, strings: { data_format: 'NHWC' } });
const biasAddGradient = rawOp('BiasAddGrad', 1, { ...FLOAT, strings: { data_format: 'NHWC' } });

/**
 * Batch norm over maps `[batch, h, w, channels]` with the batch's own statistics. Hands the updated running statistics
 * to `update`, which owns them (they outlive the enclosing tidy). Ioffe and Szegedy 2015.
 */
export function trainBatchNorm(
  x: Tensor,
  gamma: Tensor1D,
  beta: Tensor1D,
  running: Statistics,
  update: (statistics: Statistics) => void,
): Tensor {
  if (tensorFlow() === undefined) return composedBatchNorm(x, gamma, beta, running, update);
  const normalise = tf.customGrad((...args) => {
    const [features, scale, offset, save] = args as [Tensor, Tensor1D, Tensor1D, (tensors: Tensor[]) => void];
    const [y, mean, variance, ...reserved] = batchNormTraining([
      features,
      scale,
      offset,
      running.mean,
      running.variance,
    ]);
    const [batchMean, batchVariance, workspace] = reserved;
    if (!y || !mean || !variance || !batchMean || !batchVariance || !workspace) throw new Error('FusedBatchNormV3');
    update({ mean: tf.keep(mean as Tensor1D), variance: tf.keep(variance as Tensor1D) });
    save([features, scale, batchMean, batchVariance, workspace]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => [...batchNormGradient([dy, ...saved])].slice(0, 3),
    };
  });
  return normalise(x, gamma, beta);
}

function composedBatchNorm(
  x: Tensor,
  gamma: Tensor1D,
  beta: Tensor1D,
  running: Statistics,
  update: (statistics: Statistics) => void,
): Tensor {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const count = x.size / gamma.size;
  const mean = tf.mean(x, axes) as Tensor1D;
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), axes) as Tensor1D;
  const blend = (old: Tensor1D, batch: Tensor, correction: number) =>
    tf.keep(tf.add(tf.mul(old, 1 - STATISTICS_MOMENTUM), tf.mul(batch, STATISTICS_MOMENTUM * correction))) as Tensor1D;
  // Like TensorFlow's kernel, running variances are the unbiased ones.
  update({
    mean: blend(running.mean, mean, 1),
    variance: blend(running.variance, variance, count / Math.max(1, count - 1)),
  });
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, NORM_EPSILON)));
  return tf.add(tf.mul(centred, scale), beta);
}

/** `max(0, x)`, or `min(max(0, x), 6)`. */
export function rectify(x: Tensor, kind: 'relu' | 'relu6'): Tensor {
  if (tensorFlow() === undefined) return kind === 'relu' ? tf.relu(x) : tf.relu6(x);
  const { forward, gradient } = RECTIFIERS[kind];
  return tf.customGrad((...args) => {
    const [features, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const value = only(forward([features]));
    save([value]);
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => only(gradient([dy, only(saved)])) };
  })(x);
}

/** Adds a bias `[channels]` over the last axis. */
export function addBias(x: Tensor, bias: Tensor1D): Tensor {
  if (tensorFlow() === undefined) return tf.add(x, bias);
  return tf.customGrad((...args) => {
    const [features, offset] = args as [Tensor, Tensor1D];
    return {
      value: only(biasAdd([features, offset])),
      gradFunc: (dy: Tensor) => [dy, only(biasAddGradient([dy]))],
    };
  })(x, bias);
}

/** Layer norm over the last axis, Ba et al. 2016. dx = (g - mean(g) - n mean(g n)) / deviation with g = dy gamma. */
export function layerNorm(x: Tensor, gamma: Tensor1D, beta: Tensor1D): Tensor {
  return tf.customGrad((...args) => {
    const [features, scale, offset, save] = args as [Tensor, Tensor1D, Tensor1D, (tensors: Tensor[]) => void];
    const centred = tf.sub(features, tf.mean(features, -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), NORM_EPSILON));
    const normal = tf.mul(centred, inverse);
    save([normal, inverse, scale]);
    return {
      value: addBias(tf.mul(normal, scale), offset),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [n, deviationInverse, g] = saved as [Tensor, Tensor, Tensor1D];
        const leading = dy.shape.slice(0, -1).map((_, axis) => axis);
        const scaled = tf.mul(dy, g);
        const projected = tf.mul(n, tf.mean(tf.mul(scaled, n), -1, true));
        const dx = tf.mul(tf.sub(tf.sub(scaled, tf.mean(scaled, -1, true)), projected), deviationInverse);
        return [dx, tf.sum(tf.mul(dy, n), leading), tf.sum(dy, leading)];
      },
    };
  })(x, gamma, beta);
}

/** Gaussian error linear unit, exact: x Phi(x). Hendrycks and Gimpel 2016. Derivative Phi(x) + x phi(x). */
export function gelu(x: Tensor): Tensor {
  return tf.customGrad((...args) => {
    const [features, save] = args as [Tensor, (tensors: Tensor[]) => void];
    const cumulative = tf.mul(tf.add(tf.erf(tf.mul(features, Math.SQRT1_2)), 1), 0.5);
    save([features, cumulative]);
    return {
      value: tf.mul(features, cumulative),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [f, phi] = saved as [Tensor, Tensor];
        const density = tf.mul(tf.exp(tf.mul(tf.square(f), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(dy, tf.add(phi, tf.mul(f, density)));
      },
    };
  })(x);
}

/** Mean over the axes between batch and channels: `[batch, ..., channels] -> [batch, channels]`. */
export function meanPositions(x: Tensor): Tensor {
  const axes = x.shape.slice(1, -1).map((_, index) => index + 1);
  const positions = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const spread = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return tf.customGrad((...args) => {
    const [features] = args as [Tensor];
    return {
      value: tf.mean(features, axes),
      gradFunc: (dy: Tensor) => tf.broadcastTo(tf.reshape(tf.mul(dy, 1 / positions), spread), x.shape),
    };
  })(x);
}

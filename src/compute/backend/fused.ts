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
import { differentiable, savedAt } from './differentiable.ts';
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
  return differentiable([x, gamma, beta], (save) => {
    const outputs = batchNormTraining([x, gamma, beta, running.mean, running.variance]);
    // Sound: the op's outputs 1 and 2 are the running statistics, vectors.
    update({ mean: tf.keep(savedAt(outputs, 1) as Tensor1D), variance: tf.keep(savedAt(outputs, 2) as Tensor1D) });
    // The rest is what its gradient wants: the batch's statistics and a workspace.
    save([x, gamma, ...outputs.slice(3)]);
    return {
      value: savedAt(outputs, 0),
      gradient: (dy, saved) => batchNormGradient([dy, ...saved]).slice(0, 3),
    };
  });
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
  const rectifier = RECTIFIERS[kind];
  return differentiable([x], (save) => {
    const value = only(rectifier.forward([x]));
    save([value]);
    return { value, gradient: (dy, saved) => only(rectifier.gradient([dy, savedAt(saved, 0)])) };
  });
}

/** Adds a bias `[channels]` over the last axis. */
export function addBias(x: Tensor, bias: Tensor1D): Tensor {
  if (tensorFlow() === undefined) return tf.add(x, bias);
  return differentiable([x, bias], () => ({
    value: only(biasAdd([x, bias])),
    gradient: (dy) => [dy, only(biasAddGradient([dy]))],
  }));
}

/** Layer norm over the last axis, Ba et al. 2016. dx = (g - mean(g) - n mean(g n)) / deviation with g = dy gamma. */
export function layerNorm(x: Tensor, gamma: Tensor1D, beta: Tensor1D): Tensor {
  return differentiable([x, gamma, beta], (save) => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), NORM_EPSILON));
    const normal = tf.mul(centred, inverse);
    save([normal, inverse, gamma]);
    return {
      value: addBias(tf.mul(normal, gamma), beta),
      gradient: (dy, saved) => {
        const n = savedAt(saved, 0);
        const leading = dy.shape.slice(0, -1).map((_, axis) => axis);
        const scaled = tf.mul(dy, savedAt(saved, 2));
        const projected = tf.mul(n, tf.mean(tf.mul(scaled, n), -1, true));
        const dx = tf.mul(tf.sub(tf.sub(scaled, tf.mean(scaled, -1, true)), projected), savedAt(saved, 1));
        return [dx, tf.sum(tf.mul(dy, n), leading), tf.sum(dy, leading)];
      },
    };
  });
}

/** Gaussian error linear unit, exact: x Phi(x). Hendrycks and Gimpel 2016. Derivative Phi(x) + x phi(x). */
export function gelu(x: Tensor): Tensor {
  return differentiable([x], (save) => {
    const cumulative = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
    save([x, cumulative]);
    return {
      value: tf.mul(x, cumulative),
      gradient: (dy, saved) => {
        const features = savedAt(saved, 0);
        const density = tf.mul(tf.exp(tf.mul(tf.square(features), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(dy, tf.add(savedAt(saved, 1), tf.mul(features, density)));
      },
    };
  });
}

/** Mean over the axes between batch and channels: `[batch, ..., channels] -> [batch, channels]`. */
export function meanPositions(x: Tensor): Tensor {
  const axes = x.shape.slice(1, -1).map((_, index) => index + 1);
  const positions = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const spread = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return differentiable([x], () => ({
    value: tf.mean(x, axes),
    gradient: (dy) => tf.broadcastTo(tf.reshape(tf.mul(dy, 1 / positions), spread), x.shape),
  }));
}

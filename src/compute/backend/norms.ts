/**
 * Batch norm, with what follows it, and layer norm, each as one node of the tape with its gradients
 * in closed form: by our own kernels, else by TensorFlow's fused ops (`raw.ts`), else by tfjs's,
 * which differentiate themselves.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x, y, dy | input, output, gradient of the output | `[batch, ..., channels]` |
 * | gamma, beta | scale and offset of a norm | `[channels]` |
 * | mean, variance | running statistics, new = (1 - m) old + m batch | `[channels]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { differentiable, savedAt } from './differentiable.ts';
import { activate, addBias, biasActivation, nothing } from './activation.ts';
import { hasNativeKernels, perActivation, quickerKernels } from './native.ts';
import type { FusedActivation } from './native.ts';
import { rawOp, tensorFlow } from './raw.ts';
import { sum } from './shape-ops.ts';

/** Shared by training, inference and the exporter. The smallest epsilon that cuDNN takes is
 * 1e-5. */
export const NORM_EPSILON = 1e-5;
/** Share of the new batch in the running statistics. */
const STATISTICS_MOMENTUM = 0.1;

export interface Statistics {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

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

/** What follows a batch norm in one pass with it: `act(norm(x) + shortcut)`. */
export interface NormEnd {
  readonly activation: FusedActivation;
  readonly shortcut: Tensor | undefined;
}

const NO_END: NormEnd = { activation: 'none', shortcut: undefined };

/** Batch norm over maps `[batch, h, w, channels]` by running statistics, and what follows. */
export function batchNorm(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  { mean, variance }: Statistics,
  { activation, shortcut }: NormEnd = NO_END,
): Tensor {
  const normal = tf.batchNorm(x, mean, variance, beta, gamma, NORM_EPSILON);
  return biasActivation(shortcut ? tf.add(normal, shortcut) : normal, undefined, activation);
}

/**
 * Batch norm over maps `[batch, h, w, channels]` with the batch's own statistics, and what follows.
 * Hands the updated running statistics to `update`, which owns them (they outlive the enclosing
 * tidy). Ioffe and Szegedy 2015.
 */
export function trainBatchNorm(
  x: Tensor,
  gamma: Tensor1D,
  beta: Tensor1D,
  running: Statistics,
  update: (statistics: Statistics) => void,
  end: NormEnd = NO_END,
): Tensor {
  const norm: NormArguments = [x, gamma, beta, running, update];
  if (hasNativeKernels() && quickerKernels().batchNorm) return nativeBatchNorm(norm, end);
  const { activation, shortcut } = end;
  const normal = plainBatchNorm(norm);
  const added = shortcut ? sum(normal, shortcut) : normal;
  return hasNativeKernels() ? biasActivation(added, undefined, activation) : activate(added, activation);
}

/** With a rectifier after it, ours and TensorFlow's: for measuring which is quicker. */
export const BATCH_NORMS = {
  ours: (...norm: NormArguments): Tensor => nativeBatchNorm(norm, RECTIFIED),
  theirs: (...norm: NormArguments): Tensor => biasActivation(plainBatchNorm(norm), undefined, RECTIFIED.activation),
} as const;

/** x, gamma, beta, the running statistics, and who takes the updated ones. */
type NormArguments = [Tensor, Tensor1D, Tensor1D, Statistics, (statistics: Statistics) => void];
const RECTIFIED: NormEnd = { activation: 'relu', shortcut: undefined };

function nativeBatchNorm([x, gamma, beta, running, update]: NormArguments, { activation, shortcut }: NormEnd): Tensor {
  return differentiable(shortcut ? [x, gamma, beta, shortcut] : [x, gamma, beta], (save) => {
    const outputs = normForward[activation]([x, gamma, beta, running.mean, running.variance, shortcut ?? nothing()]);
    const y = savedAt(outputs, 0);
    // Sound: the op's outputs 1 and 2 are the running statistics, vectors.
    update({ mean: tf.keep(savedAt(outputs, 1) as Tensor1D), variance: tf.keep(savedAt(outputs, 2) as Tensor1D) });
    // A rectifier's slope is read off its output; others are computed again from x.
    save([x, activation === 'relu' || activation === 'relu6' ? y : x, gamma, beta, ...outputs.slice(3)]);
    return {
      value: y,
      gradient: (dy, saved) => {
        const gradient = (shortcut ? normGradientWithShortcut : normGradient)[activation];
        const [dx, dgamma, dbeta, dshortcut] = gradient([dy, ...saved]);
        if (!dx || !dgamma || !dbeta || !dshortcut) throw new Error('Four gradients were expected');
        if (!shortcut) return [dx, dgamma, dbeta];
        return [dx, dgamma, dbeta, activation === 'none' ? dy : dshortcut];
      },
    };
  });
}

function plainBatchNorm(norm: NormArguments): Tensor {
  if (tensorFlow() === undefined) return composedBatchNorm(norm);
  const [x, gamma, beta, running, update] = norm;
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

const normForward = perActivation((activation) =>
  rawOp('TradeBatchNorm', 5, {
    integers: { activation },
    floats: { epsilon: NORM_EPSILON, momentum: STATISTICS_MOMENTUM },
  }),
);
const normGradient = perActivation((activation) =>
  rawOp('TradeBatchNormGrad', 4, { integers: { activation, shortcut: 0 } }),
);
const normGradientWithShortcut = perActivation((activation) =>
  rawOp('TradeBatchNormGrad', 4, { integers: { activation, shortcut: 1 } }),
);
const layerNormForward = rawOp('TradeLayerNorm', 3, { floats: { epsilon: NORM_EPSILON } });
const layerNormGradient = rawOp('TradeLayerNormGrad', 3, {});

function composedBatchNorm([x, gamma, beta, running, update]: NormArguments): Tensor {
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

/** Layer norm over the last axis, Ba et al. 2016. dx = (g - mean(g) - n mean(g n)) / deviation with
 * g = dy gamma. */
export function layerNorm(x: Tensor, gamma: Tensor1D, beta: Tensor1D): Tensor {
  if (hasNativeKernels()) {
    return differentiable([x, gamma, beta], (save) => {
      const outputs = layerNormForward([x, gamma, beta]);
      save([x, gamma, ...outputs.slice(1)]);
      return { value: savedAt(outputs, 0), gradient: (dy, saved) => [...layerNormGradient([dy, ...saved])] };
    });
  }
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

export const testing = { STATISTICS_MOMENTUM };

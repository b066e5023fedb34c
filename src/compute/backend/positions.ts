/**
 * Ops between positions and channels: their mean, gates, the order of channels, transposes.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x, dy | input, gradient of the output | `[batch, ..., channels]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { byOps, differentiable } from './differentiable.ts';
import { hasNativeKernels } from './native.ts';
import { only, perAttributes, rawOp } from './raw.ts';

const mean = rawOp('TradeMeanPositions', 1, {});
const meanGradient = rawOp('TradeMeanPositionsGrad', 1, {});
const gateForward = rawOp('TradeGate', 1, {});
const gateGradient = rawOp('TradeGateGrad', 2, {});
const transpose = rawOp('TradeTransposeTokens', 1, {});

/** Mean over the axes between batch and channels: `[batch, ..., channels] -> [batch, channels]`. */
export function meanPositions(x: Tensor): Tensor {
  if (hasNativeKernels()) return byOps([x], mean, meanGradient);
  const axes = x.shape.slice(1, -1).map((_, index) => index + 1);
  const positions = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const spread = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return differentiable([x], () => ({
    value: tf.mean(x, axes),
    gradient: (dy) => tf.broadcastTo(tf.reshape(tf.mul(dy, 1 / positions), spread), x.shape),
  }));
}

/** x times a factor for each image and channel, `[batch, channels]`. */
export function gate(x: Tensor, factors: Tensor2D): Tensor {
  if (!hasNativeKernels()) return tf.mul(x, tf.reshape(factors, [-1, 1, 1, factors.shape[1]]));
  return byOps([x, factors], gateForward, gateGradient);
}

/** `[batch, t, c] -> [batch, c, t]` */
export function transposeTokens(x: Tensor): Tensor {
  if (!hasNativeKernels()) return tf.transpose(x, [0, 2, 1]);
  return differentiable([x], () => ({
    value: only(transpose([x])),
    gradient: (dy) => only(transpose([dy])),
  }));
}

/** Channel number j of group i becomes number j groups + i: Zhang et al. 2018 (ShuffleNet). */
export function shuffleChannels(x: Tensor, groups: number): Tensor {
  const channels = x.shape.at(-1) ?? 0;
  if (!hasNativeKernels()) {
    const grouped = tf.reshape(x, [-1, groups, channels / groups]);
    return tf.reshape(tf.transpose(grouped, [0, 2, 1]), x.shape);
  }
  return differentiable([x], () => ({
    value: only(shuffleOp(groups)([x])),
    // A shuffle by the other factor puts every channel back.
    gradient: (dy) => only(shuffleOp(channels / groups)([dy])),
  }));
}

const shuffleOp = perAttributes((groups: number) => rawOp('TradeShuffleChannels', 1, { integers: { groups } }));

/** Sums, products with a factor a channel, and changes of shape, as nodes of whichever tape
 * records. */
import * as tf from '@tensorflow/tfjs-core';
import type { Rank, ShapeMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Sides } from '../../core/arch/graph.ts';
import { sidesOf } from '../../core/arch/ops.ts';
import { byOps, byTensorFlowJs, differentiable, savedAt } from './differentiable.ts';
import { hasNativeKernels } from './native.ts';
import { only, perAttributes, rawOp } from './raw.ts';
import { isRecording } from './tape.ts';

const addition = rawOp('TradeSum', 1, {});
const scaleForward = rawOp('TradeScaleChannels', 1, {});
const scaleGradient = rawOp('TradeScaleChannelsGrad', 2, {});

/** Of two tensors of one shape. */
export function sum(left: Tensor, right: Tensor): Tensor {
  if (!isRecording()) return tf.add(left, right);
  return differentiable([left, right], () => ({ value: only(addition([left, right])), gradient: (dy) => [dy, dy] }));
}

/** Adds the same `[t, c]` to every image's `[batch, t, c]`. */
export function addToEach(x: Tensor, added: Tensor): Tensor {
  if (!isRecording()) return tf.add(x, added);
  return differentiable([x, added], () => ({
    value: only(addition([x, added])),
    gradient: (dy) => [dy, tf.sum(dy, 0)],
  }));
}

/** Times a factor for each channel, the last axis. */
export function scaleChannels(x: Tensor, factors: Tensor): Tensor {
  if (!hasNativeKernels()) return tf.mul(x, factors);
  return byOps([x, factors], scaleForward, scaleGradient);
}

export function reshape<R extends Rank>(x: Tensor, shape: number[]): Tensor<R> {
  const sizes = shape as ShapeMap[R]; // as many as the caller's rank says
  if (!isRecording()) return tf.reshape<R>(x, sizes);
  const before = x.shape;
  return differentiable([x], () => ({
    value: tf.reshape<R>(x, sizes),
    gradient: (dy) => tf.reshape(dy, before),
  }));
}

/** Channels `from` to before `from + count`. */
export function someChannels(x: Tensor, from: number, count: number): Tensor {
  const whole = x.shape.slice(0, -1);
  if (!hasNativeKernels()) return tf.slice(x, [...whole.map(() => 0), from], [...whole, count]);
  const channels = x.shape.at(-1) ?? 0;
  return differentiable([x], () => ({
    value: only(takeChannels(from, count)([x])),
    gradient: (dy) => only(placeChannels(from, channels)([dy])),
  }));
}

export function joinChannels(parts: readonly Tensor[]): Tensor {
  if (!hasNativeKernels()) return tf.concat([...parts], -1);
  const counts = parts.map(({ shape }) => shape.at(-1) ?? 0);
  return differentiable(parts, () => ({
    value: only(joinOp(parts.length)(parts)),
    gradient: (dy) => {
      let from = 0;
      return counts.map((count) => {
        from += count;
        return only(takeChannels(from - count, count)([dy]));
      });
    },
  }));
}

/** The largest of every window of `size` rows and columns, padded as TensorFlow's SAME. */
export function maxPool(x: Tensor4D, size: Sides, stride: Sides): Tensor {
  const [sides, steps] = [sidesOf(size), sidesOf(stride)];
  if (!hasNativeKernels()) {
    return byTensorFlowJs([x], (map) => tf.maxPool(map as Tensor4D, [...sides], [...steps], 'same'));
  }
  return differentiable([x], (save) => {
    const y = only(maxPoolOp(...sides, ...steps)([x]));
    save([x, y]);
    return { value: y, gradient: (dy, saved) => only(maxPoolGradient(...sides, ...steps)([dy, ...saved])) };
  });
}

/** The mean of every window of `size` rows and columns, over those of its places that lie in the
 * image. */
export function averagePool(x: Tensor4D, size: Sides, stride: Sides): Tensor {
  const [sides, steps] = [sidesOf(size), sidesOf(stride)];
  if (!hasNativeKernels()) {
    return byTensorFlowJs([x], (map) => tf.avgPool(map as Tensor4D, [...sides], [...steps], 'same'));
  }
  return differentiable([x], (save) => {
    save([x]);
    return {
      value: only(averagePoolOp(...sides, ...steps)([x])),
      gradient: (dy, saved) => only(averagePoolGradient(...sides, ...steps)([dy, ...saved])),
    };
  });
}

const takeChannels = perAttributes((from: number, count: number) =>
  rawOp('TradeTakeChannels', 1, { integers: { from, count } }),
);
const placeChannels = perAttributes((from: number, channels: number) =>
  rawOp('TradePlaceChannels', 1, { integers: { from, channels } }),
);
const joinOp = perAttributes((N: number) => rawOp('TradeJoinChannels', 1, { integers: { N } }));
const poolOp = (name: string) =>
  perAttributes((height: number, width: number, down: number, across: number) =>
    rawOp(name, 1, { integers: { height, width, down, across } }),
  );
const maxPoolOp = poolOp('TradeMaxPool');
const maxPoolGradient = poolOp('TradeMaxPoolGrad');
const averagePoolOp = poolOp('TradeAveragePool');
const averagePoolGradient = poolOp('TradeAveragePoolGrad');

/** The rows of a table at `rows`; the gradient adds up by a product with one-hot rows, which every
 * backend can do. */
export function gatherRows(table: Tensor, rows: Int32Array): Tensor {
  const indices = (): tf.Tensor1D => tf.tensor1d(rows, 'int32');
  const [count = 1] = table.shape;
  return differentiable([table], (save) => {
    save([table]);
    return {
      value: tf.gather(table, indices()),
      gradient: (dy, saved) =>
        tf.reshape(tf.matMul(tf.oneHot(indices(), count), dy as tf.Tensor2D, true, false), savedAt(saved, 0).shape),
    };
  });
}

/** Sums, products with a factor a channel, and changes of shape, as nodes of whichever tape records. */
import * as tf from '@tensorflow/tfjs-core';
import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';
import { differentiable, savedAt } from './differentiable.ts';
import { hasNativeKernels } from './native.ts';
import { only, rawOp } from './raw.ts';
import { isRecording } from './tape.ts';

const addition = rawOp('AddV2', 1, { types: { T: 'float32' } });
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
  return differentiable([x, factors], (save) => {
    save([x, factors]);
    return { value: only(scaleForward([x, factors])), gradient: (dy, saved) => [...scaleGradient([dy, ...saved])] };
  });
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
  const value = (): Tensor => tf.slice(x, [...whole.map(() => 0), from], [...whole, count]);
  if (!isRecording()) return value();
  const after = (x.shape.at(-1) ?? 0) - from - count;
  return differentiable([x], () => ({
    value: value(),
    gradient: (dy) => tf.pad(dy, [...whole.map((): [number, number] => [0, 0]), [from, after]]),
  }));
}

export function joinChannels(parts: readonly Tensor[]): Tensor {
  if (!isRecording()) return tf.concat([...parts], -1);
  const sizes = parts.map(({ shape }) => shape.at(-1) ?? 0);
  return differentiable(parts, () => ({
    value: tf.concat([...parts], -1),
    gradient: (dy) => tf.split(dy, sizes, -1),
  }));
}

/** The rows of a table at `rows`; the gradient adds up by a product with one-hot rows, which every backend can do. */
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

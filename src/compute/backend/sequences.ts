/**
 * Ops over steps: rows of a table, a gated recurrent unit, the last step, and products value by
 * value.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x | steps of whole numbers as bytes; tokens | `[batch, steps, 1, bytes]`, `[batch, t, c]` |
 * | W, a; R, b | kernel and bias of the input, of the state; columns of z, r and n in turn | `[c, 3u]`, `[3u]`; `[u, 3u]`, `[3u]` |
 * | z, r, n | update and reset gate, new state of a step | `[batch, u]` |
 * | h | states | `[batch, t, u]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { OpOf } from '../../core/arch/ops.ts';
import { WorkbenchError } from '../../core/errors.ts';
import { byTensorFlowJs, differentiable, savedAt } from './differentiable.ts';
import { dense } from './linear.ts';
import { hasNativeRecurrence } from './native.ts';
import { only, rawOp, tensorFlow } from './raw.ts';

export interface GruWeights {
  readonly kernel: Tensor2D;
  readonly recurrent: Tensor2D;
  readonly bias: Tensor1D;
  readonly recurrentBias: Tensor1D;
}

type Embedding = OpOf<'embed'>;

const addRows = rawOp('UnsortedSegmentSum', 1, {
  types: { T: 'float32', Tindices: 'int32', Tnumsegments: 'int32' },
});

/**
 * A row of the table for each step. Throws `dataset.corrupt` for a number that the table has no row
 * of; nobody asks for a gradient of x.
 */
export function embed(x: Tensor4D, table: Tensor2D, op: Embedding): Tensor3D {
  const [, steps] = x.shape;
  const rows = rowsOf(x, op);
  const indices = (): Tensor1D => tf.tensor1d(rows, 'int32');
  return differentiable([table], () => ({
    value: tf.reshape<tf.Rank.R3>(tf.gather(table, indices()), [-1, steps, op.units]),
    gradient: (dy) => {
      if (tensorFlow() === undefined) return summed(dy, rows, op);
      const apart = tf.reshape(dy, [-1, op.units]);
      return only(addRows([apart, indices(), tf.scalar(op.values, 'int32')]));
    },
  }));
}

/** Bytes come as floats: 137 may be 137.00001. */
function rowsOf(x: Tensor4D, { channel, bytes, values }: Embedding): Int32Array {
  const numbers = x.dataSync<'float32'>();
  const width = x.shape[3];
  return Int32Array.from({ length: numbers.length / width }, (_, step) => {
    const at = (byte: number): number => Math.round(numbers[step * width + channel + byte] ?? NaN);
    const row = bytes === 1 ? at(0) : 256 * at(0) + at(1);
    if (row >= 0 && row < values) return row;
    throw new WorkbenchError(
      'dataset.corrupt',
      `A step says ${row} in channel ${channel + 1}, where whole numbers from 0 to ${values - 1} are known. ` +
        'The data set is damaged, or another one than the network was made for: import it again.',
    );
  });
}

/** What UnsortedSegmentSum does, which WebAssembly's backend lacks. */
function summed(dy: Tensor, rows: Int32Array, { values, units }: Embedding): Tensor2D {
  const slopes = dy.dataSync<'float32'>();
  const sums = new Float32Array(values * units);
  rows.forEach((row, step) => {
    for (let unit = 0; unit < units; unit += 1) {
      sums[row * units + unit] = (sums[row * units + unit] ?? 0) + (slopes[step * units + unit] ?? 0);
    }
  });
  return tf.tensor2d(sums, [values, units]);
}

/**
 * States `[batch, t, u]` from a state of zeros. Cho et al., "Learning phrase representations using
 * RNN encoder-decoder" (EMNLP 2014), its reset gate behind the product as cuDNN, PyTorch and ONNX's
 * `linear_before_reset` have it.
 */
export function gru(x: Tensor3D, weights: GruWeights): Tensor3D {
  const { kernel, recurrent, bias, recurrentBias } = weights;
  if (hasNativeRecurrence())
    return recurrence(dense(x, kernel, { bias, activation: 'none' }), recurrent, recurrentBias);
  return byTensorFlowJs([x, kernel, recurrent, bias, recurrentBias], (...inputs) => {
    const [tokens, w, r, a, b] = inputs as [Tensor3D, Tensor2D, Tensor2D, Tensor1D, Tensor1D]; // as given
    return composedGru(tokens, { kernel: w, recurrent: r, bias: a, recurrentBias: b });
  });
}

const nativeGru = rawOp('TradeGru', 2, {});
const nativeGruGradient = rawOp('TradeGruGrad', 3, {});

/** States of W x + a, `[batch, t, 3u]`. */
function recurrence(given: Tensor, recurrent: Tensor2D, bias: Tensor1D): Tensor3D {
  return differentiable([given, recurrent, bias], (save) => {
    const [states, gates] = nativeGru([given, recurrent, bias]);
    if (states === undefined || gates === undefined) throw new Error('States and gates were expected');
    save([states, gates, recurrent]);
    return {
      value: states as Tensor3D, // as the op gives them
      gradient: (dy, saved) => [...nativeGruGradient([dy, ...saved])],
    };
  });
}

function composedGru(x: Tensor3D, { kernel, recurrent, bias, recurrentBias }: GruWeights): Tensor3D {
  const [batch, steps, channels] = x.shape;
  const units = recurrent.shape[0];
  const product: Tensor2D = tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, channels]), kernel);
  const all = tf.add(product, bias);
  // The gradient of an unstack into one is not what tfjs believes.
  const given = steps === 1 ? [all] : tf.unstack(tf.reshape(all, [batch, steps, 3 * units]), 1);
  let state: Tensor2D = tf.zeros([batch, units]);
  const states = given.map((inputs) => {
    const [zx, rx, nx] = tf.split(inputs as Tensor2D, 3, 1) as [Tensor2D, Tensor2D, Tensor2D]; // of three
    const joint: Tensor2D = tf.add(tf.matMul(state, recurrent), recurrentBias);
    const [zh, rh, nh] = tf.split(joint, 3, 1) as [Tensor2D, Tensor2D, Tensor2D]; // of three
    const update = tf.sigmoid(tf.add(zx, zh));
    const fresh = tf.tanh(tf.add(nx, tf.mul(tf.sigmoid(tf.add(rx, rh)), nh)));
    state = tf.add(fresh, tf.mul(update, tf.sub(state, fresh)));
    return state;
  });
  return steps === 1 ? tf.expandDims(state, 1) : (tf.stack(states, 1) as Tensor3D); // of matrices
}

/** `[batch, t, c] -> [batch, c]` */
export function lastToken(x: Tensor3D): Tensor2D {
  const [batch, tokens, channels] = x.shape;
  return differentiable([x], () => ({
    value: tf.reshape<tf.Rank.R2>(tf.slice(x, [0, tokens - 1, 0], [batch, 1, channels]), [batch, channels]),
    gradient: (dy) =>
      tf.pad(tf.reshape<tf.Rank.R3>(dy, [batch, 1, channels]), [
        [0, 0],
        [tokens - 1, 0],
        [0, 0],
      ]),
  }));
}

/** Of two tensors of one shape, value by value. */
export function product(left: Tensor, right: Tensor): Tensor {
  return differentiable([left, right], (save) => {
    save([left, right]);
    return {
      value: tf.mul(left, right),
      gradient: (dy, saved) => [tf.mul(dy, savedAt(saved, 1)), tf.mul(dy, savedAt(saved, 0))],
    };
  });
}

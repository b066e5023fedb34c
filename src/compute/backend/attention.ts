/**
 * Multi-head attention between its projections, as one node of the tape.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | qkv | columns: queries, keys, values in turn, each head after head | `[batch, t, 3 c]` |
 * | bias | added to the scores of every pair of tokens | `[heads, t, t]` |
 * | y | softmax(Q K^T / sqrt(c / heads) + bias) V | `[batch, t, c]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { nothing } from './activation.ts';
import { differentiable, savedAt } from './differentiable.ts';
import { hasNativeKernels } from './native.ts';
import { only, perAttributes, rawOp } from './raw.ts';

/** Vaswani et al. 2017, section 3.2. */
export function attend(qkv: Tensor3D, heads: number, bias: Tensor3D | undefined): Tensor3D {
  if (!hasNativeKernels()) return composed(qkv, heads, bias);
  const { forward, gradient } = opsFor(heads);
  return differentiable(bias ? [qkv, bias] : [qkv], (save) => {
    save(bias ? [qkv, bias] : [qkv]);
    return {
      value: only(forward([qkv, bias ?? nothing()])) as Tensor3D, // [batch, t, c]
      gradient: (dy, saved) => {
        const slopes = gradient([dy, savedAt(saved, 0), bias ? savedAt(saved, 1) : nothing()]);
        return slopes.slice(0, bias ? 2 : 1);
      },
    };
  });
}

function composed(qkv: Tensor3D, heads: number, bias: Tensor3D | undefined): Tensor3D {
  const [, tokens, columns] = qkv.shape;
  const channels = columns / 3;
  const joint = tf.reshape(qkv, [-1, tokens, 3, heads, channels / heads]);
  const [query, key, value] = tf.unstack(tf.transpose(joint, [2, 0, 3, 1, 4])) as [Tensor4D, Tensor4D, Tensor4D];
  const products = tf.matMul(tf.mul(query, 1 / Math.sqrt(channels / heads)), key, false, true);
  const scores: Tensor = bias ? tf.add(products, bias) : products;
  return tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), value), [0, 2, 1, 3]), [-1, tokens, channels]);
}

const opsFor = perAttributes((heads: number) => ({
  forward: rawOp('TradeAttention', 1, { integers: { heads } }),
  gradient: rawOp('TradeAttentionGrad', 2, { integers: { heads } }),
}));

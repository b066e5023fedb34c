/**
 * Activations, alone or in one pass with the bias before them.
 *
 * | symbol | meaning | shape |
 * | --- | --- | --- |
 * | x, b | input, bias | `[batch, ..., channels]`, `[channels]` |
 * | y | act(x + b) | as x |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { differentiable, savedAt } from './differentiable.ts';
import { hasNativeKernels, perActivation } from './native.ts';
import type { FusedActivation } from './native.ts';
import { only, rawOp, tensorFlow } from './raw.ts';

const FLOAT = { types: { T: 'float32' } } as const;
const RECTIFIERS = {
  relu: { forward: rawOp('Relu', 1, FLOAT), gradient: rawOp('ReluGrad', 1, FLOAT) },
  relu6: { forward: rawOp('Relu6', 1, FLOAT), gradient: rawOp('Relu6Grad', 1, FLOAT) },
} as const;
const tanhForward = rawOp('Tanh', 1, FLOAT);
const tanhGradient = rawOp('TanhGrad', 1, FLOAT);
const biasAdd = rawOp('BiasAdd', 1, { ...FLOAT, strings: { data_format: 'NHWC' } });
const biasAddGradient = rawOp('BiasAddGrad', 1, { ...FLOAT, strings: { data_format: 'NHWC' } });
const nativeForward = perActivation((activation) => rawOp('TradeBiasActivation', 1, { integers: { activation } }));
const nativeGradient = perActivation((activation) => rawOp('TradeBiasActivationGrad', 2, { integers: { activation } }));

/** act(x + b); without a bias the activation alone. */
export function biasActivation(x: Tensor, bias: Tensor1D | undefined, activation: FusedActivation): Tensor {
  if (bias === undefined && activation === 'none') return x;
  if (!hasNativeKernels()) return activate(bias ? addBias(x, bias) : x, activation);
  return differentiable(bias ? [x, bias] : [x], (save) => {
    const pass = nativeBiasActivation(x, bias, activation);
    save(pass.saved);
    return { value: pass.value, gradient: (dy, saved) => pass.gradient(dy, saved) };
  });
}

/** One pass forward, to be made part of a larger node: its saved tensors and gradients are those of
 * x and the bias. */
export interface BiasPass {
  readonly value: Tensor;
  readonly saved: Tensor[];
  /** Of x and, where there is one, the bias; `saved` begins with the pass's own. */
  readonly gradient: (dy: Tensor, saved: readonly Tensor[]) => Tensor[];
}

/** Needs the native kernels. */
export function nativeBiasActivation(x: Tensor, bias: Tensor1D | undefined, activation: FusedActivation): BiasPass {
  const plain = activation === 'none';
  return {
    value: only(nativeForward[activation]([x, bias ?? nothing()])),
    saved: plain ? [] : bias ? [x, bias] : [x],
    gradient: (dy, saved) => {
      const before = plain ? dy : savedAt(saved, 0);
      // Of a plain bias only the presence is asked for; dy's own channels do for it.
      const added = !bias ? nothing() : plain ? tf.zeros([bias.size]) : savedAt(saved, 1);
      const [dx, dbias] = nativeGradient[activation]([dy, before, added]);
      if (dx === undefined || dbias === undefined) throw new Error('Two gradients were expected');
      return bias ? [plain ? dy : dx, dbias] : [dx];
    },
  };
}

/** An input that an op may do without. */
export function nothing(): Tensor1D {
  return tf.zeros<tf.Rank.R1>([0]);
}

const ACTIVATIONS = {
  relu: (x) => rectify(x, 'relu'),
  relu6: (x) => rectify(x, 'relu6'),
  gelu,
  sigmoid: (x) => tf.sigmoid(x),
  hardSigmoid,
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
  hardSwish: (x) => tf.mul(x, hardSigmoid(x)),
} as const satisfies Record<Exclude<FusedActivation, 'none'>, (x: Tensor) => Tensor>;

/** Without the native kernels. */
export function activate(x: Tensor, activation: FusedActivation): Tensor {
  return activation === 'none' ? x : ACTIVATIONS[activation](x);
}

/** Hyperbolic tangent; its slope is dy (1 - y^2). */
export function tanh(x: Tensor): Tensor {
  if (tensorFlow() === undefined) return tf.tanh(x);
  return differentiable([x], (save) => {
    const value = only(tanhForward([x]));
    save([value]);
    return { value, gradient: (dy, saved) => only(tanhGradient([savedAt(saved, 0), dy])) };
  });
}

/** `max(0, x)`, or `min(max(0, x), 6)`. */
function rectify(x: Tensor, kind: 'relu' | 'relu6'): Tensor {
  if (tensorFlow() === undefined) return kind === 'relu' ? tf.relu(x) : tf.relu6(x);
  const rectifier = RECTIFIERS[kind];
  return differentiable([x], (save) => {
    const value = only(rectifier.forward([x]));
    save([value]);
    return { value, gradient: (dy, saved) => only(rectifier.gradient([dy, savedAt(saved, 0)])) };
  });
}

/** `min(max(x + 3, 0), 6) / 6` */
function hardSigmoid(x: Tensor): Tensor {
  return tf.mul(rectify(tf.add(x, 3), 'relu6'), 1 / 6);
}

/** Adds a bias `[channels]` over the last axis. */
export function addBias(x: Tensor, bias: Tensor1D): Tensor {
  if (tensorFlow() === undefined) return tf.add(x, bias);
  return differentiable([x, bias], () => ({
    value: only(biasAdd([x, bias])),
    gradient: (dy) => [dy, only(biasAddGradient([dy]))],
  }));
}

/** Gaussian error linear unit, exact: x Phi(x). Hendrycks and Gimpel 2016. Derivative Phi(x) + x
 * phi(x). */
function gelu(x: Tensor): Tensor {
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

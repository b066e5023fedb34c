/**
 * Kernels divided by their largest singular values (Miyato et al. 2018), which one step of the
 * power method follows from training step to training step.
 *
 * | symbol | meaning                                               | shape          |
 * | W      | a kernel as a matrix                                  | `[inputs, outputs]` |
 * | u, v   | about its first singular vectors; σ = vᵀ W u          | `[outputs, 1]`, `[inputs, 1]` |
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Rng } from '../../core/math/rng.ts';
import type { Weights } from './weights.ts';

const TINY = 1e-12;

export interface SpectralKernels {
  /** W / σ in the kernel's shape, made where it is not there yet. Call it inside a tidy. */
  readonly of: (name: string, shape: readonly number[]) => Tensor;
  /** One step of the power method for every kernel. */
  readonly follow: () => void;
  readonly dispose: () => void;
}

interface Vectors {
  readonly kernel: Tensor;
  readonly u: Tensor2D;
  readonly v: Tensor2D;
}

export function spectralKernels(weights: Weights, rng: Rng): SpectralKernels {
  const known = new Map<string, Vectors>();

  function step(kernel: Tensor, from: Tensor2D): Vectors {
    const [u, v] = tf.tidy(() => {
      const matrix = asMatrix(kernel);
      const left = unit(tf.matMul(matrix, from));
      return [tf.keep(unit(tf.matMul(matrix, left, true, false))), tf.keep(left)] as const;
    });
    return { kernel, u, v };
  }

  function vectorsOf(name: string, kernel: Tensor): Vectors {
    const before = known.get(name);
    if (before) return before;
    const outputs = kernel.shape.at(-1) ?? 1;
    const start = Float32Array.from({ length: outputs }, () => rng.normal());
    const first = step(kernel, tf.tensor2d(start, [outputs, 1]));
    known.set(name, first);
    return first;
  }

  return {
    of: (name, shape) => {
      const kernel = weights.matrix(name, shape);
      const { u, v } = vectorsOf(name, kernel);
      return tf.div(kernel, tf.sum(tf.mul(v, tf.matMul(asMatrix(kernel), u))));
    },
    follow: () => {
      for (const [name, { kernel, u, v }] of known) {
        known.set(name, step(kernel, u));
        tf.dispose([u, v]);
      }
    },
    dispose: () => {
      for (const { u, v } of known.values()) tf.dispose([u, v]);
      known.clear();
    },
  };
}

const asMatrix = (kernel: Tensor): Tensor2D => tf.reshape(kernel, [-1, kernel.shape.at(-1) ?? 1]);
const unit = (vector: Tensor2D): Tensor2D => tf.div(vector, tf.add(tf.norm(vector), TINY));

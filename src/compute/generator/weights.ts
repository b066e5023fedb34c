/** Weights of a network that grows, by name, drawn when they are first made. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { Rng } from '../../core/math/rng.ts';
import type { NamedTensor } from '../files/safetensors.ts';

export interface Weights {
  /** Uniform by Glorot and Bengio 2010; made in the order in which they are asked for. */
  readonly matrix: (name: string, shape: readonly number[]) => Variable;
  readonly constant: (name: string, length: number, value: number) => Variable;
  readonly all: () => readonly Variable[];
  readonly saved: () => readonly NamedTensor[];
  readonly dispose: () => void;
}

export function createWeights(rng: Rng): Weights {
  const known = new Map<string, Variable>();
  const make = (name: string, shape: readonly number[], value: () => number): Variable => {
    const before = known.get(name);
    if (before) return before;
    const size = shape.reduce((product, length) => product * length, 1);
    const variable = tf.tidy(() => tf.variable(tf.tensor(Float32Array.from({ length: size }, value), [...shape])));
    known.set(name, variable);
    return variable;
  };
  return {
    matrix: (name, shape) => {
      const places = shape.slice(0, -2).reduce((product, length) => product * length, 1);
      const [inputs = 1, outputs = 1] = shape.slice(-2);
      const bound = Math.sqrt(6 / (places * (inputs + outputs)));
      return make(name, shape, () => bound * (2 * rng.uniform() - 1));
    },
    constant: (name, length, value) => make(name, [length], () => value),
    all: () => [...known.values()],
    saved: () =>
      [...known].map(([name, variable]) => ({
        ...{ name, shape: variable.shape },
        values: Float32Array.from(variable.dataSync<'float32'>()),
      })),
    dispose: () => {
      tf.dispose([...known.values()]);
      known.clear();
    },
  };
}

/** A convolution of stride 1 with its bias. `x` `[n, h, w, c]`. */
export const convolved = (x: Tensor4D, kernel: Tensor, bias: Tensor): Tensor4D =>
  // Sound: a convolution of maps gives maps.
  tf.add(tf.conv2d(x, kernel as Tensor4D, 1, 'same'), bias);

/** Our own tape against that of tfjs: the same gradients, nothing freed too early, nothing left
 * behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { biasActivation } from '../../src/compute/backend/activation.ts';
import { differentiable } from '../../src/compute/backend/differentiable.ts';
import { lossAndGradients } from '../../src/compute/backend/gradient.ts';
import { dense } from '../../src/compute/backend/linear.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { sum } from '../../src/compute/backend/shape-ops.ts';
import { isRecording, recorded } from '../../src/compute/backend/tape.ts';
import { createLearner } from '../../src/compute/training/learner.ts';
import { createOptimizer } from '../../src/compute/training/optimizer.ts';
import { decayMask } from '../../src/compute/model/parameters.ts';
import { describeNative } from './support/native-kernels.ts';
import { distance, gaussian, numbers } from './support/native-tensors.ts';
import { writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTask, tinyTransformer } from './support/tiny-training.ts';

beforeAll(async () => void (await loadBackend()));

const folder = mkdtempSync(join(tmpdir(), 'tape-'));
const directory = writeTinyDataset(join(folder, 'data'));
afterAll(() => rmSync(folder, { recursive: true }));

type Network = (weights: readonly Tensor[]) => readonly Tensor[];
type Loss = (outputs: readonly Tensor[], weights: readonly Tensor[]) => Scalar;

const at = (tensors: readonly Tensor[], index: number): Tensor => {
  const tensor = tensors[index];
  if (tensor === undefined) throw new Error(`There is no tensor ${index}`);
  return tensor;
};
const product = (x: Tensor, matrix: Tensor): Tensor =>
  dense(x, matrix as Tensor2D, { bias: undefined, activation: 'none' });
const bent = (x: Tensor): Tensor => biasActivation(x, undefined, 'gelu');
const squares: Loss = (outputs) =>
  outputs.reduce<Scalar>(
    (total, output, index) => tf.add(total, tf.mul(tf.sum(tf.square(output)), index + 1)),
    tf.scalar(0),
  );

/** Networks over weights of `[4, 4]`, each with something that a tape may get wrong. */
const NETWORKS: Readonly<Record<string, Network>> = {
  'a value read twice': ([a, b]) => {
    const x = bent(product(a as Tensor, b as Tensor));
    return [sum(product(x, a as Tensor), bent(x))];
  },
  'a value read three times': ([a, b, c]) => {
    const x = bent(a as Tensor);
    return [sum(sum(product(x, b as Tensor), bent(x)), product(x, c as Tensor))];
  },
  'a value added to itself': ([a, b]) => {
    const x = product(a as Tensor, b as Tensor);
    return [bent(sum(x, x))];
  },
  // Both terms get the sum's own gradient: the first to use it up must not free it.
  'a sum whose terms go on differently': ([a, b, c]) => {
    const [x, y] = [product(a as Tensor, b as Tensor), product(b as Tensor, c as Tensor)];
    return [bent(sum(bent(x), sum(y, x)))];
  },
  'a chain of shortcuts': ([a, b, c]) => {
    const x = sum(a as Tensor, bent(product(a as Tensor, b as Tensor)));
    const y = sum(x, bent(product(x, c as Tensor)));
    return [sum(y, sum(x, y))];
  },
  'a weight of two layers': ([a, b]) => [product(bent(product(a as Tensor, b as Tensor)), b as Tensor)],
  'a weight that is a sum as it stands': ([a, b]) => [sum(a as Tensor, b as Tensor)],
  'an inner value that the loss looks at too': ([a, b, c]) => {
    const x = bent(product(a as Tensor, b as Tensor));
    return [product(x, c as Tensor), x];
  },
  'one value twice among the outputs': ([a, b]) => {
    const x = product(a as Tensor, b as Tensor);
    return [x, x];
  },
  'two outputs of one sum': ([a, b]) => {
    const [x, y] = [bent(a as Tensor), bent(b as Tensor)];
    return [sum(x, y), x, y];
  },
  'a layer that nobody reads': ([a, b]) => {
    bent(product(a as Tensor, a as Tensor));
    return [product(a as Tensor, b as Tensor)];
  },
  'a weight that nothing reads': ([a]) => [bent(a as Tensor)],
};

function weightsOf(): Tensor[] {
  return [1, 2, 3].map((seed) => gaussian([4, 4], seed));
}

/** By tfjs's tape: layers record themselves there unless ours is running. */
function reference(network: Network, loss: Loss, weights: readonly Tensor[]): { value: Tensor; grads: Tensor[] } {
  return tf.valueAndGrads((...tensors: Tensor[]) => loss(network(tensors), tensors))([...weights]);
}

describeNative('gradients by our own tape', () => {
  it.each(Object.entries(NETWORKS))('of %s are those by the tape of tfjs', (_name, network) => {
    tf.tidy(() => {
      const weights = weightsOf();
      const ours = lossAndGradients(network, squares, weights, []);
      // tfjs refuses weights that nothing reads.
      const read = weights.filter((_, index) => numbers(at(ours.gradients, index)).some((slope) => slope !== 0));
      const shown = (tensors: readonly Tensor[]): Tensor[] =>
        weights.map((weight) => tensors[read.indexOf(weight)] ?? weight);
      const theirs = reference((tensors) => network(shown(tensors)), squares, read);
      expect(distance(ours.value, theirs.value)).toBeLessThan(1e-5);
      expect(theirs.grads.length).toBeGreaterThan(0);
      theirs.grads.forEach((gradient, index) => {
        const place = weights.indexOf(at(read, index));
        expect(distance(at(ours.gradients, place), gradient)).toBeLessThan(1e-5);
      });
      ours.gradients.forEach((gradient, index) => expect(gradient.shape).toEqual(weights[index]?.shape));
    });
  });

  it('of weights that only the loss has come beside those of the network', () => {
    tf.tidy(() => {
      const weights = weightsOf();
      const network: Network = ([a, b]) => [bent(product(a as Tensor, b as Tensor))];
      const loss: Loss = (outputs, all) =>
        tf.sum(tf.square(tf.matMul(at(outputs, 0) as Tensor2D, at(all, 2) as Tensor2D)));
      const ours = lossAndGradients(network, loss, weights, [2]);
      const theirs = reference(network, loss, weights);
      expect(distance(ours.value, theirs.value)).toBeLessThan(1e-5);
      theirs.grads.forEach((gradient, index) => {
        expect(distance(at(ours.gradients, index), gradient)).toBeLessThan(1e-5);
        expect(numbers(gradient).some((slope) => slope !== 0)).toBe(true);
      });
    });
  });

  it('leave no tensor but value and gradients after a tidy, and free what is used up before its end', () => {
    const weights = weightsOf();
    const before = tf.memory().numTensors;
    for (const network of Object.values(NETWORKS)) {
      const { value, gradients } = tf.tidy(() => {
        const { value, gradients } = lossAndGradients(network, squares, weights, []);
        return { value, gradients: [...gradients] };
      });
      expect(tf.memory().numTensors - before).toBeLessThanOrEqual(4);
      tf.dispose([value, ...gradients]);
      expect(tf.memory().numTensors).toBe(before);
    }
    tf.dispose(weights);
  });

  // A deep network would else hold the gradients of all its layers at once.
  it('are freed layer by layer on the way back', () => {
    tf.tidy(() => {
      const held: number[] = [];
      const counted = (x: Tensor): Tensor =>
        differentiable([x], () => ({
          value: tf.mul(x, 1),
          gradient: (dy) => {
            held.push(tf.memory().numTensors);
            return tf.mul(dy, 1);
          },
        }));
      const network: Network = ([a]) => [[...Array(10).keys()].reduce<Tensor>((x) => counted(x), a as Tensor)];
      lossAndGradients(network, squares, [gaussian([4, 4], 1)], []);
      expect(held.length).toBe(10);
      expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
    });
  });

  it('leave nothing behind when a forward pass throws', () => {
    const weights = weightsOf();
    const before = tf.memory().numTensors;
    const fails: Network = ([a, b]) => {
      bent(product(a as Tensor, b as Tensor));
      throw new Error('out of memory');
    };
    expect(() => tf.tidy(() => lossAndGradients(fails, squares, weights, []).value)).toThrow('out of memory');
    expect(isRecording()).toBe(false);
    tf.tidy(() => void lossAndGradients(([a]) => [bent(a as Tensor)], squares, weights, []));
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(weights);
  });

  it('say which node gives fewer gradients than it has inputs', () => {
    tf.tidy(() => {
      const broken: Network = ([a, b]) => [
        differentiable([a as Tensor, b as Tensor], () => ({
          value: tf.add(a as Tensor, b as Tensor),
          gradient: (dy) => [dy],
        })),
      ];
      expect(() => lossAndGradients(broken, squares, weightsOf(), [])).toThrow('fewer gradients than it has inputs');
    });
  });
});

describe('recording', () => {
  it('ends with the forward pass, also one that throws: the next layer is not recorded', () => {
    tf.tidy(() => {
      const fail = (): never => {
        expect(isRecording()).toBe(true);
        throw new Error('out of memory');
      };
      expect(() => recorded(fail)).toThrow('out of memory');
      expect(isRecording()).toBe(false);
      const { tape } = recorded(() => bent(gaussian([2, 2], 1)));
      expect(tape.length).toBeGreaterThan(0);
      expect(isRecording()).toBe(false);
      // tfjs's own tape takes over again.
      const [slope] = tf.grads((x: Tensor) => bent(x))([tf.tensor1d([50])]);
      expect(slope && numbers(slope)[0]).toBeCloseTo(1, 5);
    });
  });
});

describe('fifty steps of training', () => {
  it.each([
    ['convolutions', tinyConvolutional()],
    ['attention', tinyTransformer()],
  ])('of %s hold as many tensors and bytes as one', async (_name, graph) => {
    const { task, dispose } = await tinyTask(directory, graph);
    const decay = decayMask(task.model.layout);
    const learner = createLearner(task, createOptimizer(TINY_RECIPE, decay));
    const step = (): void =>
      learner.step(
        Int32Array.from({ length: 16 }, (_, index) => index),
        0,
        0.01,
        0,
      );
    step();
    const { numTensors, numBytes } = tf.memory();
    for (let count = 0; count < 50; count++) step();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(tf.memory().numBytes).toBe(numBytes);
    expect(learner.isFinite()).toBe(true);
    learner.dispose();
    decay.dispose();
    dispose();
  });
});

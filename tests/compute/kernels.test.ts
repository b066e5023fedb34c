/** Every kernel: shapes and weights as the graph says, gradients against finite differences and
 * composed formulas. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { costOf, inferShapes } from '../../src/core/arch/cost.ts';
import { sampleTask, studentFamily, studentFamilyNames } from '../../src/core/arch/families/registry.ts';
import { graphBuilder } from '../../src/core/arch/graph-builder.ts';
import type { GraphBuilder, Value } from '../../src/core/arch/graph-builder.ts';
import type { ActivationKind, ArchitectureGraph, Op, OpName } from '../../src/core/arch/graph.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { biasActivation } from '../../src/compute/backend/activation.ts';
import { layerNorm, NORM_EPSILON, trainBatchNorm, testing } from '../../src/compute/backend/norms.ts';
import type { Statistics } from '../../src/compute/backend/norms.ts';
import { lossAndGradients } from '../../src/compute/backend/gradient.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { KERNELS } from '../../src/compute/model/kernels.ts';
import type { Kernel } from '../../src/compute/model/kernels.ts';
import { crossEntropy } from '../../src/compute/losses/soft-targets.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { sampleInputs } from '../../src/compute/model/sample-inputs.ts';
import {
  disposeParameters,
  flatten,
  initialWeights,
  unflatten,
  uploadWeights,
} from '../../src/compute/model/parameters.ts';

const { STATISTICS_MOMENTUM } = testing;

beforeAll(async () => void (await loadBackend()));

function gaussian(shape: number[], seed: number): Tensor {
  const rng = createRng(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.normal()),
    shape,
  );
}

function largestDifference(left: Tensor, right: Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(left, right))).dataSync()[0] ?? Number.NaN);
}

describe('createModel', () => {
  it.each(studentFamilyNames())('gives %s the weights and the output that its graph counts', (name) => {
    const task = sampleTask(name);
    const family = studentFamily(name, task);
    const graph = family.build(family.reference);
    const model = createModel(graph);
    const [height = 1, width = 1, channels = 1] = task.inputShape;
    const inputs = sampleInputs(graph, 2, createRng(2));
    const parameters = uploadWeights(model.layout, initialWeights(model.layout, 1));
    expect(parameters.theta.size).toBe(costOf(graph).params);
    const logits = tf.tidy(() => {
      const weights = unflatten(model.layout, parameters.theta);
      return model.forward(tf.tensor4d(inputs, [2, height, width, channels]), weights, parameters.statistics);
    });
    expect(logits.shape).toEqual([2, task.classes]);
    expect([...logits.dataSync()].every(Number.isFinite)).toBe(true);
    logits.dispose();
    disposeParameters(parameters);
  });
});

const POINTWISE: readonly ActivationKind[] = [
  ...(['relu', 'relu6', 'gelu', 'swish', 'hardSwish', 'sigmoid', 'hardSigmoid', 'tanh'] as const),
];
const BODIES: Readonly<Record<string, (g: GraphBuilder) => Value>> = {
  conv2d: (g) => g.globalAveragePool('p', g.conv2d('x', g.input, { filters: 3, kernel: 3, stride: 2, bias: true })),
  'conv2d, depthwiseConv2d and pools of rows and columns that differ': (g) => {
    const wide = g.conv2d('c', g.input, { filters: 3, kernel: [1, 3], stride: [2, 1], bias: true });
    const deep = g.depthwiseConv2d('d', wide, { kernel: [3, 2], stride: [1, 2], bias: true });
    const means = g.averagePool('a', deep, { size: [2, 1], stride: [1, 1] });
    return g.globalAveragePool('p', g.maxPool('x', means, { size: [1, 2], stride: [1, 2] }));
  },
  depthwiseConv2d: (g) =>
    g.globalAveragePool('p', g.depthwiseConv2d('x', g.input, { kernel: 3, stride: 2, bias: true })),
  batchNorm: (g) => g.globalAveragePool('p', g.activation('a', g.batchNorm('x', g.input), 'gelu')),
  layerNorm: (g) => g.meanTokens('m', g.activation('a', g.layerNorm('x', g.tokens('t', g.input)), 'gelu')),
  'layerNorm of a map': (g) => g.globalAveragePool('p', g.activation('a', g.layerNorm('x', g.input), 'gelu')),
  layerScale: (g) => {
    // Beside a plain branch: alone the factors start at a millionth, and their gradients with them.
    const features = g.conv2d('c', g.input, { filters: 2, kernel: 1, stride: 1, bias: true });
    return g.globalAveragePool('p', g.add('a', features, g.layerScale('x', features)));
  },
  'channels, concat and channelShuffle': (g) => {
    const wide = g.conv2d('c', g.input, { filters: 4, kernel: 1, stride: 1, bias: true });
    const half = g.activation('a', g.channels('right', wide, { from: 2, count: 2 }), 'gelu');
    const shuffled = g.channelShuffle('x', g.concat('j', half, wide), { groups: 3 });
    return g.globalAveragePool('p', g.conv2d('d', shuffled, { filters: 3, kernel: 3, stride: 2, bias: true }));
  },
  'add and scale': (g) => {
    const gate = g.activation(
      'a',
      g.dense('d', g.globalAveragePool('p', g.input), { units: 2, bias: true }),
      'sigmoid',
    );
    return g.globalAveragePool('q', g.add('x', g.input, g.scale('s', g.input, gate)));
  },
  'dense over tokens': (g) =>
    g.meanTokens('m', g.activation('a', g.dense('x', g.tokens('t', g.input), { units: 4, bias: true }), 'gelu')),
  averagePool: (g) =>
    g.globalAveragePool(
      'p',
      g.averagePool('x', g.conv2d('c', g.input, { filters: 3, kernel: 1, stride: 1, bias: true }), {
        size: 2,
        stride: 2,
      }),
    ),
  maxPool: (g) =>
    g.globalAveragePool(
      'p',
      g.maxPool('x', g.conv2d('c', g.input, { filters: 3, kernel: 1, stride: 1, bias: true }), { size: 2, stride: 2 }),
    ),
  'position embedding and transpose': (g) => {
    const tokens = g.positionEmbedding('e', g.tokens('t', g.input));
    return g.meanTokens(
      'm',
      g.activation('a', g.dense('d', g.transpose('x', tokens), { units: 3, bias: false }), 'gelu'),
    );
  },
  attention: (g) => g.meanTokens('m', g.attention('x', g.positionEmbedding('e', g.tokens('t', g.input)), { heads: 2 })),
  'attention over a grid': (g) =>
    g.meanTokens('m', g.attention('x', g.positionEmbedding('e', g.tokens('t', g.input)), { heads: 2, grid: [4, 4] })),
  ...Object.fromEntries(
    POINTWISE.map((kind) => [
      kind,
      (g: GraphBuilder) =>
        g.globalAveragePool(
          'p',
          g.activation('x', g.conv2d('c', g.input, { filters: 4, kernel: 1, stride: 1, bias: true }), kind),
        ),
    ]),
  ),
};

/** Over steps of three bytes. */
const STEPS: Readonly<Record<string, (g: GraphBuilder) => Value>> = {
  'embed and gru': (g) => g.lastToken('l', g.gru('x', embedded(g), { units: 4 })),
  'gru after gru, multiply and concat': (g) => {
    const states = g.gru('y', g.gru('x', embedded(g), { units: 4 }), { units: 4 });
    return g.meanTokens(
      'm',
      g.concat('c', g.multiply('p', states, g.dense('d', states, { units: 4, bias: true })), states),
    );
  },
};

function embedded(g: GraphBuilder): Value {
  const first = g.embed('first', g.input, { channel: 0, bytes: 1, values: 3, units: 3 });
  const second = g.embed('second', g.input, { channel: 1, bytes: 2, values: 300, units: 2 });
  // Tables begin near zero, where nothing is bent.
  return g.dense('wide', g.concat('both', first, second), { units: 4, bias: true });
}

/** Loss as a function of all weights, with the batch's own statistics in batch norms. */
function lossOf(graph: ArchitectureGraph): {
  readonly theta: Float32Array;
  readonly at: (theta: Tensor1D) => { readonly value: Tensor; readonly gradient: Tensor1D };
} {
  const model = createModel(graph);
  const values = initialWeights(model.layout, 5);
  const inputs = sampleInputs(graph, 6, createRng(6));
  const [height = 1, width = 1, channels = 1] = graph.inputShape;
  const images = tf.tensor4d(inputs, [6, height, width, channels]);
  const targets = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32'), 3) as Tensor2D;
  const statistics = uploadWeights(model.layout, values).statistics;
  const theta = Float32Array.from(model.layout.trainable.flatMap((slot) => [...(values.get(slot.name) ?? [])]));
  const forget = (_layer: string, fresh: Statistics): void => tf.dispose([fresh.mean, fresh.variance]);
  const at = (vector: Tensor1D): { readonly value: Tensor; readonly gradient: Tensor1D } => {
    const { value, gradients } = lossAndGradients(
      (weights) => [model.forward(images, weights, statistics, forget)],
      ([logits]) => crossEntropy(logits as Tensor2D, tf.cast(targets, 'float32')),
      unflatten(model.layout, vector),
      [],
    );
    return { value, gradient: flatten(gradients) };
  };
  return { theta, at };
}

describe('gradients', () => {
  const bodies: typeof BODIES = { ...BODIES, ...STEPS };
  it.each(Object.keys(bodies))('of %s agree with finite differences along random directions', (name) => {
    const g = graphBuilder('probe', Object.hasOwn(STEPS, name) ? [5, 1, 3] : [4, 4, 2], 3);
    const graph = g.finish(bodies[name]?.(g) ?? g.input);
    expect([...inferShapes(graph).values()].at(-1)).toEqual([3]);
    const { theta, at } = lossOf(graph);
    const gradient = tf.tidy(() => at(tf.tensor1d(theta)).gradient.dataSync());
    // Away from zero weights, whose gradients some ops hide, and small enough a step for the third
    // derivative.
    const step = 2e-2;
    for (let seed = 0; seed < 4; seed++) {
      const rng = createRng(seed);
      const direction = theta.map(() => rng.normal() / Math.sqrt(theta.length));
      const value = (sign: number): number =>
        tf.tidy(
          () =>
            at(
              tf.tensor1d(theta.map((weight, index) => weight + sign * step * (direction[index] ?? 0))),
            ).value.dataSync()[0] ?? 0,
        );
      const measured = (value(1) - value(-1)) / (2 * step);
      const computed = direction.reduce((sum, part, index) => sum + part * (gradient[index] ?? 0), 0);
      expect(Math.abs(measured - computed)).toBeLessThan(2e-3 + 0.02 * Math.abs(measured));
    }
  });
});

describe('fused batch norm', () => {
  it('agrees with the composed formula in output, running statistics and all three gradients', () => {
    tf.tidy(() => {
      const x = tf.add(tf.mul(gaussian([4, 3, 3, 2], 1), 2), 1);
      const gamma = tf.tensor1d([0.5, 2]);
      const beta = tf.tensor1d([-1, 3]);
      const dy = gaussian([4, 3, 3, 2], 2);
      const running = { mean: tf.tensor1d([1, 2]), variance: tf.tensor1d([3, 4]) };
      const updates: Statistics[] = [];
      const fused = (a: Tensor, b: Tensor, c: Tensor): Tensor =>
        trainBatchNorm(a, b as Tensor1D, c as Tensor1D, running, (update) => updates.push(update));
      // Ioffe and Szegedy 2015, algorithm 1, in ops that differentiate themselves.
      const composed = (a: Tensor, b: Tensor, c: Tensor): Tensor => {
        const { mean, variance } = tf.moments(a, [0, 1, 2]);
        return tf.add(tf.mul(tf.div(tf.sub(a, mean), tf.sqrt(tf.add(variance, NORM_EPSILON))), b), c);
      };
      expect(largestDifference(fused(x, gamma, beta), composed(x, gamma, beta))).toBeLessThan(1e-5);
      const ours = tf.grads(fused)([x, gamma, beta], dy);
      const theirs = tf.grads(composed)([x, gamma, beta], dy);
      ours.forEach((gradient, index) =>
        expect(largestDifference(gradient, theirs[index] as Tensor)).toBeLessThan(1e-4),
      );
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      const unbiased = tf.mul(variance, 36 / 35);
      const blended = (old: Tensor, batch: Tensor): Tensor =>
        tf.add(tf.mul(old, 1 - STATISTICS_MOMENTUM), tf.mul(batch, STATISTICS_MOMENTUM));
      const [update] = updates;
      expect(largestDifference(update?.mean as Tensor, blended(running.mean, mean))).toBeLessThan(1e-5);
      expect(largestDifference(update?.variance as Tensor, blended(running.variance, unbiased))).toBeLessThan(1e-5);
      for (const fresh of updates) tf.dispose([fresh.mean, fresh.variance]);
    });
  });

  it('at inference uses the running statistics and no others', () => {
    const g = graphBuilder('probe', [2, 2, 1], 2);
    const model = createModel(g.finish(g.globalAveragePool('p', g.batchNorm('n', g.input))));
    const values = new Map<string, Float32Array>([
      ['n/gamma', Float32Array.of(3)],
      ['n/beta', Float32Array.of(1)],
      ['n/mean', Float32Array.of(2)],
      ['n/variance', Float32Array.of(4)],
      ['classifier/kernel', Float32Array.of(1, -1)],
      ['classifier/bias', Float32Array.of(0, 0)],
    ]);
    const parameters = uploadWeights(model.layout, values);
    const logits = tf.tidy(() =>
      model.forward(
        tf.fill([1, 2, 2, 1], 6) as Tensor4D,
        unflatten(model.layout, parameters.theta),
        parameters.statistics,
      ),
    );
    // (6 - 2) / sqrt(4 + epsilon) * 3 + 1 = 7 up to epsilon.
    expect(logits.dataSync()[0]).toBeCloseTo(7, 3);
    expect(logits.dataSync()[1]).toBeCloseTo(-7, 3);
    logits.dispose();
    disposeParameters(parameters);
  });
});

/** What a kernel that keeps no statistics makes of its inputs. */
function applied(op: Op, inputs: readonly Tensor[], weights: Readonly<Record<string, Tensor>> = {}): Tensor {
  const kernel = KERNELS[op.op] as Kernel<OpName>; // each takes the variant that it is looked up by
  const weight = (name: string): Tensor => weights[name] ?? tf.scalar(Number.NaN);
  return kernel(op, inputs, { weight, statistics: () => ({ mean: tf.tensor1d([]), variance: tf.tensor1d([]) }) });
}

describe('channel moves', () => {
  it('take the channels asked for', () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
    expect([...applied({ op: 'channels', from: 1, count: 2 }, [x]).dataSync()]).toEqual([2, 3, 5, 6]);
  });

  it('lay maps side by side in their order', () => {
    const [x, y] = [tf.tensor4d([1, 2, 3, 4], [1, 1, 2, 2]), tf.tensor4d([5, 6], [1, 1, 2, 1])];
    expect([...applied({ op: 'concat' }, [y, x]).dataSync()]).toEqual([5, 1, 2, 6, 3, 4]);
  });

  it('shuffle as ShuffleNet does: first members of all groups, then second ones', () => {
    const x = tf.tensor4d([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15], [1, 2, 1, 6]);
    const shuffled = [...applied({ op: 'channelShuffle', groups: 2 }, [x]).dataSync()];
    expect(shuffled).toEqual([0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15]);
  });
});

describe('attention over a grid', () => {
  it('weighs values by softmax of the bias that the offset of query and key has', () => {
    // No queries and keys, values as they are: the output is the mean of the inputs weighed by
    // exp(bias).
    const [height, width] = [2, 3];
    const rng = createRng(3);
    const table = Array.from({ length: 3 * 5 }, () => rng.normal());
    const values = Array.from({ length: 6 }, () => rng.normal());
    const output = tf.tidy(() =>
      applied({ op: 'attention', heads: 1, grid: [height, width] }, [tf.tensor3d(values, [1, 6, 1])], {
        qkvKernel: tf.tensor2d([[0, 0, 1]]),
        qkvBias: tf.zeros([3]),
        outKernel: tf.tensor2d([[1]]),
        outBias: tf.zeros([1]),
        relativeBias: tf.tensor2d(table, [15, 1]),
      }).dataSync(),
    );
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        let [weighed, total] = [0, 0];
        for (let k = 0; k < height; k++) {
          for (let l = 0; l < width; l++) {
            const bias = table[(i - k + height - 1) * (2 * width - 1) + (j - l + width - 1)] ?? Number.NaN;
            weighed += Math.exp(bias) * (values[k * width + l] ?? Number.NaN);
            total += Math.exp(bias);
          }
        }
        expect(output[i * width + j]).toBeCloseTo(weighed / total, 5);
      }
    }
  });
});

describe('closed forms', () => {
  it('swish is x sigmoid(x): 0.7310585786 at 1 (tables), and 0 far below', () => {
    const values = applied({ op: 'activation', kind: 'swish' }, [tf.tensor1d([1, -1, 0, -100])]).dataSync();
    expect(values[0]).toBeCloseTo(0.7310585786, 6);
    expect(values[1]).toBeCloseTo(-0.2689414214, 6);
    expect([values[2], Math.abs(values[3] ?? Number.NaN) < 1e-12]).toEqual([0, true]);
  });

  it('layer scale multiplies every channel by its own factor', () => {
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 1, 2]);
    const y = applied({ op: 'layerScale' }, [x], { gamma: tf.tensor1d([10, 100]) });
    expect([...y.dataSync()]).toEqual([10, 200, 30, 400]);
  });

  it('layer norm of a map is over the channels of each place alone', () => {
    const x = tf.tensor4d([1, 3, 100, 300], [1, 1, 2, 2]);
    const y = applied({ op: 'layerNorm' }, [x], { gamma: tf.ones([2]), beta: tf.zeros([2]) });
    for (const [index, value] of y.dataSync().entries()) expect(value).toBeCloseTo(index % 2 === 0 ? -1 : 1, 4);
  });

  it('gelu is x times the normal distribution function: 0.8413447461 at 1 (tables)', () => {
    const values = biasActivation(tf.tensor1d([1, -1, 0]), undefined, 'gelu').dataSync();
    expect(values[0]).toBeCloseTo(0.8413447461, 5);
    expect(values[1]).toBeCloseTo(-0.1586552539, 5);
    expect(values[2]).toBe(0);
  });

  it('layer norm leaves mean beta and deviation gamma', () => {
    const y = layerNorm(gaussian([3, 64], 9), tf.fill([64], 2) as Tensor1D, tf.fill([64], 5) as Tensor1D);
    const { mean, variance } = tf.moments(y, -1);
    for (const value of mean.dataSync()) expect(value).toBeCloseTo(5, 4);
    for (const value of variance.dataSync()) expect(value).toBeCloseTo(4, 2);
  });
});

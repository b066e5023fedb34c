/**
 * Our own CPU ops beside the same functions in ops of tfjs, which differentiate themselves. Sizes
 * end within tiles and vectors of 16 values, and the larger ones are shared between threads (16384
 * values each, 4 to 16 images, 256 rows).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { createRng } from '../../../src/core/math/rng.ts';
import { biasActivation } from '../../../src/compute/backend/activation.ts';
import { attend } from '../../../src/compute/backend/attention.ts';
import {
  layerNorm,
  NORM_EPSILON,
  trainBatchNorm,
  testing as normsTesting,
} from '../../../src/compute/backend/norms.ts';
import { testing as nativeTesting } from '../../../src/compute/backend/native.ts';
import type { FusedActivation } from '../../../src/compute/backend/native.ts';
import { gate, meanPositions, shuffleChannels, transposeTokens } from '../../../src/compute/backend/positions.ts';
import { gru } from '../../../src/compute/backend/sequences.ts';
import { scaleChannels } from '../../../src/compute/backend/shape-ops.ts';
import { createOptimizer } from '../../../src/compute/training/optimizer.ts';
import { crossEntropy, softTargetLoss } from '../../../src/compute/losses/soft-targets.ts';
import { TINY_RECIPE } from './tiny-training.ts';

const { NATIVE_ACTIVATIONS } = nativeTesting;
const { STATISTICS_MOMENTUM } = normsTesting;

/** `also` takes what has no gradient but is to be compared too. */
type Compute = (inputs: readonly Tensor[], also: (tensor: Tensor) => void) => Tensor;

export interface NativeCase {
  readonly name: string;
  /** Of each input; its gradient is compared. */
  readonly shapes: readonly (readonly number[])[];
  readonly ours: Compute;
  readonly theirs: Compute;
  /** How far apart they may be, as a share of the largest value; 1e-5 where nothing is said. */
  readonly within?: number;
  /** For what has no gradients. */
  readonly forwardOnly?: true;
}

export const CHANNELS = [1, 3, 5, 8, 12, 16, 17, 24, 48, 100] as const;
/** Enough for two threads, and no multiple of a vector. */
const VALUES = 34_000;
const rowsOf = (channels: number): readonly number[] => [7, Math.ceil(VALUES / channels / 2) * 2 + 1];
const ACTIVATIONS = Object.keys(NATIVE_ACTIVATIONS) as FusedActivation[]; // its keys are the kinds

/** All of them over 17 channels, three each over others. */
function someOf<T>(all: readonly T[], channels: number): readonly T[] {
  const first = CHANNELS.findIndex((each) => each === channels) * 3;
  return channels === 17 ? all : [0, 1, 2].flatMap((step) => all[(first + step) % all.length] ?? []);
}

const hardSigmoid = (x: Tensor): Tensor => tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6);
export const REFERENCE: Readonly<Record<FusedActivation, (x: Tensor) => Tensor>> = {
  none: (x) => tf.clone(x),
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.clipByValue(x, 0, 6),
  gelu: (x) => tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5)),
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
  sigmoid: (x) => tf.sigmoid(x),
  hardSigmoid,
  hardSwish: (x) => tf.mul(x, hardSigmoid(x)),
};

function activations(): NativeCase[] {
  return CHANNELS.flatMap((channels) =>
    rowsOf(channels).flatMap((rows) =>
      someOf(ACTIVATIONS, channels).flatMap((kind) =>
        [true, false].map((biased) => ({
          name: `${kind} ${biased ? 'of x + bias' : ''} over ${rows} rows of ${channels}`,
          shapes: biased ? [[rows, channels], [channels]] : [[rows, channels]],
          ours: ([x, bias]) => biasActivation(tf.mul(x as Tensor, 2), bias as Tensor1D | undefined, kind),
          theirs: ([x, bias]) => REFERENCE[kind](bias ? tf.add(tf.mul(x as Tensor, 2), bias) : tf.mul(x as Tensor, 2)),
        })),
      ),
    ),
  );
}

/** Ioffe and Szegedy 2015, algorithm 1. */
function referenceNorm(
  [x, gamma, beta, shortcut]: readonly Tensor[],
  kind: FusedActivation,
  also: (t: Tensor) => void,
): Tensor {
  const [input, axes] = [x as Tensor, (x as Tensor).shape.slice(0, -1).map((_, axis) => axis)];
  const rows = input.size / (gamma as Tensor).size;
  const mean = tf.mean(input, axes);
  const centred = tf.sub(input, mean);
  const variance = tf.mean(tf.square(centred), axes);
  also(tf.add(tf.mul(mean, STATISTICS_MOMENTUM), 1 - STATISTICS_MOMENTUM));
  also(tf.add(tf.mul(variance, (STATISTICS_MOMENTUM * rows) / (rows - 1)), 1 - STATISTICS_MOMENTUM));
  const scale = tf.div(gamma as Tensor, tf.sqrt(tf.add(variance, NORM_EPSILON)));
  const normal = tf.add(tf.mul(centred, scale), beta as Tensor);
  return REFERENCE[kind](shortcut ? tf.add(normal, shortcut) : normal);
}

function batchNorms(): NativeCase[] {
  // As `fusion.ts`: the slopes of other activations do not know the shortcut.
  const afterShortcut = ACTIVATIONS.filter((kind) => kind === 'none' || kind === 'relu' || kind === 'relu6');
  const ends = [
    ...ACTIVATIONS.map((kind) => ({ kind, added: false })),
    ...afterShortcut.map((kind) => ({ kind, added: true })),
  ];
  return CHANNELS.flatMap((channels) =>
    rowsOf(channels).flatMap((rows) =>
      someOf(ends, channels).map(({ kind, added }): NativeCase => ({
        name: `batch norm ${added ? 'plus shortcut' : ''}, ${kind} over ${rows} rows of ${channels}`,
        shapes: [[rows, 1, 1, channels], ...[[channels], [channels]], ...(added ? [[rows, 1, 1, channels]] : [])],
        ours: ([x, gamma, beta, shortcut], also) => {
          const ones = tf.ones<tf.Rank.R1>([channels]);
          const update = (fresh: { mean: Tensor; variance: Tensor }): void =>
            [fresh.mean, fresh.variance].forEach(also);
          const end = { activation: kind, shortcut };
          const running = { mean: ones, variance: ones };
          return trainBatchNorm(x as Tensor, gamma as Tensor1D, beta as Tensor1D, running, update, end);
        },
        theirs: (inputs, also) => referenceNorm(inputs, kind, also),
      })),
    ),
  );
}

function layerNorms(): NativeCase[] {
  // Of one channel nothing is left but beta; its gradients are rounding.
  return CHANNELS.slice(1).flatMap((channels) =>
    [7, 1021].map((rows) => ({
      name: `layer norm over ${rows} rows of ${channels}`,
      shapes: [[rows, channels], [channels], [channels]],
      // Three values may all but coincide, and their deviation is then mostly rounding.
      within: channels === 3 ? 1e-4 : 1e-5,
      ours: ([x, gamma, beta]) => layerNorm(x as Tensor, gamma as Tensor1D, beta as Tensor1D),
      theirs: ([x, gamma, beta]) => {
        const { mean, variance } = tf.moments(x as Tensor, -1, true);
        const normal = tf.div(tf.sub(x as Tensor, mean), tf.sqrt(tf.add(variance, NORM_EPSILON)));
        return tf.add(tf.mul(normal, gamma as Tensor), beta as Tensor);
      },
    })),
  );
}

function attention(): NativeCase[] {
  const sizes = [1, 2, 5, 15, 16, 17, 31, 33, 49, 64, 70];
  return sizes.flatMap((tokens, index) =>
    [1, 2, 4].flatMap((heads) =>
      [true, false].map((biased) => {
        const width = [3, 16, 17, 8, 20][(index + heads) % 5] ?? 1;
        const [batch, channels] = [tokens < 40 ? 9 : 3, heads * width];
        return {
          name: `attention ${biased ? 'with' : 'without'} bias, ${heads} heads of ${width} over ${tokens} tokens`,
          shapes: [[batch, tokens, 3 * channels], ...(biased ? [[heads, tokens, tokens]] : [])],
          ours: ([qkv, bias]) => attend(qkv as Tensor3D, heads, bias as Tensor3D | undefined),
          theirs: ([qkv, bias]) => {
            const parts = tf.split(qkv as Tensor3D, 3, 2).map((part) => {
              return tf.transpose(tf.reshape(part, [batch, tokens, heads, width]), [0, 2, 1, 3]);
            });
            const [query, key, value] = parts as [Tensor, Tensor, Tensor];
            const scores = tf.div(tf.matMul(query, key, false, true), Math.sqrt(width));
            const shares = tf.softmax(bias ? tf.add(scores, bias) : scores);
            return tf.reshape(tf.transpose(tf.matMul(shares, value), [0, 2, 1, 3]), [batch, tokens, channels]);
          },
        } satisfies NativeCase;
      }),
    ),
  );
}

/** Between positions and channels; 19 images are shared between threads, 3 are not. */
function channelMoves(): NativeCase[] {
  return CHANNELS.flatMap((channels): NativeCase[] =>
    [3, 19].flatMap((batch): NativeCase[] => {
      const [map, vector] = [
        [batch, 5, 3, channels],
        [batch, channels],
      ];
      const over = `over ${batch} images of 5x3x${channels}`;
      const groups = channels % 3 === 0 ? 3 : channels % 2 === 0 ? 2 : channels % 5 === 0 ? 5 : 1;
      return [
        {
          name: `mean ${over}`,
          shapes: [map],
          ours: ([x]) => meanPositions(x as Tensor),
          theirs: ([x]) => tf.mean(x as Tensor, [1, 2]),
        },
        {
          name: `gate ${over}`,
          shapes: [map, vector],
          ours: ([x, factors]) => gate(x as Tensor, factors as Tensor2D),
          theirs: ([x, factors]) => tf.mul(x as Tensor, tf.reshape(factors as Tensor, [batch, 1, 1, channels])),
        },
        {
          name: `shuffle by ${groups} ${over}`,
          shapes: [map],
          ours: ([x]) => shuffleChannels(x as Tensor, groups),
          theirs: ([x]) => {
            const grouped = tf.reshape(x as Tensor, [-1, groups, channels / groups]);
            return tf.reshape(tf.transpose(grouped, [0, 2, 1]), map as [number, number, number, number]);
          },
        },
        ...[7, 5000].map((tokens) => ({
          name: `transpose of ${tokens} tokens of ${channels}`,
          shapes: [[batch === 3 ? 2 : 3, tokens === 7 ? 13 : Math.ceil(tokens / channels / 2) * 2 + 1, channels]],
          ours: ([x]: readonly Tensor[]) => transposeTokens(x as Tensor),
          theirs: ([x]: readonly Tensor[]) => tf.transpose(x as Tensor, [0, 2, 1]),
        })),
      ];
    }),
  );
}

/** 21 examples are shared between threads, 3 are not. */
function recurrences(): NativeCase[] {
  return [1, 3, 16, 17, 33].flatMap((units) =>
    [1, 2, 7].flatMap((steps) =>
      [3, 21].map((batch): NativeCase => ({
        name: `recurrence of ${units} units over ${steps} steps of ${batch} examples`,
        shapes: [[batch, steps, 4], [4, 3 * units], [units, 3 * units], [3 * units], [3 * units]],
        ours: (inputs) => {
          const [x, kernel, recurrent, bias, recurrentBias] = inputs as GruInputs;
          return gru(x, { kernel, recurrent, bias, recurrentBias });
        },
        theirs: (inputs) => {
          const [x, kernel, recurrent, bias, recurrentBias] = inputs as GruInputs;
          let h: Tensor = tf.zeros([batch, units]);
          const states = Array.from({ length: steps }, (_, t) => {
            const step = tf.reshape(tf.slice(x, [0, t, 0], [batch, 1, 4]), [batch, 4]);
            const given = tf.split(tf.add(tf.matMul(step, kernel), bias), 3, 1) as Triple;
            const known = tf.split(tf.add(tf.matMul(h as Tensor2D, recurrent), recurrentBias), 3, 1) as Triple;
            const z = tf.sigmoid(tf.add(given[0], known[0]));
            const n = tf.tanh(tf.add(given[2], tf.mul(tf.sigmoid(tf.add(given[1], known[1])), known[2])));
            h = tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), n));
            return tf.reshape(h, [batch, 1, units]);
          });
          return tf.concat(states, 1);
        },
      })),
    ),
  );
}

type GruInputs = [Tensor3D, Tensor2D, Tensor2D, Tensor1D, Tensor1D];
type Triple = [Tensor, Tensor, Tensor];

function scales(): NativeCase[] {
  return CHANNELS.flatMap((channels) =>
    rowsOf(channels).map((rows) => ({
      name: `factors over ${rows} rows of ${channels}`,
      shapes: [[rows, channels], [channels]],
      ours: ([x, factors]) => scaleChannels(x as Tensor, factors as Tensor),
      theirs: ([x, factors]) => tf.mul(x as Tensor, factors as Tensor),
    })),
  );
}

function losses(): NativeCase[] {
  const recipe = { loss: 'kd', temperature: 3, weight: 0.7 } as const;
  const divergence = (z: Tensor, v: Tensor): Tensor => {
    const [student, teacher] = [tf.logSoftmax(tf.div(z, 3)), tf.logSoftmax(tf.div(v, 3))];
    return tf.mean(tf.sum(tf.mul(tf.exp(teacher), tf.sub(teacher, student)), -1));
  };
  const entropy = (z: Tensor, y: Tensor): Tensor => tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(z)), -1)));
  return [
    [2, 3],
    [37, 10],
    [65, 100],
  ].flatMap(([batch = 1, classes = 1]): NativeCase[] => {
    const fixed = (shape: readonly number[]): Tensor2D =>
      tf.reshape(tf.sin(tf.range(0, batch * classes)), [...shape] as [number, number]);
    const targets = (): Tensor2D => tf.softmax(fixed([batch, classes]));
    const teacher = (): Tensor2D => tf.mul(tf.reverse(fixed([batch, classes]), 1), 4);
    return [
      {
        name: `cross-entropy over ${batch} of ${classes}`,
        shapes: [[batch, classes]],
        ours: ([z]) => crossEntropy(z as Tensor2D, targets()),
        theirs: ([z]) => entropy(z as Tensor, targets()),
      },
      {
        name: `soft targets over ${batch} of ${classes}`,
        shapes: [[batch, classes]],
        ours: ([logits]) => {
          const never = (): never => {
            throw new Error('The loss asks for logits alone');
          };
          const given = { samples: new Int32Array(), progress: 0, rng: createRng(1) };
          return softTargetLoss(recipe).loss({
            ...{ ...given, logits: logits as Tensor2D, targets: targets(), teacher },
            ...{ feature: never, weight: never, keep: never },
          });
        },
        theirs: ([z]) =>
          tf.add(tf.mul(entropy(z as Tensor, targets()), 0.3), tf.mul(divergence(z as Tensor, teacher()), 0.7 * 9)),
      },
    ];
  });
}

/** 70001 weights are two threads' work. */
function optimizers(): NativeCase[] {
  return [5, 70_001].flatMap((size): NativeCase[] => {
    const mask = (): Tensor1D => tf.cast(tf.less(tf.sin(tf.range(0, size)), 0.2), 'float32') as Tensor1D; // as range
    const shapes = [[size], [size], [size]];
    return [
      {
        ...{ name: `sgd of ${size} weights`, shapes, forwardOnly: true },
        ours: ([theta, gradient, velocity], also) => {
          const optimizer = createOptimizer({ ...TINY_RECIPE, optimizer: 'sgd', weightDecay: 0.1 }, mask());
          const state = { velocity: velocity as Tensor1D };
          const moved = optimizer.update(theta as Tensor1D, gradient as Tensor1D, state, 0.05, 3);
          Object.values(moved.state).forEach(also);
          return moved.theta;
        },
        theirs: ([theta, gradient, velocity], also) => {
          const g = tf.add(gradient as Tensor, tf.mul(tf.mul(theta as Tensor, mask()), 0.1));
          const v = tf.add(tf.mul(velocity as Tensor, 0.9), g);
          also(v);
          return tf.sub(theta as Tensor, tf.mul(tf.add(g, tf.mul(v, 0.9)), 0.05));
        },
      },
      {
        ...{ name: `adamw of ${size} weights`, shapes, forwardOnly: true },
        ours: ([theta, gradient, first], also) => {
          const optimizer = createOptimizer({ ...TINY_RECIPE, optimizer: 'adamw', weightDecay: 0.1 }, mask());
          const state = { first: first as Tensor1D, second: tf.square(first as Tensor1D) };
          const moved = optimizer.update(theta as Tensor1D, gradient as Tensor1D, state, 0.05, 3);
          Object.values(moved.state).forEach(also);
          return moved.theta;
        },
        theirs: ([theta, gradient, first], also) => {
          const m = tf.add(tf.mul(first as Tensor, 0.9), tf.mul(gradient as Tensor, 0.1));
          const s = tf.add(tf.mul(tf.square(first as Tensor), 0.99), tf.mul(tf.square(gradient as Tensor), 0.01));
          [m, s].forEach(also);
          const direction = tf.div(tf.div(m, 1 - 0.9 ** 3), tf.add(tf.sqrt(tf.div(s, 1 - 0.99 ** 3)), 1e-8));
          const shrunk = tf.sub(theta as Tensor, tf.mul(tf.mul(theta as Tensor, mask()), 0.05 * 0.1));
          return tf.sub(shrunk, tf.mul(direction, 0.05));
        },
      },
    ];
  });
}

export function nativeCases(): readonly NativeCase[] {
  return [
    ...[activations(), batchNorms(), layerNorms(), attention()],
    ...[channelMoves(), recurrences(), scales(), losses(), optimizers()],
  ].flat();
}

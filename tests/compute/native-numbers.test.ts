/** Our own CPU ops where numbers get hard: not a number, infinity, large offsets, nothing to divide
 * by, bad inputs. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { biasActivation } from '../../src/compute/backend/activation.ts';
import { attend } from '../../src/compute/backend/attention.ts';
import { layerNorm, trainBatchNorm } from '../../src/compute/backend/norms.ts';
import type { NormEnd, Statistics } from '../../src/compute/backend/norms.ts';
import { convolution, dense, depthwiseConvolution } from '../../src/compute/backend/linear.ts';
import { testing } from '../../src/compute/backend/native.ts';
import type { FusedActivation } from '../../src/compute/backend/native.ts';
import { gate, meanPositions, shuffleChannels, transposeTokens } from '../../src/compute/backend/positions.ts';
import { only, rawOp } from '../../src/compute/backend/raw.ts';
import {
  averagePool,
  joinChannels,
  maxPool,
  scaleChannels,
  someChannels,
} from '../../src/compute/backend/shape-ops.ts';
import { gatherImages } from '../../src/compute/data/augment.ts';
import type { ResidentImages, View } from '../../src/compute/data/augment.ts';
import { crossEntropy } from '../../src/compute/losses/soft-targets.ts';
import { layoutOf, unflatten } from '../../src/compute/model/parameters.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { describeNative } from './support/native-kernels.ts';
import { gaussian, numbers } from './support/native-tensors.ts';
import { tinyConvolutional } from './support/tiny-training.ts';

const { NATIVE_ACTIVATIONS } = testing;

const KINDS = Object.keys(NATIVE_ACTIVATIONS) as FusedActivation[]; // its keys are the kinds
const ones = (size: number): Tensor1D => tf.ones([size]);
const zeros = (size: number): Tensor1D => tf.zeros([size]);

/** With gamma 1 and beta 0. */
function normed(x: Tensor, end?: NormEnd, take: (fresh: Statistics) => void = () => undefined): Tensor {
  const channels = x.shape.at(-1) ?? 1;
  const running = { mean: zeros(channels), variance: ones(channels) };
  return trainBatchNorm(x, ones(channels), zeros(channels), running, take, end);
}

const MAP = [2, 3, 3, 17] as const;
const plain = { bias: undefined, activation: 'none', stride: 1, first: false } as const;

/** Every op over a map of the shape above, and where the value at place 100 of it may be seen:
 * channel 15, image 0. */
const OVER_MAP: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  ...Object.fromEntries(KINDS.map((kind) => [`${kind} of x + bias`, (x: Tensor) => biasActivation(x, ones(17), kind)])),
  ...Object.fromEntries(
    KINDS.map((activation) => [
      `batch norm, ${activation}`,
      (x: Tensor) => normed(x, { activation, shortcut: undefined }),
    ]),
  ),
  'batch norm plus shortcut, relu': (x) => normed(tf.ones(x.shape), { activation: 'relu', shortcut: x }),
  'layer norm': (x) => layerNorm(x, ones(17), zeros(17)),
  depthwise: (x) => depthwiseConvolution(x as Tensor4D, tf.ones([3, 3, 17, 1]), plain),
  'depthwise of stride 2': (x) => depthwiseConvolution(x as Tensor4D, tf.ones([5, 5, 17, 1]), { ...plain, stride: 2 }),
  'largest of a window': (x) => maxPool(x as Tensor4D, 2, 1),
  'mean of a window': (x) => averagePool(x as Tensor4D, 2, 1),
  convolution: (x) => convolution(x as Tensor4D, tf.ones([3, 3, 17, 5]), plain),
  'convolution 1x1': (x) => convolution(x as Tensor4D, tf.ones([1, 1, 17, 5]), plain),
  'some channels': (x) => someChannels(x, 3, 14),
  'channels side by side': (x) => joinChannels([tf.ones([2, 3, 3, 5]), x]),
  dense: (x) => dense(tf.reshape(x, [2, 153]), tf.ones([153, 3]), { bias: ones(3), activation: 'relu' }),
  mean: (x) => meanPositions(x),
  gate: (x) => gate(x, tf.ones([2, 17])),
  factors: (x) => scaleChannels(x, ones(17)),
  shuffle: (x) => shuffleChannels(x, 17),
  transpose: (x) => transposeTokens(tf.reshape(x, [2, 9, 17])),
  'attention, queries': (x) =>
    attend(tf.concat([tf.reshape(x, [2, 9, 17]), tf.ones([2, 9, 34])], 2) as Tensor3D, 1, undefined),
  'attention, values': (x) =>
    attend(tf.concat([tf.ones([2, 9, 34]), tf.reshape(x, [2, 9, 17])], 2) as Tensor3D, 1, undefined),
  'cross-entropy': (x) => crossEntropy(tf.reshape(x, [2, 153]), tf.fill([2, 153], 1 / 153)),
};

describeNative('not a number', () => {
  // A training that has come apart must be seen to: max(x, 0) written the other way round would
  // hide it.
  it.each(Object.keys(OVER_MAP))('goes through %s, into its own image and channel', (name) => {
    tf.tidy(() => {
      const values = numbers(gaussian(MAP, 1)).slice();
      values[100] = Number.NaN;
      const output = OVER_MAP[name]?.(tf.tensor(values, [...MAP])) ?? tf.scalar(0);
      const spoilt = [...numbers(output)].map(Number.isNaN);
      expect(spoilt).toContain(true);
      const [, ...inner] = output.shape;
      const size = inner.reduce((product, length) => product * length, 1);
      // Batch norms see all images, the mean loss too.
      if (!/norm,|entropy/.test(name)) expect(spoilt.slice(size)).not.toContain(true);
      if (output.shape.at(-1) !== 17 || /layer|attention|shuffle/.test(name)) return;
      expect(spoilt.every((isSpoilt, place) => !isSpoilt || place % 17 === 100 % 17)).toBe(true);
    });
  });

  // A comparison that a NaN passes once, when it comes in, loses it to the next number.
  it('is the largest of every window that has it, wherever it stands there', () => {
    tf.tidy(() => {
      const x = tf.tensor4d([1, 2, 3, 4, Number.NaN, 6, 7, 8, 9], [1, 3, 3, 1]);
      const n = Number.NaN;
      expect([...numbers(maxPool(x, 2, 1))]).toEqual([n, n, 6, n, n, 9, 8, 9, 9]);
      expect([...numbers(maxPool(x, 3, 1))]).toEqual([n, n, n, n, n, n, n, n, n]);
    });
  });
});

describeNative('limits', () => {
  it.each(KINDS)('of %s far out are those of its formula', (kind) => {
    const wanted: Readonly<Record<FusedActivation, readonly [number, number]>> = {
      ...{ none: [-1e4, 1e4], relu: [0, 1e4], relu6: [0, 6], gelu: [0, 1e4], swish: [0, 1e4] },
      ...{ sigmoid: [0, 1], hardSigmoid: [0, 1], hardSwish: [0, 1e4] },
    };
    tf.tidy(() => {
      const [low, high] = numbers(biasActivation(tf.tensor1d([-1e4, 1e4]), zeros(2), kind));
      expect(low).toBeCloseTo(wanted[kind][0], 6);
      expect(high).toBeCloseTo(wanted[kind][1], 2);
    });
  });

  it('of infinity go through rectifiers', () => {
    tf.tidy(() => {
      const x = tf.tensor1d([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
      expect([...numbers(biasActivation(x, zeros(2), 'relu'))]).toEqual([0, Number.POSITIVE_INFINITY]);
      expect([...numbers(biasActivation(x, zeros(2), 'relu6'))]).toEqual([0, 6]);
    });
  });

  // Without the highest score taken off first, e^x overflows.
  it('of attention: scores of thousands choose one token, and its gradients are finite', () => {
    tf.tidy(() => {
      const tokens = 5;
      // Token i looks for token i: scores of 3000 there and 0 elsewhere.
      const keys = tf.mul(tf.eye(tokens), Math.sqrt(3000 * Math.sqrt(tokens)));
      const values = gaussian([tokens, tokens], 3);
      const qkv = tf.expandDims<Tensor3D>(tf.concat([keys, keys, values], 1));
      const output = attend(qkv, 1, undefined);
      numbers(output).forEach((value, place) => expect(value).toBeCloseTo(numbers(values)[place] ?? 0, 5));
      const bias = tf.mul(gaussian([1, tokens, tokens], 4), 1e5) as Tensor3D; // as gaussian's shape
      const slopes = tf.grads((x: Tensor, b: Tensor) => attend(x as Tensor3D, 1, b as Tensor3D))([qkv, bias]);
      for (const slope of slopes) expect([...numbers(slope)].every(Number.isFinite)).toBe(true);
    });
  });

  it('of cross-entropy: logits of tens of thousands give their distance', () => {
    tf.tidy(() => {
      const loss = crossEntropy(tf.tensor2d([[3e4, -3e4]]), tf.tensor2d([[0, 1]]));
      expect(numbers(loss)[0]).toBeCloseTo(6e4, 0);
    });
  });

  // A variance of 0 has no inverse; a difference of squares may even be negative.
  it.each([0, 0.1, 1000])(
    'of norms: a channel that is %d everywhere comes out as beta, its gradients finite',
    (value) => {
      tf.tidy(() => {
        const x = tf.fill([7, 5, 3, 17], value);
        const [gamma, beta] = [tf.fill([17], 2) as Tensor1D, tf.fill([17], 0.5) as Tensor1D];
        const running = { mean: zeros(17), variance: ones(17) };
        const norms = [
          (...[a, b, c]: Tensor[]) =>
            trainBatchNorm(a as Tensor, b as Tensor1D, c as Tensor1D, running, () => undefined),
          (...[a, b, c]: Tensor[]) => layerNorm(a as Tensor, b as Tensor1D, c as Tensor1D),
        ];
        for (const norm of norms) {
          // Rounding of the mean, 1000 2^-24, is divided by sqrt(epsilon).
          for (const y of numbers(norm(x, gamma, beta)))
            expect(Math.abs(y - 0.5)).toBeLessThan(value === 1000 ? 0.1 : 1e-4);
          const slopes = tf.grads(norm)([x, gamma, beta], gaussian(x.shape, 1));
          for (const slope of slopes) expect([...numbers(slope)].every(Number.isFinite)).toBe(true);
        }
      });
    },
  );
});

/** Mean and variance of each column in double precision. */
function columns(values: Float32Array, channels: number): { readonly mean: number; readonly variance: number }[] {
  return Array.from({ length: channels }, (_, channel) => {
    const column = values.filter((_value, place) => place % channels === channel);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    return { mean, variance: column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length };
  });
}

describeNative('norms of values far from 0', () => {
  const [CHANNELS, ROWS] = [17, 20_001];

  // E[x^2] - E[x]^2 in single precision leaves nothing of a variance of 1 beside a mean of 1000.
  it('layer norm keeps three digits of a mean of 1000 and a deviation of 1', () => {
    tf.tidy(() => {
      const x = tf.add(gaussian([33, 100], 1), 1000);
      const rows = columns(numbers(tf.transpose(x)), 33);
      numbers(layerNorm(x, ones(100), zeros(100))).forEach((y, place) => {
        const { mean, variance } = rows[Math.floor(place / 100)] ?? { mean: 0, variance: 0 };
        expect(Math.abs(y - ((numbers(x)[place] ?? 0) - mean) / Math.sqrt(variance + 1e-5))).toBeLessThan(1e-3);
      });
    });
  });

  // A variance around the first row's values has the same fault where that row is far from the
  // others.
  it.each([
    ['throughout', false],
    ['but for the first row, which is 0', true],
  ])('batch norm keeps three digits of a mean of 1000 and a deviation of 1 %s', (_name, hasOutlier) => {
    tf.tidy(() => {
      const values = numbers(tf.add(gaussian([ROWS, 1, 1, CHANNELS], 1), 1000)).slice();
      if (hasOutlier) values.fill(0, 0, CHANNELS);
      const truth = columns(values, CHANNELS);
      const fresh: Statistics[] = [];
      const y = numbers(normed(tf.tensor(values, [ROWS, 1, 1, CHANNELS]), undefined, (each) => fresh.push(each)));
      let most = 0;
      y.forEach((value, place) => {
        const { mean, variance } = truth[place % CHANNELS] ?? { mean: 0, variance: 0 };
        const wanted = ((values[place] ?? 0) - mean) / Math.sqrt(variance + 1e-5);
        most = Math.max(most, Math.abs(value - wanted) / Math.max(1, Math.abs(wanted)));
      });
      expect(most).toBeLessThan(1e-3);
      for (const { mean, variance } of fresh) tf.dispose([mean, variance]);
    });
  });
});

describeNative('views of images', () => {
  /** What a view shows, pixel by pixel. */
  function byHand(data: ResidentImages, sample: number, { down, right, flipped, holes = [] }: View): number[] {
    const { height, width, margin, images } = data;
    const [, , padded, channels] = images.shape;
    const pixels = numbers(images);
    return Array.from({ length: height * width * channels }, (_, place) => {
      const channel = place % channels;
      const column = Math.floor(place / channels) % width;
      const row = Math.floor(place / channels / width);
      const inHole = ({ top, bottom, left, right: end }: (typeof holes)[number]): boolean =>
        row >= top && row < bottom && column >= left && column < end;
      if (holes.some(inHole)) return 0;
      const from = margin - right + (flipped ? width - 1 - column : column);
      const image = sample * (height + 2 * margin) + margin - down + row;
      return pixels[(image * padded + from) * channels + channel] ?? Number.NaN;
    });
  }

  it.each([1, 3])('of %i channels are moved, mirrored and blanked as by hand, at the borders too', (channels) => {
    tf.tidy(() => {
      const [height, width, margin] = [6, 5, 3];
      const images = gaussian([4, height + 2 * margin, width + 2 * margin, channels], 5) as Tensor4D; // as its shape
      const labels = new Uint8Array(4);
      const data = { count: 4, height, width, margin, images, labels, dispose: () => undefined };
      const rng = createRng(2);
      const holes = [
        { top: 0, bottom: 2, left: 0, right: 2 },
        { top: 4, bottom: 6, left: 3, right: 5 },
        { top: 0, bottom: 6, left: 0, right: 5 },
        { top: 2, bottom: 3, left: 4, right: 5 },
        undefined,
      ];
      const [samples, views] = [new Int32Array(40), [] as View[]];
      for (let index = 0; index < 40; index++) {
        const hole = holes[index % holes.length];
        const moved = { down: rng.int(7) - 3, right: rng.int(7) - 3, flipped: index % 2 === 0 };
        views.push(hole ? { ...moved, holes: [hole] } : moved);
        samples[index] = rng.int(4);
      }
      const wanted = views.flatMap((view, index) => byHand(data, samples[index] ?? 0, view));
      expect([...numbers(gatherImages(data, samples, views))]).toEqual(wanted);
    });
  });

  // A batch that comes from the disk would be other images than the same one of a resident set.
  it.each([1, 2, 3])('of bytes of %i channels show what the bytes stand for, and black around', (channels) => {
    tf.tidy(() => {
      const [count, height, width] = [4, 6, 5];
      const rng = createRng(channels);
      const bytes = Uint8Array.from({ length: count * height * width * channels }, () => rng.int(256));
      const table = gaussian([channels, 256], 7);
      const [known, views, wanted] = [numbers(table), [] as number[][], [] as number[]];
      for (let view = 0; view < 60; view += 1) {
        // Up to two pixels more than the image is large: nothing of it is seen.
        const [sample, down, right, flipped] = [rng.int(count), rng.int(17) - 8, rng.int(15) - 7, view % 2];
        const hole = view % 3 === 0 ? [rng.int(height), rng.int(width), 2, 3] : [0, 0, 0, 0];
        views.push([sample, down, right, flipped, ...hole]);
        const [top = 0, left = 0, rows = 0, columns = 0] = hole;
        for (let place = 0; place < height * width * channels; place += 1) {
          const channel = place % channels;
          const column = Math.floor(place / channels) % width;
          const row = Math.floor(place / channels / width);
          const [y, x] = [down + row, right + (flipped === 1 ? width - 1 - column : column)];
          const inside = y >= 0 && y < height && x >= 0 && x < width;
          const byte = inside ? (bytes[((sample * height + y) * width + x) * channels + channel] ?? NaN) : 0;
          const inHole = row >= top && row < top + rows && column >= left && column < left + columns;
          wanted.push(inHole ? 0 : (known[channel * 256 + byte] ?? NaN));
        }
      }
      const pixels = tf.tensor4d(bytes, [count, height, width, channels], 'bool');
      const convert = rawOp('TradeGatherBytes', 1, {});
      const shown = only(convert([pixels, table, tf.tensor2d(views, [views.length, 8], 'int32')]));
      expect(shown.shape).toEqual([views.length, height, width, channels]);
      expect([...numbers(shown)]).toEqual(wanted);
    });
  });

  it.each([
    ['an image that is not there', 4, 2],
    ['an image before the first', -1, 2],
    ['channels that no value is known of', 0, 3],
  ])('of bytes of %s are refused', (_name, sample, channels) => {
    tf.tidy(() => {
      const inputs = [tf.zeros([4, 6, 6, channels], 'bool'), tf.ones([2, 256])];
      const view = tf.tensor2d([[sample, 0, 0, 0, 0, 0, 0, 0]], [1, 8], 'int32');
      expect(() => rawOp('TradeGatherBytes', 1, {})([...inputs, view])).toThrow(/a view is of no image|each channel/);
    });
  });

  // Memory outside of the images would be shown, or the process end.
  it.each([
    ['an image that is not there', [4, 0, 0, 0]],
    ['an image before the first', [-1, 0, 0, 0]],
    ['a corner above', [0, -1, 0, 0]],
    ['a corner too far down', [0, 3, 0, 0]],
    ['a corner too far left', [0, 0, -1, 0]],
    ['a corner too far right', [0, 0, 3, 0]],
  ])('of %s are refused, and the process lives on', (_name, corner) => {
    tf.tidy(() => {
      const gather = rawOp('TradeGatherViews', 1, { integers: { height: 4, width: 4 } });
      const images = tf.ones([4, 6, 6, 2]);
      const view = (start: readonly number[]): Tensor2D => tf.tensor2d([[...start, 0, 0, 0, 0]], [1, 8], 'int32');
      expect(() => gather([images, view(corner)])).toThrow('a view lies outside of its image');
      expect(numbers(only(gather([images, view([3, 2, 2, 1])])))).toEqual(new Float32Array(32).fill(1));
    });
  });
});

describeNative('unflatten', () => {
  it('refuses a vector that is too short for the layout, and takes one that is longer', () => {
    tf.tidy(() => {
      const layout = layoutOf(tinyConvolutional());
      expect(() => unflatten(layout, zeros(layout.params - 1))).toThrow('the shapes want more weights than there are');
      const pieces = unflatten(layout, tf.range(0, layout.params + 5));
      expect(pieces.flatMap((piece) => [...numbers(piece)])).toEqual([...Array(layout.params).keys()]);
      expect(pieces.map(({ shape }) => shape)).toEqual(layout.trainable.map(({ spec }) => spec.shape));
    });
  });
});

/** Ops over steps and windows of two sides, against their definitions written out in loops. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { graphBuilder } from '../../src/core/arch/graph-builder.ts';
import type { Op, OpName } from '../../src/core/arch/graph.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { KERNELS } from '../../src/compute/model/kernels.ts';
import type { Kernel } from '../../src/compute/model/kernels.ts';
import { sampleInputs } from '../../src/compute/model/sample-inputs.ts';
import { samePads } from '../../src/compute/export/layout.ts';

beforeAll(async () => void (await loadBackend()));

type Weights = Readonly<Record<string, Tensor>>;

function applied(op: Op, inputs: readonly Tensor[], weights: Weights = {}): Tensor {
  const kernel = KERNELS[op.op] as Kernel<OpName>; // each takes the variant that it is looked up by
  const weight = (name: string): Tensor => weights[name] ?? tf.scalar(Number.NaN);
  return kernel(op, inputs, { weight, statistics: () => ({ mean: tf.tensor1d([]), variance: tf.tensor1d([]) }) });
}

const numbers = (seed: number, length: number): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length }, () => rng.normal());
};

function expectClose(found: Tensor, expected: readonly number[], within = 1e-5): void {
  const values = found.dataSync();
  expect(values).toHaveLength(expected.length);
  values.forEach((value, index) => expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThan(within));
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('gru', () => {
  it('is Cho et al. with the reset gate behind the recurrent product, columns z, r, n', () => {
    const [batch, steps, channels, units] = [2, 4, 3, 5];
    const x = numbers(1, batch * steps * channels);
    const [kernel, recurrent] = [numbers(2, channels * 3 * units), numbers(3, units * 3 * units)];
    const [bias, recurrentBias] = [numbers(4, 3 * units), numbers(5, 3 * units)];
    const expected: number[] = [];
    for (let b = 0; b < batch; b += 1) {
      let h = new Array<number>(units).fill(0);
      for (let t = 0; t < steps; t += 1) {
        const given = (column: number): number => {
          const from = (b * steps + t) * channels;
          const sum = Array.from({ length: channels }, (_, c) => at(x, from + c) * at(kernel, c * 3 * units + column));
          return sum.reduce((all, one) => all + one, at(bias, column));
        };
        const known = (column: number): number =>
          h.reduce((all, value, u) => all + value * at(recurrent, u * 3 * units + column), at(recurrentBias, column));
        h = h.map((value, u) => {
          const z = sigmoid(given(u) + known(u));
          const r = sigmoid(given(units + u) + known(units + u));
          return z * value + (1 - z) * Math.tanh(given(2 * units + u) + r * known(2 * units + u));
        });
        expected.push(...h);
      }
    }
    tf.tidy(() => {
      const weights = {
        kernel: tf.tensor2d(kernel, [channels, 3 * units]),
        recurrent: tf.tensor2d(recurrent, [units, 3 * units]),
        bias: tf.tensor1d(bias),
        recurrentBias: tf.tensor1d(recurrentBias),
      };
      const states = applied({ op: 'gru', units }, [tf.tensor3d(x, [batch, steps, channels])], weights);
      expect(states.shape).toEqual([batch, steps, units]);
      expectClose(states, expected);
    });
  });
});

describe('embed', () => {
  const op = { op: 'embed', channel: 1, bytes: 2, values: 600, units: 2 } as const;
  const table = () =>
    tf.tensor2d(
      Float32Array.from({ length: 1200 }, (_, place) => place),
      [600, 2],
    );

  it('reads rows by whole numbers of two bytes, the higher one first, though bytes came as shares of 255', () => {
    const bytes = [9, 2, 87, 9, 0, 137].map((byte) => Math.fround(byte / 255) / Math.fround(1 / 255));
    expectClose(applied(op, [tf.tensor4d(bytes, [1, 2, 1, 3])], { table: table() }), [1198, 1199, 274, 275]);
  });

  it('adds up the slopes of steps that read one row', () => {
    const x = tf.tensor4d([0, 0, 3, 0, 0, 3, 0, 0, 5], [1, 3, 1, 3]);
    const dy = tf.tensor3d([1, 10, 2, 20, 4, 40], [1, 3, 2]);
    const gradient = tf
      .grad((rows) => applied(op, [x], { table: rows }))(table(), dy)
      .arraySync() as number[][];
    expect([gradient[3], gradient[5]]).toEqual([
      [3, 30],
      [4, 40],
    ]);
    expect(gradient.flat().reduce((sum, one) => sum + one, 0)).toBe(77);
  });

  it.each([
    ['beyond the last row', [0, 2, 88]],
    ['below the first', [0, -1, 0]],
    ['no number', [0, 0, Number.NaN]],
  ])('refuses what is %s in words, and does not crash', (_what, bytes) => {
    const attempt = (): Tensor => applied(op, [tf.tensor4d(bytes, [1, 1, 1, 3])], { table: table() });
    expect(attempt).toThrow(/whole numbers from 0 to 599 are known.*import it again/);
  });
});

describe('sampleInputs', () => {
  it('gives steps numbers that every table has a row of, and high bytes too', () => {
    const g = graphBuilder('probe', [40, 1, 3], 2);
    const first = g.embed('first', g.input, { channel: 0, bytes: 1, values: 2, units: 1 });
    const second = g.embed('second', g.input, { channel: 1, bytes: 2, values: 700, units: 1 });
    const graph = g.finish(g.lastToken('last', g.concat('both', first, second)));
    const inputs = [...sampleInputs(graph, 3, createRng(1))];
    const read = (place: number): readonly number[] => inputs.filter((_, index) => index % 3 === place);
    expect(new Set(read(0))).toEqual(new Set([0, 1]));
    const wide = read(1).map((high, index) => 256 * high + (read(2)[index] ?? NaN));
    expect(Math.max(...wide)).toBeLessThan(700);
    expect(new Set(read(1))).toEqual(new Set([0, 1, 2]));
  });
});

describe('windows of two sides', () => {
  const [height, width, channels] = [5, 7, 2];
  const WINDOWS = [
    [
      [1, 3],
      [1, 1],
    ],
    [
      [3, 1],
      [2, 2],
    ],
    [
      [2, 3],
      [2, 1],
    ],
    [
      [3, 2],
      [1, 3],
    ],
  ] as const;

  /** Calls visit for the places of SAME's windows that lie in the image. */
  function eachPlace(
    [kernel, stride]: (typeof WINDOWS)[number],
    visit: (out: number, ky: number, kx: number, pixel: number) => void,
  ): number {
    const [rows, columns] = [Math.ceil(height / stride[0]), Math.ceil(width / stride[1])];
    const [top, left] = [samePads(height, kernel[0], stride[0])[0], samePads(width, kernel[1], stride[1])[0]];
    for (let out = 0; out < rows * columns; out += 1) {
      for (let ky = 0; ky < kernel[0]; ky += 1) {
        for (let kx = 0; kx < kernel[1]; kx += 1) {
          const y = Math.floor(out / columns) * stride[0] - top + ky;
          const x = (out % columns) * stride[1] - left + kx;
          if (y >= 0 && y < height && x >= 0 && x < width) visit(out, ky, kx, y * width + x);
        }
      }
    }
    return rows * columns;
  }

  it.each(WINDOWS)('of %j by %j: convolutions and pools see what they should', (kernel, stride) => {
    const x = numbers(1, height * width * channels);
    const image = tf.tensor4d(x, [1, height, width, channels]);
    const depthwise = numbers(2, kernel[0] * kernel[1] * channels);
    const full = numbers(3, depthwise.length * 3);
    const sums: number[] = [];
    const wide: number[] = [];
    const seen: number[][] = [];
    const count = eachPlace([kernel, stride] as (typeof WINDOWS)[number], (out, ky, kx, pixel) => {
      for (let c = 0; c < channels; c += 1) {
        const [place, tap] = [out * channels + c, (ky * kernel[1] + kx) * channels + c];
        const value = at(x, pixel * channels + c);
        sums[place] = (sums[place] ?? 0) + value * at(depthwise, tap);
        (seen[place] ??= []).push(value);
        for (let o = 0; o < 3; o += 1) wide[out * 3 + o] = (wide[out * 3 + o] ?? 0) + value * at(full, tap * 3 + o);
      }
    });
    expect(sums).toHaveLength(count * channels);
    tf.tidy(() => {
      const bias = false;
      const depth = { kernel: tf.tensor4d(depthwise, [...kernel, channels, 1]) };
      expectClose(applied({ op: 'depthwiseConv2d', kernel, stride, bias }, [image], depth), sums);
      const filters = { kernel: tf.tensor4d(full, [...kernel, channels, 3]) };
      expectClose(applied({ op: 'conv2d', filters: 3, kernel, stride, bias }, [image], filters), wide);
      const most = seen.map((values) => Math.max(...values));
      expectClose(applied({ op: 'maxPool', size: kernel, stride }, [image]), most);
      const means = seen.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
      expectClose(applied({ op: 'averagePool', size: kernel, stride }, [image]), means);
    });
    image.dispose();
  });
});

function at(values: Float32Array, place: number): number {
  return values[place] ?? Number.NaN;
}

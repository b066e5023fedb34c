/** Generators: maps made larger, spectral norms, cells of every kind, and a study that goes on as
 * if nobody had stopped it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import type { Dataset } from '../../src/compute/data/dataset.ts';
import { runCourse } from '../../src/compute/generator/course.ts';
import type { FinishedCell } from '../../src/compute/generator/course.ts';
import { createDiscriminator } from '../../src/compute/generator/discriminator.ts';
import { generate } from '../../src/compute/generator/generator.ts';
import { bilinear, nearest, resampled, shrunk, spread, testing as maps } from '../../src/compute/generator/maps.ts';
import { sheetOf } from '../../src/compute/generator/sheet.ts';
import { spectralKernels } from '../../src/compute/generator/spectral.ts';
import { latentOf, testing as course } from '../../src/compute/generator/training.ts';
import { createWeights } from '../../src/compute/generator/weights.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { initialWeights, uploadWeights } from '../../src/compute/model/parameters.ts';
import type { LoadedTeacher } from '../../src/compute/teachers/graph-teacher.ts';
import { actionsOf, cellOf } from '../../src/core/generator/cells.ts';
import type { GeneratorRow } from '../../src/core/generator/row.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { testing as symmetric } from '../../src/core/math/symmetric.ts';
import { distance, gaussian, numbers } from './support/native-tensors.ts';
import { tinyConvolutional } from './support/tiny-training.ts';

const { eigenSymmetric } = symmetric;

const { hinge } = course;

const { area } = maps;

beforeAll(async () => void (await loadBackend()));

describe('maps', () => {
  const given = (): Tensor4D => gaussian([2, 4, 5, 3], 1) as Tensor4D; // four lengths

  it('are made larger as resizing between centres and by repeating does', () => {
    const x = given();
    const larger = resampled(x, bilinear(8, 4), bilinear(10, 5));
    expect(distance(larger, tf.image.resizeBilinear(x, [8, 10], false, true))).toBeLessThan(1e-5);
    const repeated = resampled(x, nearest(8, 4), nearest(10, 5));
    expect(distance(repeated, tf.image.resizeNearestNeighbor(x, [8, 10], false, true))).toBeLessThan(1e-5);
  });

  it('spread and convolved are a transposed convolution of stride 2 with the kernel turned', () => {
    const x = given();
    const kernel = gaussian([2, 2, 3, 4], 2) as Tensor4D; // four lengths
    const ours = tf.conv2d(resampled(x, spread(4), spread(5)), kernel, 1, 'same');
    const turned: Tensor4D = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]);
    expect(distance(ours, tf.conv2dTranspose(x, turned, [2, 8, 10, 4], 2, 'valid'))).toBeLessThan(1e-5);
  });

  it('made smaller by area keep their mean, also where pixels are cut in parts', () => {
    expect([...area(2, 3).weights].map((value) => Number(value.toFixed(4)))).toEqual([
      ...[0.6667, 0.3333, 0, 0, 0.3333, 0.6667],
    ]);
    const pixels = Uint8Array.from({ length: 6 * 6 * 2 }, (_, at) => (at * 37) % 256);
    const small = shrunk(pixels, [6, 6, 2], 4);
    for (const channel of [0, 1]) {
      const of = (values: Uint8Array | Float32Array): number =>
        [...values].filter((_, at) => at % 2 === channel).reduce((sum, value, _at, all) => sum + value / all.length, 0);
      expect(of(small)).toBeCloseTo(of(pixels) / 127.5 - 1, 5);
    }
    expect(shrunk(Uint8Array.of(0, 255, 255, 0), [2, 2, 1], 1)[0]).toBeCloseTo(0, 6);
  });
});

describe('a discriminator', () => {
  it('has kernels whose largest singular value is 1', () => {
    const weights = createWeights(createRng(3));
    const kernels = spectralKernels(weights, createRng(4));
    tf.tidy(() => void kernels.of('a', [3, 3, 2, 4]));
    for (let step = 0; step < 200; step++) kernels.follow();
    const matrix = tf.tidy(() => tf.reshape<tf.Rank.R2>(kernels.of('a', [3, 3, 2, 4]), [18, 4]).arraySync());
    const gram = Float64Array.from({ length: 16 }, (_, at) =>
      matrix.reduce((sum, row) => sum + row[Math.floor(at / 4)]! * row[at % 4]!, 0),
    );
    expect(Math.max(...eigenSymmetric(gram, 4).values)).toBeCloseTo(1, 4);
    kernels.dispose();
    weights.dispose();
  });

  it('is paid by hinges: worked out by hand', () => {
    const loss = hinge(tf.tensor1d([2, 0.5, -1]), tf.tensor1d([-3, 0]));
    expect(numbers(loss)[0]).toBeCloseTo((0 + 0.5 + 2) / 3 + (0 + 1) / 2, 6);
  });

  it('grows: what judges maps of a side stays', () => {
    const weights = createWeights(createRng(5));
    const judge = createDiscriminator(weights, createRng(6));
    const names = (side: number): readonly string[] => {
      expect(tf.tidy(() => judge.judge(tf.zeros([3, side, side, 1]))).shape).toEqual([3]);
      return weights.saved().map(({ name }) => name);
    };
    const [small, large] = [names(8), names(16)];
    expect(large.slice(0, small.length)).toEqual(small);
    const added = new Set(large.slice(small.length).map((name) => name.split('/')[0]));
    expect([...added].sort()).toEqual(['images16', 'maps8']);
    judge.dispose();
    weights.dispose();
  });
});

describe('a generator', () => {
  it('makes images by cells of every kind, each with gradients for all its weights', () => {
    for (let action = 0; action < actionsOf(1); action += 7) {
      const weights = createWeights(createRng(action));
      const cells = [cellOf(0, action % 36), cellOf(1, action)];
      tf.tidy(() => {
        const latent = latentOf(createRng(1), 2);
        expect(generate(weights, cells, latent, 3).shape).toEqual([2, 16, 16, 3]);
        const { grads } = tf.variableGrads(() => tf.mean(tf.square(generate(weights, cells, latent, 3))));
        expect(Object.keys(grads)).toHaveLength(weights.all().length);
        for (const gradient of Object.values(grads)) {
          expect(Number.isFinite(numbers(tf.sum(tf.abs(gradient)))[0])).toBe(true);
        }
      });
      weights.dispose();
    }
  });

  it('is grown by a cell: the cells that it had give what they gave', () => {
    const weights = createWeights(createRng(2));
    const latent = tf.keep<Tensor2D>(latentOf(createRng(1), 2));
    const [first, second] = [cellOf(0, 12), cellOf(1, 60)];
    const before = generate(weights, [first], latent, 1);
    generate(weights, [first, second], latent, 1);
    expect(distance(generate(weights, [first], latent, 1), before)).toBe(0);
    weights.dispose();
  });
});

describe('a sheet', () => {
  it('has eight samples a row, each in its place', async () => {
    const images = new Float32Array(9 * 4).fill(-1);
    images[8 * 4 + 1] = 1; // the ninth, its upper right pixel
    const { data, info } = await sharp(await sheetOf(images, 2, 1))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([48, 12]);
    const lit = [...data.keys()].filter((at) => data[at]! > 128).map((at) => [at % 48, Math.floor(at / 48)]);
    expect(lit).toHaveLength(9);
    expect([lit[0], lit.at(-1)]).toEqual([
      [3, 6],
      [5, 8],
    ]);
  });
});

describe('a study', () => {
  const SIDE = 16;
  const COUNT = 100;
  const rng = createRng(9);
  const pixels = Uint8Array.from({ length: COUNT * SIDE * SIDE }, (_, at) =>
    Math.floor(at / 256) % 2 === Math.floor(at / 8) % 2 ? 200 + rng.int(50) : rng.int(50),
  );
  const graph = tinyConvolutional();
  const model = createModel(graph);
  // Sound: what a study asks of them.
  const dataset = {
    card: { shape: [SIDE, SIDE, 1], splits: { train: { count: COUNT } } },
    split: () => ({ count: COUNT, pixels, labels: new Uint8Array(COUNT) }),
  } as unknown as Dataset;
  let classifier: LoadedTeacher;
  beforeAll(() => {
    classifier = {
      card: { normalisation: { mean: 0.5, deviation: 0.5 } },
      model,
      parameters: uploadWeights(model.layout, initialWeights(model.layout, 3)),
    } as unknown as LoadedTeacher; // sound: the same
  });

  async function study(rows: readonly GeneratorRow[], stopAfter = Infinity) {
    const told: FinishedCell[] = [];
    let steps = 0;
    const course = { agent: 'sac', episodes: 2, cells: 2, seed: 4 } as const;
    const stopped = await runCourse(
      { dataset, classifier, course, count: COUNT, epochs: 2, rows },
      {
        yieldToEvents: () => Promise.resolve(),
        onStep: () => {
          steps += 1;
          if (steps > stopAfter) throw new Error('stopped');
        },
        onCell: (cell) => Promise.resolve(void told.push(cell)),
      },
    ).then(
      () => false,
      () => true,
    );
    return { told, stopped, rows: told.map(({ row }) => row), steps };
  }

  it('cut off within a cell goes on to the same rows, and leaves nothing on the device', async () => {
    const whole = await study([]);
    expect(whole.rows.map(({ episode, cell }) => [episode, cell])).toEqual([
      ...[
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
    ]);
    const cut = await study([], 7); // of two steps a cell: in the fourth
    expect([cut.stopped, cut.rows.length]).toEqual([true, 3]);
    const before = tf.memory().numTensors;
    const rest = await study(cut.rows);
    expect([...cut.rows, ...rest.rows]).toEqual(whole.rows);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('pays what a cell gains on the one before, and keeps the weights of the best alone', async () => {
    const { rows, told } = await study([]);
    const [first, second, third] = rows;
    expect(second!.reward).toBeCloseTo(second!.score - first!.score + 0.01 * (first!.distance - second!.distance), 12);
    // Both first cells are held against the same blank images.
    const blank = (row: GeneratorRow): number => row.reward - row.score + 0.01 * row.distance;
    expect(blank(third!)).toBeCloseTo(blank(first!), 9);
    expect(told.map(({ shown }) => shown?.length)).toEqual([undefined, 64 * 256, undefined, 64 * 256]);
    const isBetter = rows[3]!.distance < second!.distance;
    expect(told.map(({ weights }) => weights !== undefined)).toEqual([false, true, false, isBetter]);
  });
});

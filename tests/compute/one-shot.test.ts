/** One-shot search on tensors: slopes against differences, what is trained and what is not, and
 * going on as if it had never stopped. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { createModel } from '../../src/compute/model/model.ts';
import type { Model } from '../../src/compute/model/model.ts';
import { disposeParameters, initialWeights, uploadWeights } from '../../src/compute/model/parameters.ts';
import { assertFits } from '../../src/compute/one-shot/memory.ts';
import { moveMixing, readMixing, startState, writeMixing } from '../../src/compute/one-shot/mixing.ts';
import { createOracle } from '../../src/compute/one-shot/oracle.ts';
import type { Slopes } from '../../src/compute/one-shot/oracle.ts';
import { searchSupernet } from '../../src/compute/one-shot/search.ts';
import type { EpochNews } from '../../src/compute/one-shot/search.ts';
import type { SearchState, SearchTask } from '../../src/compute/one-shot/search-task.ts';
import { readSearchState, writeSearchState } from '../../src/compute/one-shot/state-file.ts';
import type { WrittenFile } from '../../src/compute/tasks/outputs.ts';
import { drop, trainingLayout } from '../../src/compute/training/pass.ts';
import { allKept, mixingSpace } from '../../src/core/one-shot/method.ts';
import { oneShotMethod } from '../../src/core/one-shot/registry.ts';
import { toyCellFamily } from '../contract/toy-one-shot/toy-cell.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyTask } from './support/tiny-training.ts';

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
const folder = mkdtempSync(join(tmpdir(), 'one-shot-'));
const directory = writeTinyDataset(join(folder, 'data'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

const supernet = toyCellFamily({ inputShape: [TINY.side, TINY.side, 1], classes: TINY.classes }).supernet?.();
if (supernet === undefined) throw new Error('The toy family has a supernet');
const { graph, edges } = supernet;
const space = mixingSpace(supernet);
const free = { yieldToEvents: () => Promise.resolve() };

async function searchTask(
  more: Partial<SearchTask> = {},
): Promise<{ readonly task: SearchTask & { readonly model: Model }; dispose(): void }> {
  const { task, dispose } = await tinyTask(directory, graph, { ...TINY_RECIPE, epochs: 3, ...more.recipe });
  const method = oneShotMethod({ method: 'darts', options: { learningRate: 0.05 } }, space);
  const { recipe, seed, train } = task;
  const model = createModel(graph);
  return {
    task: { model, networks: [{ model, edges }], name: 'darts', recipe, seed, train, method, ...more },
    dispose,
  };
}

describe('the oracle', () => {
  const P = Float64Array.from([0.2, 0.5, 0.3, 0.6, 0.1, 0.3]);
  const batch = { samples: Int32Array.from({ length: 16 }, (_, i) => i), epoch: 0, step: 0, progress: 0 };

  async function withOracle(use: (slopes: (p: Float64Array, nudge?: number) => Slopes) => void): Promise<void> {
    const { task, dispose } = await searchTask();
    const layout = trainingLayout(task);
    const oracle = createOracle(task, layout, edges);
    const weights = initialWeights(layout, 5);
    const before = tf.memory().numTensors;
    use((p, nudge = 0) => {
      // The first weight of the stem's kernel, which stands first.
      const moved = new Map(weights).set('stem/kernel', (weights.get('stem/kernel') ?? new Float32Array()).slice());
      const kernel = moved.get('stem/kernel');
      if (kernel) kernel[0] = (kernel[0] ?? 0) + nudge;
      const parameters = uploadWeights(layout, moved);
      const slopes = oracle.slopes(parameters, p, batch);
      disposeParameters(parameters);
      drop(slopes.fresh);
      return slopes;
    });
    oracle.dispose();
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
    dispose();
  }

  it('gives the slopes that differences give, by shares and by weights', () =>
    withOracle((slopes) => {
      const { gP, gTheta } = slopes(P);
      const h = 2e-4;
      for (const path of P.keys()) {
        const [up, down] = [h, -h].map((by) => slopes(P.with(path, (P[path] ?? 0) + by)));
        up?.gTheta.dispose();
        down?.gTheta.dispose();
        expect(gP[path]).toBeCloseTo(((up?.loss ?? NaN) - (down?.loss ?? NaN)) / (2 * h), 2);
      }
      const [up, down] = [h, -h].map((by) => slopes(P, by));
      up?.gTheta.dispose();
      down?.gTheta.dispose();
      const difference = ((up?.loss ?? NaN) - (down?.loss ?? NaN)) / (2 * h);
      expect(gTheta.dataSync<'float32'>()[0]).toBeCloseTo(difference, 2);
      gTheta.dispose();
    }));

  it('trains no share: what stands in their place has no slope and no say', () =>
    withOracle((slopes) => {
      const { gTheta } = slopes(P);
      const layout = createModel(graph).layout;
      const values = gTheta.dataSync<'float32'>();
      let start = 0;
      for (const { layerId, size } of layout.trainable) {
        const own = values.subarray(start, (start += size));
        if (layerId.endsWith('.share')) expect(own.every((value) => value === 0)).toBe(true);
      }
      gTheta.dispose();
    }));

  it('refuses an edge whose path ends in a layer without a share', async () => {
    const { task, dispose } = await searchTask();
    const layout = trainingLayout(task);
    const wrong = [{ id: 'x', dimension: 'x', paths: [['pool']] }];
    expect(() => createOracle(task, layout, wrong)).toThrow(/gamma/);
    dispose();
  });
});

describe('a search', () => {
  it('goes on from the file of each epoch to the same bits as without a stop', async () => {
    const { task, dispose } = await searchTask();
    const files: WrittenFile[] = [];
    const { state: whole } = await searchSupernet(task, {
      ...free,
      onEpoch: (state) => {
        const path = join(folder, `search-${state.epoch}.safetensors`);
        files.push(writeSearchState(path, task, { state, cpuSeconds: 2.5 }));
      },
    });
    expect(whole.epoch).toBe(3);
    for (const file of files) {
      const { state: start, cpuSeconds } = readSearchState(file, task);
      expect(cpuSeconds).toBe(2.5);
      const { state: rest } = await searchSupernet({ ...task, start }, free);
      expect(rest).toEqual(whole);
    }
    dispose();
  });

  it('moves shares and weights, by its seed alone', async () => {
    const { task, dispose } = await searchTask();
    const seen: SearchState[] = [];
    const news: EpochNews[] = [];
    const { state: first } = await searchSupernet(task, {
      ...free,
      onEpoch: (state, told) => {
        seen.push(state);
        news.push(told);
      },
    });
    expect(Math.max(...first.mixing.alpha.map(Math.abs))).toBeGreaterThan(0.05);
    expect(seen[0]?.mixing.alpha).not.toEqual(seen[1]?.mixing.alpha);
    expect(seen[0]?.weights).not.toEqual(seen[1]?.weights);
    // What people are told is of the epoch itself: half of the images, in equal steps.
    const sharesOf = ({ mixing }: SearchState) => task.method.shares(mixing.alpha, allKept(space));
    expect(news.map(({ shares }) => shares)).toEqual(seen.map(sharesOf));
    for (const { loss } of news) expect(Math.abs(loss - Math.log(TINY.classes))).toBeLessThan(1.5);
    const { state: other } = await searchSupernet({ ...task, seed: 8 }, free);
    expect(other.mixing.alpha).not.toEqual(first.mixing.alpha);
    dispose();
  });

  it('leaves no tensor behind, whether it ends, stops or fails', async () => {
    const { task, dispose } = await searchTask();
    const before = tf.memory().numTensors;
    await searchSupernet(task, free);
    expect(tf.memory().numTensors).toBe(before);
    let steps = 0;
    const stop = { yieldToEvents: () => (steps++ > 3 ? Promise.reject(new Error('stop')) : Promise.resolve()) };
    await expect(searchSupernet(task, stop)).rejects.toThrow('stop');
    expect(tf.memory().numTensors).toBe(before);
    const wild = { ...task, recipe: { ...task.recipe, learningRate: 1e30, warmupEpochs: 0 } };
    await expect(searchSupernet(wild, free)).rejects.toMatchObject({
      code: 'trainer.failed',
      message: expect.stringMatching(/loss of the supernet became NaN.*learning rate/),
    });
    expect(tf.memory().numTensors).toBe(before);
    await expect(
      searchSupernet({ ...task, recipe: { ...task.recipe, batchSize: task.train.count } }, free),
    ).rejects.toMatchObject({ code: 'config.invalid' });
    expect(tf.memory().numTensors).toBe(before);
    dispose();
  });
});

describe('what a search has learned of its paths', () => {
  const rule = { learningRate: 0.1, weightDecay: 0, firstMoment: 0.5, secondMoment: 0.999 };

  // Kingma and Ba 2015: with its corrections the first step is the learning rate long.
  it('moves against its slope, a learning rate far at first', () => {
    const moved = moveMixing(startState(Float64Array.from([0, 0, 0])), Float64Array.from([4, -0.01, 0]), rule);
    expect([...moved.alpha].map((value) => Number(value.toFixed(6)))).toEqual([-0.1, 0.1, 0]);
    const decayed = moveMixing(startState(Float64Array.from([2])), Float64Array.from([0]), { ...rule, weightDecay: 1 });
    expect(decayed.alpha[0]).toBeCloseTo(1.9, 6);
  });

  it('is written to the last bit, and is not read for another number of paths', () => {
    const state = moveMixing(startState(Float64Array.from([1 / 3, Math.PI])), Float64Array.from([1e-300, -7]), rule);
    expect(readMixing(writeMixing(state), 2)).toEqual(state);
    expect(readMixing(writeMixing(state), 3)).toBeUndefined();
    expect(readMixing('{}', 2)).toBeUndefined();
    expect(readMixing(writeMixing({ ...state, alpha: Float64Array.from([NaN, 0]) }), 2)).toBeUndefined();
  });
});

// Of 8 x 8 images the toy holds some 20 maps of 2 x 2 x 8 numbers an image.
it('a supernet that no machine holds is refused before it is trained, and says what to do', async () => {
  const { task, dispose } = await searchTask();
  expect(() => assertFits(task.networks, 64)).not.toThrow();
  expect(() => assertFits(task.networks, 64, 20_000)).toThrow(
    /batch of 64 needs \S+ GiB at least, and this machine has \S+ GiB\. Choose a smaller batch/,
  );
  expect(() => assertFits(task.networks, 1, 20_000)).not.toThrow();
  dispose();
});

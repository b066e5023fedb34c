/** The training loop: it learns, repeats itself, goes on where it stopped, and cleans up after
 * itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { readTrainingState, writeTrainingState } from '../../src/compute/files/checkpoint.ts';
import type { TrainingState } from '../../src/compute/files/checkpoint.ts';
import { testing } from '../../src/compute/training/optimizer.ts';
import { layoutOf } from '../../src/compute/model/parameters.ts';
import { train } from '../../src/compute/training/trainer.ts';
import type { EpochPoint } from '../../src/core/records/epoch.ts';
import type { Recipe } from '../../src/core/records/recipe.ts';
import { writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTask, tinyTraining, tinyTransformer } from './support/tiny-training.ts';

const { OPTIMIZER_SLOTS } = testing;

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
const folder = mkdtempSync(join(tmpdir(), 'trainer-'));
const directory = writeTinyDataset(join(folder, 'data'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

const ADAMW: Recipe = { ...TINY_RECIPE, optimizer: 'adamw', learningRate: 0.01, epochs: 8 };
const free = { yieldToEvents: () => Promise.resolve() };

describe('train', () => {
  it('learns three textures with SGD and with AdamW', async () => {
    const convolutional = await tinyTraining(directory, tinyConvolutional(), { ...TINY_RECIPE, epochs: 12 });
    const transformer = await tinyTraining(directory, tinyTransformer(), { ...ADAMW, epochs: 25 });
    expect(convolutional.evaluation.accuracy).toBeGreaterThan(0.9);
    expect(transformer.evaluation.accuracy).toBeGreaterThan(0.9);
  });

  it('reports every epoch with what it measured', async () => {
    const points: EpochPoint[] = [];
    const hooks = { ...free, onEpoch: (point: EpochPoint) => void points.push(point) };
    const { evaluation } = await tinyTraining(directory, tinyConvolutional(), TINY_RECIPE, hooks);
    expect(points.map((point) => point.epoch)).toEqual([1, 2, 3]);
    expect(points.at(-1)?.validationAccuracy).toBe(evaluation.accuracy);
    expect(points.at(-1)?.validationLoss).toBe(evaluation.loss);
    expect(points[2]?.trainLoss).toBeLessThan(points[0]?.trainLoss ?? 0);
    const { probabilities, count, classes } = evaluation.predictions;
    const sums = Array.from({ length: count }, (_, row) =>
      probabilities.subarray(row * classes, (row + 1) * classes).reduce((sum, value) => sum + value, 0),
    );
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
  });

  it('gives the same weights for the same seed and others for another', async () => {
    const one = await tinyTraining(directory, tinyTransformer(), ADAMW);
    const same = await tinyTraining(directory, tinyTransformer(), ADAMW);
    expect(same.weights).toEqual(one.weights);
    const { task, dispose } = await tinyTask(directory, tinyTransformer(), ADAMW, 8);
    const other = await train(task, free);
    dispose();
    expect(other.weights).not.toEqual(one.weights);
  });

  it.each([
    ['SGD', tinyConvolutional(), TINY_RECIPE],
    ['AdamW', tinyTransformer(), { ...ADAMW, epochs: 3 }],
  ] as const)(
    'with %s goes on from an epoch checkpoint to the same weights as without a stop',
    async (_, graph, recipe) => {
      const path = join(folder, `${recipe.optimizer}.safetensors`);
      const layout = layoutOf(graph);
      const whole = await tinyTraining(directory, graph, recipe, {
        ...free,
        onEpoch: (point, state) => {
          if (point.epoch === 2) writeTrainingState(path, layout, state());
        },
      });
      const { task, dispose } = await tinyTask(directory, graph, recipe);
      const start = readTrainingState(path, layout, OPTIMIZER_SLOTS[recipe.optimizer]);
      const points: EpochPoint[] = [];
      const rest = await train({ ...task, start }, { ...free, onEpoch: (point) => void points.push(point) });
      dispose();
      expect(points.map((point) => point.epoch)).toEqual([3]);
      expect(rest.weights).toEqual(whole.weights);
      expect(rest.evaluation.loss).toBe(whole.evaluation.loss);
    },
  );

  it.each([
    ['inside an epoch', 9],
    ['before an epoch was reported', 12],
  ])('stopped %s goes on to the same weights and the same curve', async (_, last) => {
    const wanted: EpochPoint[] = [];
    const whole = await tinyTraining(directory, tinyConvolutional(), TINY_RECIPE, {
      ...free,
      onEpoch: (point) => void wanted.push(point),
    });
    const { task, dispose } = await tinyTask(directory, tinyConvolutional());
    let steps = 0;
    let start: TrainingState | undefined;
    const stopped = train(task, {
      yieldToEvents: () => (steps === last ? Promise.reject(new Error('enough')) : Promise.resolve()),
      onStep: (done, _share, state) => {
        steps = done;
        if (done === last) start = state();
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(start?.step).toBe(last);
    const points: EpochPoint[] = [];
    const rest = await train(
      { ...task, ...(start && { start }) },
      { ...free, onEpoch: (point) => void points.push(point) },
    );
    dispose();
    expect(rest.weights).toEqual(whole.weights);
    expect(points.map((point) => point.epoch)).toEqual([2, 3]);
    expect(points[0]?.trainLoss).toBeCloseTo(wanted[1]?.trainLoss ?? 0, 6);
    expect(points[0]?.validationLoss).toBe(wanted[1]?.validationLoss);
  });

  it('rests after the epoch that it is told, and goes on to the same weights and the same curve', async () => {
    const wanted: EpochPoint[] = [];
    const keep = (points: EpochPoint[]) => ({
      ...free,
      onEpoch: (point: EpochPoint, state: () => TrainingState) => {
        points.push(point);
        kept.start = state();
      },
    });
    const kept: { start?: TrainingState } = {};
    const whole = await tinyTraining(directory, tinyConvolutional(), TINY_RECIPE, keep(wanted));
    const { task, dispose } = await tinyTask(directory, tinyConvolutional());
    const points: EpochPoint[] = [];
    delete kept.start;
    for (const until of [1, 2, undefined]) {
      const trained = await train({ ...task, ...(until && { until }), ...kept }, keep(points));
      expect(trained.epochs).toBe(until ?? 3);
      // What rests tells of its last epoch, and so it does when it is asked for that epoch again.
      expect(trained.evaluation.accuracy).toBe(points.at(-1)?.validationAccuracy);
      if (until === undefined) expect(trained.weights).toEqual(whole.weights);
      else expect((await train({ ...task, ...kept, until }, free)).evaluation).toEqual(trained.evaluation);
    }
    dispose();
    const plain = (curve: readonly EpochPoint[]) => curve.map(({ seconds: _, ...point }) => point);
    expect(plain(points)).toEqual(plain(wanted));
  });

  it('leaves no tensor behind, whether it ends, stops or fails', async () => {
    const { task, dispose } = await tinyTask(directory, tinyConvolutional());
    const before = tf.memory().numTensors;
    await train(task, free);
    expect(tf.memory().numTensors).toBe(before);
    let steps = 0;
    await expect(
      train(task, { yieldToEvents: () => (steps++ > 7 ? Promise.reject(new Error('stop')) : Promise.resolve()) }),
    ).rejects.toThrow('stop');
    expect(tf.memory().numTensors).toBe(before);
    const wild = { ...task, recipe: { ...TINY_RECIPE, learningRate: 1e30, warmupEpochs: 0 } };
    await expect(train(wild, free)).rejects.toThrow(
      expect.objectContaining({
        code: 'trainer.failed',
        message: expect.stringMatching(/loss became NaN in epoch 1.*learning rate/),
      }),
    );
    expect(tf.memory().numTensors).toBe(before);
    dispose();
  });
});

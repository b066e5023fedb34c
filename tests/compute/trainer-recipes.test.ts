/** Every option of a recipe at once: training repeats itself, goes on where it stopped, and leaves
 * no tensor behind. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { readTrainingState, writeTrainingState } from '../../src/compute/files/checkpoint.ts';
import type { TrainingState } from '../../src/compute/files/checkpoint.ts';
import { residentImages } from '../../src/compute/data/augment.ts';
import type { ResidentImages } from '../../src/compute/data/augment.ts';
import { evaluate } from '../../src/compute/training/evaluate.ts';
import { trainingLayout } from '../../src/compute/training/pass.ts';
import { namingMemory } from '../../src/compute/out-of-memory.ts';
import { AVERAGE, stateSlots } from '../../src/compute/training/optimizer.ts';
import { disposeParameters, joined, uploadWeights } from '../../src/compute/model/parameters.ts';
import { train } from '../../src/compute/training/trainer.ts';
import type { TrainingTask } from '../../src/compute/training/task.ts';
import { WorkbenchError } from '../../src/core/errors.ts';
import type { EpochPoint } from '../../src/core/records/epoch.ts';
import { EVERY_OPTION, everyOptionTask, hashOf } from './support/every-option.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTask } from './support/tiny-training.ts';

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
const folder = mkdtempSync(join(tmpdir(), 'recipes-'));
const directory = writeTinyDataset(join(folder, 'data'));
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

const free = { yieldToEvents: () => Promise.resolve() };
const STEPS = TINY.train / EVERY_OPTION.batchSize;

/** Trains up to step `last`, and gives what the checkpoint of the stop says. */
async function stateAt(task: TrainingTask, last: number): Promise<TrainingState> {
  let done = 0;
  let stopped: TrainingState | undefined;
  const hooks = {
    yieldToEvents: () => (done === last ? Promise.reject(new Error('enough')) : Promise.resolve()),
    onStep: (steps: number, _share: number, state: () => TrainingState) => {
      done = steps;
      if (done === last) stopped = state();
    },
  };
  await expect(train(task, hooks)).rejects.toThrow('enough');
  if (stopped === undefined) throw new Error('It was not stopped');
  return stopped;
}

describe('with every option on', () => {
  it.each([
    ['in the middle of an epoch', 2 * STEPS + 2],
    ['at its start', STEPS],
  ])(
    'stopped %s and written to disk it goes on to the same weights, best epoch and curve, bit for bit',
    async (_, last) => {
      const { task, dispose } = await everyOptionTask(directory);
      const wanted: EpochPoint[] = [];
      const whole = await train(task, { ...free, onEpoch: (point) => void wanted.push(point) });
      const layout = trainingLayout(task);
      const { path } = writeTrainingState(join(folder, 'state.safetensors'), layout, await stateAt(task, last));
      const start = readTrainingState(path, layout, stateSlots(task.recipe));
      expect(start.step).toBe(last);
      const points: EpochPoint[] = [];
      const rest = await train({ ...task, start }, { ...free, onEpoch: (point) => void points.push(point) });
      dispose();
      expect(hashOf(rest.weights)).toBe(hashOf(whole.weights));
      expect(rest.best).toEqual(whole.best);
      expect(points.at(-1)).toEqual({ ...wanted.at(-1), seconds: points.at(-1)?.seconds });
    },
  );

  it('gives the same weights after an epoch in two processes, bit for bit', () => {
    const script = fileURLToPath(new URL('support/every-option.ts', import.meta.url));
    const environment = { ...process.env, TF_NUM_INTRAOP_THREADS: '1' };
    const run = () =>
      execFileSync(process.execPath, [script, directory], {
        encoding: 'utf8',
        env: environment,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const first = run();
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(run()).toBe(first);
  });

  it('reads nothing back from the device within an epoch of a few steps, however many they are', async () => {
    const readsWith = async (batchSize: number): Promise<number> => {
      const { task, dispose } = await everyOptionTask(directory, { ...EVERY_OPTION, batchSize });
      // tfjs-node's: what TensorFlow has not been given yet is still on the host, and waits for
      // nothing.
      const backend = tf.backend() as unknown as {
        readonly tensorMap: { get(id: object): { readonly values: unknown } };
        readSync(id: object): unknown;
      };
      const read = backend.readSync.bind(backend);
      let reads = 0;
      const spy = vi.spyOn(backend, 'readSync').mockImplementation((id) => {
        if (backend.tensorMap.get(id).values === null) reads += 1;
        return read(id);
      });
      await train({ ...task, keepBest: false }, free);
      spy.mockRestore();
      dispose();
      return reads;
    };
    const few = await readsWith(48);
    expect(few).toBeGreaterThan(0);
    // 48 steps: the loss is looked at once more.
    expect(await readsWith(6)).toBe(few + 1);
  });

  it('holds as many tensors after each epoch, and none when it has ended, was stopped or failed', async () => {
    const { task, dispose } = await everyOptionTask(directory);
    const before = tf.memory().numTensors;
    const held: number[] = [];
    await train(task, { ...free, onEpoch: () => void held.push(tf.memory().numTensors) });
    expect(new Set(held).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    await stateAt(task, STEPS + 3);
    expect(tf.memory().numTensors).toBe(before);
    const wild = { ...EVERY_OPTION, learningRate: 1e30, warmupEpochs: 0, clipNorm: 0 };
    await expect(train({ ...task, recipe: wild }, free)).rejects.toThrow(
      expect.objectContaining({ code: 'trainer.failed' }),
    );
    expect(tf.memory().numTensors).toBe(before);
    dispose();
  });
});

describe('the moving average', () => {
  it('is what is evaluated and kept, statistics too, while training goes on from the weights themselves', async () => {
    const recipe = { ...TINY_RECIPE, emaDecay: 0.8 };
    const { task, dispose } = await tinyTask(directory, tinyConvolutional(), recipe);
    let last: TrainingState | undefined;
    const trained = await train(task, {
      ...free,
      onEpoch: (_, state) => {
        last = state();
      },
    });
    const kept = uploadWeights(task.model.layout, trained.weights);
    const vector = joined(kept);
    expect([...vector.dataSync<'float32'>()]).toEqual([...(last?.optimizer.get(AVERAGE) ?? [])]);
    const { loss } = await evaluate(task.model, kept, task.validation, task.validationLabels, free.yieldToEvents);
    expect(loss).toBe(trained.evaluation.loss);
    expect(hashOf(trained.weights)).not.toBe(hashOf(last?.weights ?? new Map()));
    disposeParameters(kept);
    vector.dispose();
    const plain = await train({ ...task, recipe: TINY_RECIPE }, free);
    dispose();
    expect(hashOf(plain.weights)).toBe(hashOf(last?.weights ?? new Map()));
  });
});

describe('training by seconds', () => {
  /** Every look at it is an eighth of a second later: a step takes that long, exactly. */
  const ticking = () => {
    let milliseconds = 0;
    return () => (milliseconds += 125);
  };

  it('ends at the first step past them, reports the epoch it was in, and follows the time with its rate', async () => {
    const recipe = { ...TINY_RECIPE, seconds: 1.2, epochs: 1, warmupEpochs: 0 };
    const { task, dispose } = await tinyTask(directory, tinyConvolutional(), recipe);
    const points: EpochPoint[] = [];
    const shares: number[] = [];
    const { epochs, evaluation } = await train(task, {
      ...free,
      now: ticking(),
      onStep: (_, share) => void shares.push(share),
      onEpoch: (point) => void points.push(point),
    });
    dispose();
    // Six steps an epoch, and 10 x 0.125 s is the first time past 1.2 s.
    expect(shares).toHaveLength(10);
    expect(shares.at(-1)).toBe(1);
    expect(points.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(points.at(-1)?.validationAccuracy).toBe(evaluation.accuracy);
    expect(points[0]?.learningRate).toBeCloseTo((0.05 * (1 + Math.cos((Math.PI * 0.75) / 1.2))) / 2, 12);
    expect(points.every(({ trainLoss }) => trainLoss > 0.1 && trainLoss < 2)).toBe(true);
    expect(epochs).toBe(2);
  });

  it('goes on with the time that was left', async () => {
    const recipe = { ...TINY_RECIPE, seconds: 1, epochs: 1 };
    const { task, dispose } = await tinyTask(directory, tinyConvolutional(), recipe);
    const start = { ...(await stateAt(task, 2)), elapsed: 0.5 };
    const points: EpochPoint[] = [];
    let steps = 0;
    const { epochs } = await train(
      { ...task, start },
      { ...free, now: ticking(), onStep: (done) => (steps = done), onEpoch: (point) => void points.push(point) },
    );
    dispose();
    expect(steps).toBe(6);
    expect(epochs).toBe(1);
    expect(points.map(({ epoch }) => epoch)).toEqual([1]);
  });
});

describe('the best epoch', () => {
  it('is the first of the highest accuracy, given beside the last where it is another', async () => {
    // A rate that is far too high: accuracy comes and goes.
    const recipe = { ...TINY_RECIPE, epochs: 8, schedule: 'constant', learningRate: 0.5 } as const;
    const { task, dispose } = await tinyTask(directory, tinyConvolutional(), recipe);
    const points: EpochPoint[] = [];
    const hooks = { ...free, onEpoch: (point: EpochPoint) => void points.push(point) };
    const { best, weights } = await train({ ...task, keepBest: true }, hooks);
    const accuracies = points.map(({ validationAccuracy }) => validationAccuracy);
    const highest = Math.max(...accuracies);
    expect(best?.epoch ?? points.length).toBe(accuracies.indexOf(highest) + 1);
    const parameters = uploadWeights(task.model.layout, best?.weights ?? weights);
    const again = await evaluate(task.model, parameters, task.validation, task.validationLabels, free.yieldToEvents);
    disposeParameters(parameters);
    dispose();
    expect(again.accuracy).toBe(highest);
  });

  it('of before a stop is kept when no later one is better, and forgotten when the last is', async () => {
    const { task, dispose } = await tinyTask(directory, tinyConvolutional());
    const start = await stateAt(task, STEPS);
    const { weights } = start;
    const unbeaten = { epoch: 1, accuracy: 1, weights };
    const beaten = { epoch: 1, accuracy: -1, weights };
    const after = async (best: typeof unbeaten) =>
      (await train({ ...task, recipe: { ...TINY_RECIPE, epochs: 1 }, keepBest: true, start: { ...start, best } }, free))
        .best;
    expect(await after({ ...unbeaten, epoch: 0 })).toEqual({ ...unbeaten, epoch: 0 });
    expect(await after(beaten)).toBeUndefined();
    dispose();
  });
});

describe('bad input', () => {
  it('a batch larger than the set is refused before anything is trained', async () => {
    const { task, dispose } = await tinyTask(directory, tinyConvolutional(), { ...TINY_RECIPE, batchSize: 97 });
    const before = tf.memory().numTensors;
    await expect(train(task, free)).rejects.toThrow(
      expect.objectContaining({ code: 'config.invalid', place: { field: 'recipe.batchSize' } }),
    );
    expect(tf.memory().numTensors).toBe(before);
    dispose();
  });

  it('NaN in the images is told from a learning rate that is too high', async () => {
    const { task, dispose } = await tinyTask(directory, tinyConvolutional());
    const sound = task.train as ResidentImages; // a tiny set is in memory
    const broken = { ...sound, images: tf.mul<Tensor4D>(sound.images, Number.NaN) };
    await expect(train({ ...task, train: broken }, free)).rejects.toThrow(
      expect.objectContaining({ code: 'dataset.corrupt', message: expect.stringContaining('no finite numbers') }),
    );
    broken.images.dispose();
    dispose();
  });

  it('weights that ceased to be numbers by the end of an epoch are noticed, though no loss shows it', async () => {
    // One step alone: its loss is sound, and what it makes of the weights is not.
    const recipe = { ...TINY_RECIPE, batchSize: TINY.train, warmupEpochs: 0, learningRate: 1e39, epochs: 1 };
    const { task, dispose } = await tinyTask(directory, tinyConvolutional(), recipe);
    await expect(train(task, free)).rejects.toThrow(
      expect.objectContaining({
        code: 'trainer.failed',
        message: expect.stringContaining('Weights are no longer finite numbers in epoch 1, by step 1'),
      }),
    );
    dispose();
  });

  it.each([
    ['no deviation', { mean: 0.5, deviation: 0 }],
    ['no mean', { mean: Number.NaN, deviation: 1 }],
    ['no deviation in one channel', { mean: [0.5, 0.5], deviation: [1, Number.NaN] }],
  ])('a normalisation of %s is refused', (_, normalisation) => {
    const split = { count: 1, pixels: new Uint8Array(8), labels: Uint8Array.of(0) };
    expect(() => residentImages(split, [2, 2, 2], normalisation)).toThrow(
      expect.objectContaining({ code: 'dataset.corrupt', message: expect.stringContaining('cannot be normalised') }),
    );
  });

  it('a device without memory is named, and the step that asked for too much leaves nothing behind', async () => {
    const { task, dispose } = await tinyTask(directory, tinyConvolutional());
    // What tfjs-node 4.22 on TensorFlow 2.21 throws when asked for 4 TB; the allocator itself would
    // try for 10 s first.
    const words = 'OOM when allocating tensor with shape[1048576,1048576] and type float on CPU:0 by allocator mklcpu';
    const greedy: typeof task.model = {
      ...task.model,
      forward: (...inputs) => {
        task.model.forward(...inputs);
        throw new Error(`Invalid TF_Status: 8\nMessage: ${words}`);
      },
    };
    const before = tf.memory().numTensors;
    const error: unknown = await train({ ...task, model: greedy }, free).catch((thrown: unknown) => thrown);
    expect(tf.memory().numTensors).toBe(before);
    expect(namingMemory(error)).toMatchObject({
      code: 'trainer.memory',
      message: expect.stringMatching(/ran out of memory.*smaller batch.*OOM when allocating tensor with shape/),
    });
    dispose();
  });
});

describe('namingMemory', () => {
  it('leaves errors of other kinds as they are', () => {
    const errors = [new RangeError('Invalid array length'), new WorkbenchError('dataset.corrupt', 'a room of doom')];
    for (const error of errors) expect(namingMemory(error)).toBe(error);
    expect(namingMemory(new RangeError('Array buffer allocation failed'))).toMatchObject({ code: 'trainer.memory' });
  });
});

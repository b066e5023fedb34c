/** Every distillation loss through the trainer: what it asks of the teacher, what it keeps, and
 * what it leaves behind. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import type { DistillationLoss } from '../../src/core/records/distillation.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { readTrainingState, writeTrainingState, writeWeights } from '../../src/compute/files/checkpoint.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { trainingLayout } from '../../src/compute/training/pass.ts';
import { testing } from '../../src/compute/training/optimizer.ts';
import { targetsFingerprint, teacherTargets } from '../../src/compute/teachers/teacher.ts';
import type { TargetsRequest } from '../../src/compute/teachers/teacher.ts';
import { disposeTargets } from '../../src/compute/teachers/targets.ts';
import { decodeTensors } from '../../src/compute/files/safetensors.ts';
import { train } from '../../src/compute/training/trainer.ts';
import { TINY, writeTinyDataset } from './support/tiny-dataset.ts';
import { writeTinyTeacher } from './support/tiny-teacher.ts';
import { TINY_RECIPE, tinyConvolutional, tinyTask, tinyTransformer } from './support/tiny-training.ts';

const { OPTIMIZER_SLOTS } = testing;

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
const folder = mkdtempSync(join(tmpdir(), 'distillation-'));
const directory = writeTinyDataset(join(folder, 'data'));
const teacherDirectory = writeTinyTeacher(join(folder, 'teacher'));
const free = { yieldToEvents: () => Promise.resolve() };
const quiet = (): void => undefined;
beforeAll(async () => void (await loadBackend()));
afterAll(() => rmSync(folder, { recursive: true }));

// Sound: the record's keys are the losses.
const LOSSES = Object.keys(DISTILLATION_DEFAULTS) as DistillationLoss[];
const STUDENTS = { convolutional: tinyConvolutional(), transformer: tinyTransformer() } as const;

function requestOf(loss: DistillationLoss, student: keyof typeof STUDENTS = 'convolutional'): TargetsRequest {
  const { augmentation } = TINY_RECIPE;
  return {
    ...{ teacher: { directory: teacherDirectory }, dataset: loadDataset(directory), count: TINY.train, augmentation },
    ...{ distillation: DISTILLATION_DEFAULTS[loss], student: STUDENTS[student] },
    ...{ cacheDir: join(folder, loss), views: 2 },
  };
}

describe.each(LOSSES)('training by %s', (loss) => {
  // At the tiny recipe's own rate the decoupled loss, eight times as steep, carries the transformer
  // off.
  const recipe = { ...TINY_RECIPE, epochs: 2, learningRate: 0.005, distillation: DISTILLATION_DEFAULTS[loss] };

  it.each(['convolutional', 'transformer'] as const)(
    'a %s network goes on from a checkpoint to the same weights, leaves no tensor, and keeps its own alone',
    async (name) => {
      const teacher = await teacherTargets(requestOf(loss, name), free.yieldToEvents, quiet);
      const { task, dispose } = await tinyTask(directory, STUDENTS[name], recipe);
      const taught = { ...task, teacher };
      const layout = trainingLayout(taught);
      const path = join(folder, `${loss}-${name}.safetensors`);
      const before = tf.memory().numTensors;
      const counts: number[] = [];
      const whole = await train(taught, {
        ...free,
        onEpoch: (point, state) => {
          if (point.epoch === 1) writeTrainingState(path, layout, state());
          counts.push(tf.memory().numTensors);
        },
      });
      expect(counts[1]).toBe(counts[0]);
      expect(tf.memory().numTensors).toBe(before);
      const start = readTrainingState(path, layout, OPTIMIZER_SLOTS[recipe.optimizer]);
      const rest = await train({ ...taught, start }, free);
      expect(rest.weights).toEqual(whole.weights);
      for (const values of whole.weights.values()) expect(values.every(Number.isFinite)).toBe(true);
      const final = join(folder, 'final.safetensors');
      writeWeights(final, task.model.layout, whole.weights);
      const { trainable, other } = task.model.layout;
      expect([...decodeTensors(readFileSync(final)).tensors.keys()].sort()).toEqual(
        [...trainable, ...other].map((slot) => slot.name).sort(),
      );
      dispose();
      disposeTargets(teacher);
    },
  );
});

describe('the first step', () => {
  it('starts every loss from the same student: slots of a criterion move no weight of the network', async () => {
    const starts = await Promise.all(
      (['none', 'fitnet', 'crd'] as const).map(async (loss) => {
        const teacher = await teacherTargets(requestOf(loss), free.yieldToEvents, quiet);
        const recipe = { ...TINY_RECIPE, epochs: 1, learningRate: 0, distillation: DISTILLATION_DEFAULTS[loss] };
        const { task, dispose } = await tinyTask(directory, STUDENTS.convolutional, recipe);
        const { weights } = await train({ ...task, teacher }, free);
        dispose();
        disposeTargets(teacher);
        return task.model.layout.trainable.map((slot) => weights.get(slot.name));
      }),
    );
    expect(starts[1]).toEqual(starts[0]);
    expect(starts[2]).toEqual(starts[0]);
  });
});

describe('averaged weights and mixed images', () => {
  it.each(['at', 'fitnet', 'crd'] as const)('go together with %s, and leave no tensor', async (loss) => {
    const augmentation = { flip: true, shift: 1, cutout: 2, timeMask: 0, bandMask: 0, mixup: 0.4 };
    const request = { ...requestOf(loss), augmentation, cacheDir: join(folder, `mixed-${loss}`) };
    const teacher = await teacherTargets(request, free.yieldToEvents, quiet);
    const plain = { ...TINY_RECIPE, epochs: 1, learningRate: 0.005, distillation: DISTILLATION_DEFAULTS[loss] };
    const recipe = { ...plain, augmentation, emaDecay: 0.8, clipNorm: 5 };
    const { task, dispose } = await tinyTask(directory, STUDENTS.convolutional, recipe);
    const before = tf.memory().numTensors;
    const { weights, evaluation } = await train({ ...task, teacher }, free);
    expect(tf.memory().numTensors).toBe(before);
    expect(Number.isFinite(evaluation.loss)).toBe(true);
    const { trainable, other } = task.model.layout;
    expect([...weights.keys()].sort()).toEqual([...trainable, ...other].map((slot) => slot.name).sort());
    dispose();
    disposeTargets(teacher);
  });
});

describe('teacherTargets', () => {
  it('are the same for all losses on logits, and others for each student’s levels', () => {
    const logits = (['kd', 'mse', 'dkd', 'dist'] as const).map((loss) => targetsFingerprint(requestOf(loss)));
    expect(new Set(logits).size).toBe(1);
    const features = (['at', 'fitnet', 'crd'] as const).map((loss) => targetsFingerprint(requestOf(loss)));
    expect(new Set([...logits, ...features]).size).toBe(4);
    expect(targetsFingerprint(requestOf('at', 'transformer'))).not.toBe(targetsFingerprint(requestOf('at')));
    expect(targetsFingerprint({ ...requestOf('kd'), views: 3 })).not.toBe(logits[0]);
  });

  it('are one view where nothing is left to chance, and eight where something is', async () => {
    const still = { flip: false, shift: 0, cutout: 0, timeMask: 0, bandMask: 0 };
    const { views: _, ...request } = requestOf('kd');
    const one = await teacherTargets({ ...request, augmentation: still }, free.yieldToEvents, quiet);
    const eight = await teacherTargets(request, free.yieldToEvents, quiet);
    expect([one.views, eight.views]).toEqual([1, 8]);
    expect(eight.rows).toBe(8 * TINY.train);
    disposeTargets(one);
    disposeTargets(eight);
  });

  it('of a truncated cache are computed again, map by map as before', async () => {
    const request = { ...requestOf('at'), cacheDir: join(folder, 'truncated') };
    const read = async () => {
      let computed = 0;
      const targets = await teacherTargets(request, free.yieldToEvents, () => (computed += 1));
      const values = [...targets.tensors].map(([name, tensor]) => [name, tensor.dataSync().slice()] as const);
      disposeTargets(targets);
      return { values, computed };
    };
    const first = await read();
    expect((await read()).computed).toBe(0);
    for (const file of readdirSync(request.cacheDir)) truncateSync(join(request.cacheDir, file), 300);
    const again = await read();
    expect(again.computed).toBeGreaterThan(0);
    expect(again.values).toEqual(first.values);
  });

  it.each([
    ['classes', { classes: ['a', 'b'] }, /knows 3 classes, and data set "tiny" has 2/],
    ['images', { shape: [8, 8, 3] }, /reads examples of 8 x 8 x 1, and those of data set "tiny" are 8 x 8 x 3/],
  ])('of a teacher with other %s are refused with the cause, even where a cache has them', async (_, part, message) => {
    const request = requestOf('kd');
    disposeTargets(await teacherTargets(request, free.yieldToEvents, quiet));
    const card = { ...request.dataset.card, ...part } as typeof request.dataset.card; // one field is another's
    await expect(
      teacherTargets({ ...request, dataset: { ...request.dataset, card } }, free.yieldToEvents, quiet),
    ).rejects.toThrow(
      // a matcher
      expect.objectContaining({ code: 'teacher.mismatch', message: expect.stringMatching(message) as string }),
    );
  });
});

/** Families over steps as tensors: every layer learns, what is exported is what was trained, and a
 * network learns what only its memory can tell. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { familyNamesFor, sampleTask, studentFamily } from '../../src/core/arch/families/registry.ts';
import { teacherGraph } from '../../src/core/arch/families/teacher.ts';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { randomMember } from '../../src/core/space/lattice.ts';
import { loadDataset } from '../../src/compute/data/dataset.ts';
import { teacherRecipe } from '../../src/compute/tasks/train-teacher/task.ts';
import { trainTeacher } from '../../src/compute/teachers/train.ts';
import { writeTinySteps } from '../support/tiny-steps.ts';
import { lossAndGradients } from '../../src/compute/backend/gradient.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { onnxModel } from '../../src/compute/export/onnx.ts';
import { onnxLogits, ownLogits, testing } from '../../src/compute/export/verify.ts';
import { crossEntropy } from '../../src/compute/losses/soft-targets.ts';
import { createModel } from '../../src/compute/model/model.ts';
import { sampleInputs } from '../../src/compute/model/sample-inputs.ts';
import { decayMask, flatten, initialWeights, unflatten, uploadWeights } from '../../src/compute/model/parameters.ts';
import { createOptimizer } from '../../src/compute/training/optimizer.ts';
import { TINY_RECIPE } from './support/tiny-training.ts';
import { randomNetwork, randomPixels } from './support/random-network.ts';

beforeAll(async () => void (await loadBackend()));

const TASK = sampleTask('gru');
const NAMES = familyNamesFor(TASK);
const { BOUNDS } = testing;

interface Step {
  /** Before it. */
  readonly loss: number;
  readonly gradient: Float32Array;
}

/** One step of AdamW after another on the same examples. */
function trained(graph: ArchitectureGraph, inputs: Float32Array, labels: readonly number[], steps: number): Step[] {
  const done: Step[] = [];
  tf.tidy(() => void done.push(...stepsOf(graph, inputs, labels, steps)));
  return done;
}

function stepsOf(graph: ArchitectureGraph, inputs: Float32Array, labels: readonly number[], steps: number): Step[] {
  const model = createModel(graph);
  const start = uploadWeights(model.layout, initialWeights(model.layout, 3));
  const optimizer = createOptimizer({ ...TINY_RECIPE, optimizer: 'adamw', weightDecay: 0 }, decayMask(model.layout));
  let { theta } = start;
  let state: Parameters<typeof optimizer.update>[2] = { first: tf.zerosLike(theta), second: tf.zerosLike(theta) };
  const [rows = 1, columns = 1, channels = 1] = graph.inputShape;
  const images = tf.tensor4d(inputs, [labels.length, rows, columns, channels]);
  const targets = tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), 2), 'float32') as Tensor2D; // a row each
  return Array.from({ length: steps }, (_, step) => {
    const { value, gradients } = lossAndGradients(
      (weights) => [model.forward(images, weights, start.statistics, () => undefined)],
      ([logits]) => crossEntropy(logits as Tensor2D, targets),
      unflatten(model.layout, theta),
      [],
    );
    const gradient = flatten(gradients);
    const moved = optimizer.update(theta, gradient, state, 0.02, step + 1);
    ({ theta, state } = moved);
    return { loss: value.dataSync()[0] ?? NaN, gradient: gradient.dataSync<'float32'>() };
  });
}

describe.each(NAMES)('%s', (name) => {
  it('has no layer that is cut off from its loss', () => {
    const family = studentFamily(name, TASK);
    const { uniform } = createRng(5);
    for (let member = 0; member < 4; member += 1) {
      const graph = family.build(randomMember(family, uniform));
      const { layout } = createModel(graph);
      const inputs = sampleInputs(graph, 12, createRng(1));
      const gradient = trained(graph, inputs, [0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0], 1)[0]?.gradient ?? inputs;
      let at = 0;
      for (const slot of layout.trainable) {
        const own = gradient.subarray(at, at + slot.size);
        at += slot.size;
        expect(
          own.some((slope) => slope !== 0),
          slot.name,
        ).toBe(true);
      }
    }
  });

  it('learns what the first of its steps said', () => {
    const family = studentFamily(name, TASK);
    const graph = family.build(family.reference);
    const inputs = sampleInputs(graph, 64, createRng(2));
    const size = inputs.length / 64;
    const labels = Array.from({ length: 64 }, (_, example) => (inputs[example * size] ?? 0) % 2);
    const steps = trained(graph, inputs, labels, 150);
    expect(steps[0]?.loss).toBeGreaterThan(0.6);
    expect(steps.at(-1)?.loss).toBeLessThan(0.05);
  });

  it('computes the same as its ONNX file, in both precisions', async () => {
    const family = studentFamily(name, TASK);
    const { uniform } = createRng(9);
    const graphs = [family.build(family.reference), family.build(randomMember(family, uniform))];
    for (const [index, graph] of graphs.entries()) {
      const network = randomNetwork(graph, index + 1);
      const pixels = randomPixels(graph, 5);
      const ours = ownLogits(network, pixels);
      const apart = async (precision: 'fp32' | 'fp16'): Promise<number> => {
        const theirs = await onnxLogits(onnxModel(network, { precision }), graph.inputShape, pixels);
        return Math.max(...ours.map((value, place) => Math.abs(value - (theirs[place] ?? NaN))));
      };
      expect(await apart('fp32')).toBeLessThan(BOUNDS.fp32.limit);
      const largest = Math.max(1, ...ours.map(Math.abs));
      expect(await apart('fp16')).toBeLessThan(BOUNDS.fp16.limit * largest);
    }
  });
});

it('a teacher is trained on a data set of steps as nobody moves or mirrors them', async () => {
  const root = mkdtempSync(join(tmpdir(), 'step-teacher-'));
  try {
    const dataset = loadDataset(writeTinySteps(join(root, 'data')));
    const recipe = { ...teacherRecipe(dataset.card, { epochs: 2, learningRate: 0.1, flip: true }), batchSize: 32 };
    expect(Object.values(recipe.augmentation).some(Boolean)).toBe(false);
    expect(recipe.optimizer).toBe('adamw');
    const { card, normalisation } = dataset;
    const points: number[] = [];
    const trainedCard = await trainTeacher(
      {
        ...{ name: 'steps', title: 'Steps', dataset: card, normalisation, seed: 1, date: '2026-11-29', recipe },
        ...{ train: dataset.split('train'), validation: dataset.split('val'), test: dataset.split('test') },
        ...{ outDir: join(root, 'teacher'), workDir: join(root, 'work') },
      },
      ({ point }) => void points.push(point.trainLoss),
      () => Promise.resolve(),
    );
    expect(trainedCard.graph.family).toBe('gru');
    expect(points).toHaveLength(2);
    expect(points[1]).toBeLessThan(points[0] ?? NaN);
  } finally {
    rmSync(root, { recursive: true });
  }
});

it('a teacher over steps learns, too', () => {
  const graph = teacherGraph(TASK);
  const inputs = sampleInputs(graph, 16, createRng(2));
  const size = inputs.length / 16;
  const labels = Array.from({ length: 16 }, (_, example) => (inputs[example * size] ?? 0) % 2);
  const steps = trained(graph, inputs, labels, 30);
  expect(steps.at(-1)?.loss).toBeLessThan(0.5 * (steps[0]?.loss ?? NaN));
});

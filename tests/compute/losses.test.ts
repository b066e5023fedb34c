/** The trainer's losses against core's formulas on plain arrays, and their gradients against finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { distillationLoss } from '../../src/core/distill/soft-targets.ts';
import { createRng } from '../../src/core/math/rng.ts';
import type { DistillationRecipe } from '../../src/core/distill/distillation-recipe.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { labelLoss, smooth, softTargetLoss } from '../../src/compute/losses/soft-targets.ts';

beforeAll(async () => void (await loadBackend()));

const rng = createRng(3);
const rows = (scale: number): number[][] =>
  Array.from({ length: 5 }, () => Array.from({ length: 4 }, () => scale * rng.normal()));
const student = rows(3);
const teacher = rows(6);
const classes = [0, 3, 1, 2, 3];

function lossAt(logits: Tensor, distillation: DistillationRecipe, smoothing: number): Tensor {
  const labels = tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), 4), 'float32') as Tensor2D;
  const criterion = distillation.loss === 'kd' ? softTargetLoss(distillation) : labelLoss();
  const unused = (): never => {
    throw new Error('No such thing here');
  };
  return criterion.loss({
    logits: logits as Tensor2D,
    targets: smooth(labels, smoothing),
    samples: Int32Array.of(),
    teacher: () => tf.tensor2d(teacher),
    ...{ feature: unused, weight: unused, keep: unused, progress: 0, rng: createRng(1) },
  });
}

describe.each([
  { distillation: { loss: 'kd', temperature: 4, weight: 0.9 }, labelSmoothing: 0 },
  { distillation: { loss: 'kd', temperature: 1, weight: 1 }, labelSmoothing: 0 },
  { distillation: { loss: 'kd', temperature: 2.5, weight: 0.3 }, labelSmoothing: 0.1 },
  { distillation: { loss: 'none', temperature: 4, weight: 0.9 }, labelSmoothing: 0.2 },
] as const)('trainingLoss with %o', ({ distillation, labelSmoothing }) => {
  it("is the mean of core's formula", () => {
    const wanted = student.map((logits, row) =>
      distillationLoss(logits, teacher[row] ?? [], classes[row] ?? 0, { distillation, labelSmoothing }),
    );
    const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
    const found = tf.tidy(() => lossAt(tf.tensor2d(student), distillation, labelSmoothing).dataSync()[0]);
    expect(found).toBeCloseTo(mean, 4);
  });

  it('has the gradient of its own value', () => {
    const gradient = tf.tidy(() =>
      tf
        .grad((logits: Tensor) => lossAt(logits, distillation, labelSmoothing))(tf.tensor2d(student))
        .arraySync(),
    ) as number[][];
    const step = 1e-2;
    for (const [row, column] of [
      [0, 0],
      [1, 3],
      [4, 2],
    ] as const) {
      const value = (sign: number): number => {
        const moved = student.map((logits) => [...logits]);
        const cell = moved[row];
        if (cell) cell[column] = (cell[column] ?? 0) + sign * step;
        return tf.tidy(() => lossAt(tf.tensor2d(moved), distillation, labelSmoothing).dataSync()[0] ?? 0);
      };
      expect(gradient[row]?.[column]).toBeCloseTo((value(1) - value(-1)) / (2 * step), 3);
    }
  });
});

/** The trainer's losses against core's formulas on plain arrays, and their gradients against finite
 * differences. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { resnetTeacher } from '../../src/core/arch/families/resnet.ts';
import { attentionMap } from '../oracle/distill/attention.ts';
import { contrastiveLoss } from '../oracle/distill/contrast.ts';
import { decoupledDivergence } from '../oracle/distill/decoupled.ts';
import { warmupShare } from '../../src/core/distill/warmup-share.ts';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import type { DistillationRecipe } from '../../src/core/records/distillation.ts';
import { logitDistance } from '../oracle/distill/logits.ts';
import { relationDistance } from '../oracle/distill/relations.ts';
import { crossEntropy, distillationLoss } from '../oracle/distill/soft-targets.ts';
import { networkLayers } from '../../src/core/distill/feature-levels.ts';
import { teacherArrays } from '../../src/core/distill/teacher-arrays.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { loadBackend } from '../../src/compute/backend/load-backend.ts';
import { createCriterion } from '../../src/compute/losses/create-criterion.ts';
import type { Criterion, CriterionBatch } from '../../src/compute/losses/criterion.ts';
import { attentionMaps } from '../../src/compute/losses/attention.ts';
import { poolTo } from '../../src/compute/losses/places.ts';
import { smooth } from '../../src/compute/losses/soft-targets.ts';
import { tinyConvolutional, tinyTransformer } from './support/tiny-training.ts';

beforeAll(async () => void (await loadBackend()));

const rng = createRng(3);
const rows = (scale: number): number[][] =>
  Array.from({ length: 5 }, () => Array.from({ length: 4 }, () => scale * rng.normal()));
const student = rows(3);
const teacher = rows(6);
const classes = [0, 3, 1, 2, 3];
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOver = (formula: (logits: number[], soft: number[], label: number) => number): number =>
  mean(student.map((logits, row) => formula(logits, teacher[row] ?? [], classes[row] ?? 0)));
const plain = (smoothing: number): number => meanOver((logits, _, label) => crossEntropy(logits, label, smoothing));

const unused = (): never => {
  throw new Error('No such thing here');
};

/** Everything that a batch may have; a test overrides what its loss reads. */
function batchOf(logits: Tensor2D, labels: readonly number[], smoothing: number, rest: Partial<CriterionBatch>) {
  const width = logits.shape[1];
  const hot = tf.cast(tf.oneHot(tf.tensor1d([...labels], 'int32'), width), 'float32') as Tensor2D; // one row each
  const targets = smooth(hot, smoothing);
  const samples = Int32Array.from(labels, (_, index) => index);
  const nothing = { teacher: unused, feature: unused, weight: unused, keep: unused };
  return { logits, targets, samples, progress: 0.5, rng: createRng(1), ...nothing, ...rest };
}

const graph = tinyConvolutional();
const targetsOf = (tensors: ReadonlyMap<string, Tensor>) => ({
  ...{ layers: networkLayers(graph), tensors },
  ...{ views: 1, rows: 5, viewSeed: 1 },
});

function lossAt(logits: Tensor, distillation: DistillationRecipe, smoothing: number, progress: number): Tensor {
  const labels = new Uint8Array(5);
  const criterion = createCriterion({ student: graph, distillation, labels, teacher: targetsOf(new Map()) });
  const soft = () => tf.tensor2d(teacher);
  return criterion.loss(batchOf(logits as Tensor2D, classes, smoothing, { teacher: soft, progress })); // rows
}

const { kd, mse, dkd, dist } = DISTILLATION_DEFAULTS;
const reference = (recipe: DistillationRecipe, smoothing: number, progress: number): number => {
  switch (recipe.loss) {
    case 'kd':
      return meanOver((logits, soft, label) =>
        distillationLoss(logits, soft, label, { distillation: recipe, labelSmoothing: smoothing }),
      );
    case 'mse':
      return (1 - recipe.weight) * plain(smoothing) + recipe.weight * meanOver(logitDistance);
    case 'dkd': {
      const divergence = meanOver((logits, soft, label) => decoupledDivergence(logits, soft, label, recipe));
      return plain(smoothing) + warmupShare(progress, recipe.warmup) * divergence;
    }
    case 'dist':
      return plain(smoothing) + recipe.weight * relationDistance(student, teacher, recipe);
    default:
      return plain(smoothing);
  }
};

describe.each<readonly [DistillationRecipe, smoothing: number, progress: number]>([
  [{ ...kd, temperature: 4 }, 0, 0],
  [{ ...kd, temperature: 1, weight: 1 }, 0, 0],
  [{ ...kd, temperature: 2.5, weight: 0.3 }, 0.1, 0],
  [{ loss: 'none' }, 0.2, 0],
  [mse, 0.1, 0],
  [dkd, 0, 0.5],
  [{ ...dkd, temperature: 1.5, alpha: 2, beta: 0.5 }, 0.1, 0.02],
  [dist, 0, 0],
  [{ ...dist, temperature: 1, inter: 0.5, intra: 2 }, 0.1, 0],
])('the loss of %o with smoothing %f at %f', (distillation, smoothing, progress) => {
  it("is core's formula", () => {
    const wanted = reference(distillation, smoothing, progress);
    const found = tf.tidy(() => lossAt(tf.tensor2d(student), distillation, smoothing, progress).dataSync()[0] ?? NaN);
    expect(Math.abs(found - wanted)).toBeLessThan(2e-5 * (1 + Math.abs(wanted)));
  });

  it('has the gradient of its own value', () => {
    const gradient = tf.tidy(() =>
      tf
        .grad((logits: Tensor) => lossAt(logits, distillation, smoothing, progress))(tf.tensor2d(student))
        .arraySync(),
    ) as number[][]; // of the logits' shape
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
        return tf.tidy(() => lossAt(tf.tensor2d(moved), distillation, smoothing, progress).dataSync()[0] ?? 0);
      };
      const slope = gradient[row]?.[column] ?? NaN;
      expect(Math.abs(slope - (value(1) - value(-1)) / (2 * step))).toBeLessThan(2e-3 * (1 + Math.abs(slope)));
    }
  });
});

describe('a batch of one class, of equal logits', () => {
  it.each([dkd, dist])('has a finite loss and gradient of $loss', (distillation) => {
    const logits = [
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ];
    tf.tidy(() => {
      const criterion = createCriterion({
        ...{ student: graph, distillation, labels: new Uint8Array(2) },
        teacher: targetsOf(new Map()),
      });
      const at = (z: Tensor): Scalar =>
        criterion.loss(batchOf(z as Tensor2D, [2, 2], 0, { teacher: () => tf.tensor2d(logits) })); // rows
      const { value, grad } = tf.valueAndGrad(at)(tf.tensor2d(logits));
      for (const number of [...value.dataSync(), ...grad.dataSync()]) expect(Number.isFinite(number)).toBe(true);
    });
  });
});

describe('poolTo', () => {
  it('means over cells, which overlap where the size is no divisor, as PyTorch’s adaptive pool', () => {
    tf.tidy(() => {
      const map = tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 3, 3, 1]);
      // Cells of 3 -> 2: rows 0-1 and 1-2.
      expect([...poolTo(map, [2, 2]).dataSync()]).toEqual([2, 3, 5, 6]);
      expect([...poolTo(map, [1, 1]).dataSync()]).toEqual([4]);
      const whole = tf.randomNormal([2, 4, 4, 3], 0, 1, 'float32', 5) as Tensor4D; // its shape has four axes
      const halved = poolTo(whole, [2, 2]);
      expect(tf.mean(halved).dataSync()[0]).toBeCloseTo(tf.mean(whole).dataSync()[0] ?? NaN, 5);
    });
  });
});

/** Weights of a criterion by its slots, each as `fill` says. */
function slotsOf({ slots }: Criterion, fill: (name: string, shape: number[]) => Tensor): Map<string, Tensor> {
  return new Map(slots.map(({ name, spec }) => [name, fill(name, [...spec.shape])]));
}

describe('attention transfer', () => {
  const map = tf.tidy(() => Array.from({ length: 2 * 2 * 2 * 3 }, () => rng.normal()));

  it.each([2, 3])("has core's maps for power %i", (power) => {
    const found = tf.tidy(() => attentionMaps(tf.tensor4d(map, [2, 2, 2, 3]), power).arraySync()) as number[][]; // rows
    found.forEach((row, sample) => {
      const places = [0, 1, 2, 3].map((place) => map.slice(12 * sample + 3 * place, 12 * sample + 3 * place + 3));
      attentionMap(places, power).forEach((wanted, place) => expect(row[place]).toBeCloseTo(wanted, 5));
    });
  });

  it.each([2, 3])(
    'of power %i is plain cross-entropy where the student attends as its teacher, and slopes elsewhere',
    (power) => {
      const distillation = { ...DISTILLATION_DEFAULTS.at, power };
      for (const one of [tinyConvolutional(), tinyTransformer()]) {
        tf.tidy(() => {
          const tensors = new Map<string, Tensor>();
          const teacherSide = { ...targetsOf(tensors), layers: networkLayers(one) };
          const labels = new Uint8Array(5);
          const criterion = createCriterion({ student: one, distillation, labels, teacher: teacherSide });
          const widths = new Map(criterion.taps.map((tap, index) => [tap, index === 0 ? 4 : 2] as const));
          const isTokens = one.layers.some(({ layer }) => layer.op === 'tokens');
          const features = new Map(
            [...widths].map(([tap, side]) => {
              const shape = isTokens ? [5, 4, 8] : [5, side, side, tap.startsWith('stem') ? 6 : 8];
              return [tap, tf.randomNormal(shape, 0, 1, 'float32', 9)];
            }),
          );
          for (const { name, form } of teacherArrays(
            distillation,
            one,
            { classes: 4, layers: networkLayers(one) },
            5,
          )) {
            if (form.kind !== 'attention') continue;
            const feature = features.get(form.layerId) ?? unused();
            const shaped = tf.reshape(feature, [5, ...form.size, -1]) as Tensor4D; // a map
            tensors.set(name, attentionMaps(shaped, form.power));
          }
          const at = (scale: Tensor): Scalar =>
            criterion.loss(
              batchOf(tf.tensor2d(student), classes, 0, {
                feature: (id) => tf.mul(features.get(id) ?? unused(), scale),
                teacher: (name) => tensors.get(name) ?? unused(),
              }),
            );
          expect(at(tf.scalar(7)).dataSync()[0]).toBeCloseTo(plain(0), 4);
          const bent = (shift: Tensor): Scalar =>
            criterion.loss(
              batchOf(tf.tensor2d(student), classes, 0, {
                feature: (id) => tf.add(features.get(id) ?? unused(), shift),
                teacher: (name) => tensors.get(name) ?? unused(),
              }),
            );
          const slope = tf.grad(bent)(tf.scalar(0.5)).dataSync()[0] ?? NaN;
          const step = 1e-2;
          const values = [1, -1].map((sign) => bent(tf.scalar(0.5 + sign * step)).dataSync()[0] ?? NaN);
          const wanted = ((values[0] ?? NaN) - (values[1] ?? NaN)) / (2 * step);
          expect(Math.abs(slope - wanted)).toBeLessThan(0.02 * (1 + Math.abs(wanted)));
        });
      }
    },
  );
});

describe('hints', () => {
  it('are zero when the regressor reproduces the teacher’s map, and pull its weights elsewhere', () => {
    tf.tidy(() => {
      const distillation = DISTILLATION_DEFAULTS.fitnet;
      const labels = new Uint8Array(5);
      const criterion = createCriterion({ student: graph, distillation, labels, teacher: targetsOf(new Map()) });
      const [array] = teacherArrays(distillation, graph, { classes: 4, layers: networkLayers(graph) }, 5);
      expect(array?.shape).toEqual([4, 4, 6]);
      const feature = tf.randomNormal([5, 4, 4, 6], 0, 1, 'float32', 4) as Tensor4D; // a map
      // A 1x1 kernel that copies; batch norm then only standardises, which the teacher's map has
      // undergone too.
      const { mean: centre, variance } = tf.moments(feature, [0, 1, 2]);
      const wanted = tf.relu(tf.div(tf.sub(feature, centre), tf.sqrt(tf.add(variance, 1e-5))));
      const copy = slotsOf(criterion, (name, shape) =>
        name.endsWith('kernel')
          ? tf.reshape(tf.eye(6), shape)
          : name.endsWith('gamma')
            ? tf.ones(shape)
            : tf.zeros(shape),
      );
      const kernel = copy.get('distillation/kernel') ?? unused();
      const at = (weights: Tensor): Scalar =>
        criterion.loss(
          batchOf(tf.tensor2d(student), classes, 0, {
            feature: () => feature,
            teacher: () => wanted,
            weight: (name) => (name === 'distillation/kernel' ? weights : (copy.get(name) ?? unused())),
          }),
        );
      expect(at(kernel).dataSync()[0]).toBeCloseTo(plain(0), 3);
      const other = tf.add(kernel, tf.randomNormal(kernel.shape, 0, 0.3, 'float32', 8));
      // Along the gradient itself, whose slope is its length: elsewhere the kinks of ReLU drown it.
      const gradient = tf.grad(at)(other);
      const slope = tf.norm(gradient).dataSync()[0] ?? NaN;
      const direction = tf.div(gradient, slope);
      const step = 3e-3;
      const values = [step, -step].map((by) => at(tf.add(other, tf.mul(direction, by))).dataSync()[0] ?? NaN);
      const difference = ((values[0] ?? NaN) - (values[1] ?? NaN)) / (2 * step);
      expect(Math.abs(slope - difference)).toBeLessThan(0.02 * (1 + Math.abs(difference)));
    });
  });

  it('go from twice the size by a 3x3 of stride 2', () => {
    const wide = resnetTeacher([16, 16, 1], 4, { widths: [4, 4], blocks: 1 });
    const { fitnet } = DISTILLATION_DEFAULTS;
    // So many rows that the teacher's 16x16 map is pooled to 8x8.
    const many = 2 ** 26 / (4 * 64);
    const teacherSide = { ...targetsOf(new Map()), layers: networkLayers(wide), rows: many };
    const labels = new Uint8Array(5);
    const { slots } = createCriterion({ student: wide, distillation: fitnet, labels, teacher: teacherSide });
    expect(teacherArrays(fitnet, wide, { classes: 4, layers: networkLayers(wide) }, many)[0]?.shape).toEqual([8, 8, 4]);
    expect(slots[0]?.spec.shape).toEqual([3, 3, 4, 4]);
  });
});

describe('contrast', () => {
  const distillation = { ...DISTILLATION_DEFAULTS.crd, embedding: 3, negatives: 6, bank: 5, temperature: 0.5 };
  const unit = (vector: readonly number[]): number[] => vector.map((one) => one / Math.hypot(...vector));
  const vectors = (seed: number, count: number, length: number): number[][] => {
    const chance = createRng(seed);
    return Array.from({ length: count }, () => Array.from({ length }, () => chance.normal()));
  };
  const [ours, theirs] = [vectors(5, 5, 3), vectors(6, 5, 3)];
  const [ourBank, theirBank] = [vectors(7, 5, 3), vectors(8, 5, 3)];

  /** Kernels copy, so that embeddings are the vectors at length 1. */
  function contrastAt(labelsOf: readonly number[], vector: Tensor, kept: Map<string, Tensor>): Scalar {
    const labels = Uint8Array.from(labelsOf);
    const narrow = resnetTeacher([8, 8, 1], 4, { widths: [3], blocks: 1 });
    const teacherSide = { ...targetsOf(new Map()), layers: networkLayers(narrow) };
    const criterion = createCriterion({ student: narrow, distillation, labels, teacher: teacherSide });
    const weights = slotsOf(criterion, (name, shape) => {
      if (name.endsWith('Kernel')) return tf.eye(3);
      if (name.endsWith('Bank')) return tf.tensor2d(name.includes('student') ? ourBank : theirBank);
      return tf.zeros(shape);
    });
    return criterion.loss(
      batchOf(tf.tensor2d(student), labelsOf, 0, {
        feature: () => vector,
        teacher: () => tf.tensor2d(theirs),
        weight: (name) => weights.get(name) ?? unused(),
        keep: (name, value) => void kept.set(name, value),
        rng: createRng(11),
      }),
    );
  }

  it("is the cross-entropy and core's loss in both directions, with negatives of other classes alone", () => {
    tf.tidy(() => {
      const kept = new Map<string, Tensor>();
      const found = contrastAt(classes, tf.tensor2d(ours), kept).dataSync()[0] ?? NaN;
      const chance = createRng(11);
      const drawn = Array.from({ length: 6 }, () => chance.int(5));
      const z = kept.get('distillation/normalisers')?.dataSync() ?? unused();
      const side = (anchors: number[][], positives: number[][], bank: number[][], normaliser: number): number =>
        mean(
          anchors.map((anchor, row) =>
            contrastiveLoss(unit(anchor), {
              positive: unit(positives[row] ?? []),
              negatives: drawn.filter((one) => classes[one] !== classes[row]).map((one) => unit(bank[one] ?? [])),
              ...{ temperature: 0.5, images: 5, normaliser },
            }),
          ),
        );
      const both = side(ours, theirs, theirBank, z[0] ?? NaN) + side(theirs, ours, ourBank, z[1] ?? NaN);
      const labelled = mean(student.map((logits, row) => crossEntropy(logits, classes[row] ?? 0)));
      expect(found).toBeCloseTo(labelled + distillation.weight * both, 4);
      // Momentum .5 of unit vectors, at length 1 again; the bank holds exactly these five images.
      const bank = kept.get('distillation/studentBank')?.arraySync() as number[][]; // rows
      bank.forEach((row, image) => {
        const [old, fresh] = [unit(ourBank[image] ?? []), unit(ours[image] ?? [])];
        unit(old.map((one, axis) => one + (fresh[axis] ?? NaN))).forEach((wanted, axis) =>
          expect(row[axis]).toBeCloseTo(wanted, 5),
        );
      });
    });
  });

  it('is the cross-entropy alone for a set of one class, with a finite gradient', () => {
    tf.tidy(() => {
      const at = (vector: Tensor): Scalar => contrastAt([1, 1, 1, 1, 1], vector, new Map());
      const { value, grad } = tf.valueAndGrad(at)(tf.tensor2d(ours));
      expect(value.dataSync()[0]).toBeCloseTo(mean(student.map((logits) => crossEntropy(logits, 1))), 5);
      for (const slope of grad.dataSync()) expect(slope).toBe(0);
    });
  });

  it('pulls the student’s vectors alone: the other side of a pair is held still', () => {
    tf.tidy(() => {
      // The gradient is that of the student's direction, the constant Z held at its first value.
      const slopes = tf
        .grad((vector) => contrastAt(classes, vector, new Map()))(tf.tensor2d(ours))
        .arraySync();
      const flat = (slopes as number[][]).flat(); // rows
      expect(flat.some((slope) => Math.abs(slope) > 1e-3)).toBe(true);
      // Embeddings have length 1, so that no vector gains by growing.
      (slopes as number[][]).forEach((row, image) => {
        const along = row.reduce((sum, slope, axis) => sum + slope * (ours[image]?.[axis] ?? NaN), 0);
        expect(along).toBeCloseTo(0, 4);
      });
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  distillationGradient,
  distillationLoss,
  logSoftmax,
  smoothedTargets,
  softTargetDivergence,
  softmax,
} from '../../oracle/distill/soft-targets.ts';
import type { LossRecipe } from '../../oracle/distill/soft-targets.ts';

const CLASSES = 5;
const logit = fc.double({ min: -8, max: 8, noNaN: true });
const logits = fc.array(logit, { minLength: CLASSES, maxLength: CLASSES });
const label = fc.nat({ max: CLASSES - 1 });
const recipe: fc.Arbitrary<LossRecipe> = fc.record({
  distillation: fc.record({
    loss: fc.constantFrom('kd' as const, 'none' as const),
    temperature: fc.double({ min: 0.5, max: 10, noNaN: true }),
    weight: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  labelSmoothing: fc.double({ min: 0, max: 0.3, noNaN: true }),
});
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('softmax', () => {
  it('is a distribution that a shift of all logits leaves alone', () => {
    fc.assert(
      fc.property(logits, logit, fc.double({ min: 0.1, max: 20, noNaN: true }), (z, shift, temperature) => {
        const probabilities = softmax(z, temperature);
        expect(sum(probabilities)).toBeCloseTo(1, 12);
        const shifted = softmax(
          z.map((value) => value + shift),
          temperature,
        );
        for (const [index, value] of shifted.entries()) expect(value).toBeCloseTo(probabilities[index] ?? NaN, 10);
      }),
    );
  });

  it('is the logistic function for two classes', () => {
    expect(softmax([3, 1], 2)[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 14);
  });

  it('does not overflow on huge logits', () => {
    expect(softmax([5000, -5000])).toEqual([1, 0]);
    expect(logSoftmax([5000, -5000])).toEqual([0, -10000]);
  });
});

describe('crossEntropy', () => {
  it('is log(classes) for equal logits, smoothed or not', () => {
    expect(crossEntropy([2, 2, 2, 2], 1)).toBeCloseTo(Math.log(4), 14);
    expect(crossEntropy([2, 2, 2, 2], 1, 0.3)).toBeCloseTo(Math.log(4), 14);
  });

  it('spreads the smoothing over all classes, the label included', () => {
    // y = (1 - s) one-hot + s / K
    const targets = smoothedTargets(4, 1, 0.2);
    for (const [index, expected] of [0.05, 0.85, 0.05, 0.05].entries())
      expect(targets[index]).toBeCloseTo(expected, 14);
  });
});

describe('softTargetDivergence', () => {
  it('is zero for equal distributions and positive otherwise', () => {
    fc.assert(
      fc.property(logits, logits, logit, (student, teacher, shift) => {
        const moved = teacher.map((value) => value + shift);
        expect(softTargetDivergence(moved, teacher, 4)).toBeCloseTo(0, 12);
        expect(softTargetDivergence(student, teacher, 4)).toBeGreaterThanOrEqual(-1e-15);
      }),
    );
  });

  it('times T^2 nears half the variance of the logits’ difference as T grows (not the plain mean square)', () => {
    fc.assert(
      fc.property(logits, logits, (student, teacher) => {
        const temperature = 1e4;
        const difference = student.map((value, index) => value - (teacher[index] ?? NaN));
        const mean = sum(difference) / CLASSES;
        const variance = sum(difference.map((value) => (value - mean) ** 2)) / CLASSES;
        const scaled = temperature ** 2 * softTargetDivergence(student, teacher, temperature);
        // Next order: |z|^3 / T <= 16^3 / 1e4 over the sample's size; rounding: T^2 * 1e-16.
        expect(Math.abs(scaled - variance / 2)).toBeLessThan(0.01 * variance + 1e-6);
      }),
    );
  });

  it('gives no NaN where the teacher is certain', () => {
    expect(softTargetDivergence([0, 0], [5000, -5000], 1)).toBeCloseTo(Math.log(2), 14);
  });

  it('refuses a teacher of another number of classes', () => {
    expect(() => softTargetDivergence([0, 0], [0, 0, 0], 1)).toThrow('The teacher has 3 classes, the student 2');
  });
});

describe('distillationLoss', () => {
  it('is the cross-entropy alone at weight 0 and without distillation', () => {
    fc.assert(
      fc.property(logits, logits, label, recipe, (student, teacher, y, one) => {
        const plain = crossEntropy(student, y, one.labelSmoothing);
        const none: LossRecipe = { ...one, distillation: { ...one.distillation, loss: 'none' } };
        const weightless: LossRecipe = { ...one, distillation: { loss: 'kd', temperature: 2, weight: 0 } };
        expect(distillationLoss(student, teacher, y, none)).toBe(plain);
        expect(distillationLoss(student, teacher, y, weightless)).toBeCloseTo(plain, 12);
      }),
    );
  });

  it('has the gradient that finite differences find', () => {
    fc.assert(
      fc.property(logits, logits, label, recipe, (student, teacher, y, one) => {
        const gradient = distillationGradient(student, teacher, y, one);
        const step = 1e-4;
        for (const index of student.keys()) {
          const at = (offset: number) =>
            distillationLoss(
              student.map((value, other) => (other === index ? value + offset : value)),
              teacher,
              y,
              one,
            );
          const difference = (at(step) - at(-step)) / (2 * step);
          expect(Math.abs(difference - (gradient[index] ?? NaN))).toBeLessThan(1e-5);
        }
      }),
    );
  });

  it('has a gradient that sums to zero, since only differences of logits count', () => {
    fc.assert(
      fc.property(logits, logits, label, recipe, (student, teacher, y, one) => {
        expect(sum(distillationGradient(student, teacher, y, one))).toBeCloseTo(0, 10);
      }),
    );
  });

  it('is least where the student agrees with the teacher, at weight 1', () => {
    const pure: LossRecipe = { labelSmoothing: 0, distillation: { loss: 'kd', temperature: 4, weight: 1 } };
    fc.assert(
      fc.property(logits, label, (teacher, y) => {
        expect(distillationLoss(teacher, teacher, y, pure)).toBeCloseTo(0, 12);
        for (const slope of distillationGradient(teacher, teacher, y, pure)) expect(slope).toBeCloseTo(0, 12);
      }),
    );
  });
});

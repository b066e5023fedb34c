/** Losses on logits beside plain soft targets: their identities, and closed-form gradients against
 * finite differences. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoupledDivergence, decoupledGradient } from '../../oracle/distill/decoupled.ts';
import { warmupShare } from '../../../src/core/distill/warmup-share.ts';
import { DISTILLATION_DEFAULTS } from '../../../src/core/records/distillation.ts';
import { logitDistance, logitDistanceGradient } from '../../oracle/distill/logits.ts';
import { correlation, relationDistance, relationGradient } from '../../oracle/distill/relations.ts';
import { softmax, softTargetDivergence } from '../../oracle/distill/soft-targets.ts';

const CLASSES = 4;
const logit = fc.double({ min: -8, max: 8, noNaN: true });
const logits = fc.array(logit, { minLength: CLASSES, maxLength: CLASSES });
const rows = fc.array(logits, { minLength: 3, maxLength: 3 });
const label = fc.nat({ max: CLASSES - 1 });
const temperature = fc.double({ min: 0.5, max: 10, noNaN: true });
const positive = fc.double({ min: 0.1, max: 10, noNaN: true });

/** (f(x + h) - f(x - h)) / 2h by each value. */
function differences(at: readonly number[], value: (moved: readonly number[]) => number): readonly number[] {
  const step = 1e-5;
  const moved = (index: number, by: number) => at.map((one, place) => (place === index ? one + by : one));
  return at.map((_, index) => (value(moved(index, step)) - value(moved(index, -step))) / (2 * step));
}

describe('decoupledDivergence', () => {
  it('with alpha 1 and beta 1 - p_t^y is T^2 KL exactly: a term lost or weighed twice breaks it', () => {
    fc.assert(
      fc.property(logits, logits, label, temperature, (student, teacher, y, T) => {
        const beta = 1 - (softmax(teacher, T)[y] ?? NaN);
        const decoupled = decoupledDivergence(student, teacher, y, { temperature: T, alpha: 1, beta });
        const whole = T ** 2 * softTargetDivergence(student, teacher, T);
        expect(Math.abs(decoupled - whole)).toBeLessThan(1e-9 * (1 + whole));
      }),
    );
  });

  it('is zero between equals, and never below', () => {
    fc.assert(
      fc.property(logits, logits, label, (student, teacher, y) => {
        const { dkd } = DISTILLATION_DEFAULTS;
        expect(decoupledDivergence(teacher, teacher, y, dkd)).toBeCloseTo(0, 10);
        expect(decoupledDivergence(student, teacher, y, dkd)).toBeGreaterThan(-1e-10);
      }),
    );
  });

  it('has the gradient that finite differences find', () => {
    fc.assert(
      fc.property(logits, logits, label, temperature, positive, positive, (student, teacher, y, T, alpha, beta) => {
        const weights = { temperature: T, alpha, beta };
        const found = decoupledGradient(student, teacher, y, weights);
        const wanted = differences(student, (moved) => decoupledDivergence(moved, teacher, y, weights));
        found.forEach((slope, index) => {
          expect(Math.abs(slope - (wanted[index] ?? NaN))).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
        });
      }),
    );
  });

  it('stays finite where the teacher is certain of the label', () => {
    const value = decoupledDivergence([0, 0, 0, 0], [2000, 0, -2000, 0], 0, DISTILLATION_DEFAULTS.dkd);
    expect(value).toBeGreaterThan(0);
    expect(Number.isFinite(value)).toBe(true);
  });
});

describe('warmupShare', () => {
  it('grows in a line over the first 8 % of training: 20 of 240 epochs, as published', () => {
    const { warmup } = DISTILLATION_DEFAULTS.dkd;
    expect(warmup).toBeCloseTo(20 / 240, 2);
    expect(warmupShare(0, warmup)).toBe(0);
    expect(warmupShare(warmup / 2, warmup)).toBeCloseTo(0.5, 12);
    expect(warmupShare(0.5, warmup)).toBe(1);
    expect(warmupShare(0, 0)).toBe(1);
  });
});

describe('logitDistance', () => {
  it('is the mean square, and so sees a shift of all logits that soft targets cannot', () => {
    expect(logitDistance([1, 2, 3], [1, 2, 3])).toBe(0);
    expect(logitDistance([3, 4, 5], [1, 2, 3])).toBeCloseTo(4, 14);
    expect(softTargetDivergence([3, 4, 5], [1, 2, 3], 1)).toBeCloseTo(0, 14);
  });

  it('has the gradient that finite differences find', () => {
    fc.assert(
      fc.property(logits, logits, (student, teacher) => {
        const wanted = differences(student, (moved) => logitDistance(moved, teacher));
        logitDistanceGradient(student, teacher).forEach((slope, index) =>
          expect(slope).toBeCloseTo(wanted[index] ?? NaN, 6),
        );
      }),
    );
  });
});

describe('correlation', () => {
  const spread = fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 })
    .filter((values) => Math.max(...values) - Math.min(...values) > 0.1);

  it('is left alone by a shift and a positive scale of either side', () => {
    fc.assert(
      fc.property(spread, spread, positive, logit, (left, right, scale, shift) => {
        const moved = left.map((value) => scale * value + shift);
        expect(correlation(moved, right, 0)).toBeCloseTo(correlation(left, right, 0), 9);
        expect(correlation(right, moved, 0)).toBeCloseTo(correlation(left, right, 0), 9);
        expect(correlation(left, left, 0)).toBeCloseTo(1, 12);
      }),
    );
  });

  it('is 0, not NaN, for what is constant', () => {
    expect(correlation([0.5, 0.5, 0.5], [0.1, 0.2, 0.7])).toBeCloseTo(0, 12);
    expect(correlation([0.5, 0.5], [0.3, 0.3])).toBeCloseTo(0, 12);
  });
});

describe('relationDistance', () => {
  const weights = fc.record({ temperature, inter: positive, intra: positive });

  it('is nearly zero between equals: only epsilon keeps it from it', () => {
    const batch = [
      [3, -1, 0, 2],
      [0, 4, -2, 1],
      [-3, 1, 2, 0],
    ];
    expect(relationDistance(batch, batch, DISTILLATION_DEFAULTS.dist)).toBeLessThan(0.01);
  });

  it('has the gradient that finite differences find', () => {
    fc.assert(
      fc.property(rows, rows, weights, fc.nat({ max: 2 }), (student, teacher, chosen, row) => {
        const found = relationGradient(student, teacher, chosen)[row] ?? [];
        const wanted = differences(student[row] ?? [], (moved) =>
          relationDistance(
            student.map((logitsOfRow, index) => (index === row ? moved : logitsOfRow)),
            teacher,
            chosen,
          ),
        );
        found.forEach((slope, index) => {
          expect(Math.abs(slope - (wanted[index] ?? NaN))).toBeLessThan(2e-3 * (1 + Math.abs(slope)));
        });
      }),
    );
  });

  it('stays finite, with its gradient, where all samples are alike or all classes are', () => {
    const alike = [
      [2, 1, 0, 0],
      [2, 1, 0, 0],
    ];
    const level = [
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ];
    for (const batch of [alike, level]) {
      expect(Number.isFinite(relationDistance(batch, alike, DISTILLATION_DEFAULTS.dist))).toBe(true);
      const slopes = relationGradient(batch, alike, DISTILLATION_DEFAULTS.dist).flat();
      for (const slope of slopes) expect(Number.isFinite(slope)).toBe(true);
    }
  });
});

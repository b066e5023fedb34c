/** The study of the defaults: what it trains first, what it takes over, which figures come out. */
import { describe, expect, it } from 'vitest';
import { BASELINE, DATASETS, defaultsPlan, STEPS } from '../../scripts/defaults-study/plan.ts';
import { distinct, takenOver } from '../../scripts/defaults-study/results.ts';
import type { DefaultsResult } from '../../scripts/defaults-study/results.ts';
import { gainsOver, summarise } from '../../scripts/defaults-study/summary.ts';
import { referenceStudents } from '../../scripts/kd-study/plan.ts';
import type { Result } from '../../scripts/kd-study/results.ts';
import { imageRecipe } from '../../src/core/data-kinds.ts';

const result = (arm: string, family: string, seed: number, validationAccuracy: number): Result => {
  const id = `${arm}/${family}/${seed}/6`;
  return { id, arm, family, seed, params: 20_000, macs: 1, epochs: 6, validationAccuracy, seconds: 1 };
};
const on = (dataset: DefaultsResult['dataset'], one: Result): DefaultsResult => {
  return { ...one, id: `${dataset}/${one.id}`, dataset };
};

describe('the plan', () => {
  const students = { 'fashion-mnist': referenceStudents([28, 28, 1], 10), cifar10: referenceStudents([32, 32, 3], 10) };
  const plan = defaultsPlan(students, 2, imageRecipe({}));

  it('trains every arm beside the baseline of the same student, seed and data set, and nothing twice', () => {
    const ids = new Set(plan.map(({ id }) => id));
    const arms = STEPS.flat().length;
    expect([ids.size, plan.length]).toEqual([plan.length, 2 * arms * DATASETS.length * students.cifar10.length]);
    for (const { dataset, student, seed, recipe } of plan) {
      expect(ids).toContain(`${dataset}/${BASELINE}/${student.family}/${seed}/${recipe.epochs}`);
    }
  });

  it('has each step on both data sets before the next one, and a whole seed before the next', () => {
    const first = plan.slice(0, (STEPS[0]?.length ?? 0) * 8 * DATASETS.length);
    expect(new Set(first.map(({ arm }) => arm))).toEqual(new Set(STEPS[0]?.map(({ name }) => name)));
    expect(new Set(first.map(({ dataset }) => dataset))).toEqual(new Set(DATASETS));
    expect(plan.map(({ seed }) => seed)).toEqual(plan.map(({ seed }) => seed).toSorted());
  });

  it('looks at no test image: what is tuned on them could not be tested on them', () => {
    expect(plan.filter(({ arm }) => !arm.startsWith('tune '))).toEqual([]);
  });
});

it('takes over of the earlier study what had these settings, under the names of this one', () => {
  const earlier = ['kd', 'dist', 'none', 'crd', 'tune kd rate=0.06', 'tune kd T=2 w=1', 'tune none rate=0.03'];
  const taken = takenOver(earlier.map((arm) => ({ ...result(arm, 'vit', 1, 0.8), testAccuracy: 0.7 })));
  expect(taken.map(({ id }) => id)).toEqual([
    `fashion-mnist/${BASELINE}/vit/1/6`,
    'fashion-mnist/tune dist rate=0.015/vit/1/6',
    'fashion-mnist/tune kd rate=0.06/vit/1/6',
  ]);
  expect(taken.every((one) => !('testAccuracy' in one))).toBe(true);
  expect(distinct([...taken, ...taken])).toEqual(taken);
});

it('pairs gains by data set, student and seed, and shows losses as they are', () => {
  const arm = 'tune dist rate=0.03';
  const results = [
    ...[on('cifar10', result(BASELINE, 'a', 1, 0.5)), on('cifar10', result(BASELINE, 'a', 2, 0.52))],
    ...[on('cifar10', result(BASELINE, 'b', 1, 0.4)), on('fashion-mnist', result(BASELINE, 'b', 2, 0.8))],
    ...[on('cifar10', result(arm, 'a', 1, 0.51)), on('cifar10', result(arm, 'a', 2, 0.55))],
    ...[on('cifar10', result(arm, 'b', 1, 0.39)), on('cifar10', result(arm, 'b', 2, 0.9))],
  ];
  const gains = gainsOver(results, arm);
  // Without its pair on the same data it says nothing.
  expect(gains.get('b')).toHaveLength(1);
  // a: (.01 + .03) / 2 = .02; b: -.01; mean .005, deviation .03 / sqrt(2), s.e. .015.
  expect(summarise(results)).toContain('| dist rate=0.03 | 0.5875 | +0.50 ± 1.50 | 4 | +2.00 | -1.00 |');
  expect(summarise([])).toBe('There is nothing to summarise yet.');
});

/** The transfer study: its pairs, and runs that differ in nothing but what they compare. */
import { describe, expect, it } from 'vitest';
import { runOf, trainingsOf } from '../../scripts/transfer-study/plan.ts';
import type { Arm } from '../../scripts/transfer-study/plan.ts';
import { gainsOf, summarise } from '../../scripts/transfer-study/summary.ts';
import type { Result } from '../../scripts/transfer-study/summary.ts';

const row = (arm: Arm, seed: number, testAccuracy: number, perClass = 10): Result => ({
  ...{ id: `${arm}/${perClass}/${seed}`, arm, perClass, seed, testAccuracy, validationAccuracy: 0 },
  ...{ params: 1000, epochs: 30, seconds: 1 },
});

describe('the study', () => {
  it('pairs gains by seed and number of images, whatever the order of the lines', () => {
    // Catches arms compared as two samples: the seeds' own difference is .3.
    const results = [row('scratch', 2, 0.9), row('CENAS', 1, 0.65), row('scratch', 1, 0.6), row('CENAS', 2, 0.93)];
    const [first = NaN, second = NaN] = [...gainsOf([...results, row('CENAS', 3, 1)], 'CENAS', 10)].sort();
    expect([first, second]).toEqual([expect.closeTo(0.03), expect.closeTo(0.05)]);
    // Mean .04, deviation .0141, over sqrt(2): .01.
    expect(summarise(results)).toContain('| 10 | CENAS | 0.7900 | +4.00 ± 1.00 | 1,000 | 30 | 2 |');
  });

  it('trains all arms of a seed on the same images, for as long, with the same recipe but for the head', () => {
    const arms = trainingsOf(2).filter(({ perClass, seed }) => perClass === 50 && seed === 2);
    expect(arms.map(({ arm }) => arm)).toEqual(['scratch', 'random growth', 'whole', 'head', 'CENAS']);
    const runs = arms.map((one) => runOf(one, 'from'));
    expect(new Set(runs.map(({ dataset, seed }) => `${dataset} ${seed}`))).toEqual(new Set(['to-50-2 2']));
    const recipes = runs.map(({ recipe }) => JSON.stringify({ ...recipe, trains: undefined }));
    expect(new Set(recipes).size).toBe(1);
  });
});

/** The study's bookkeeping: which trainings pair, what is not trained twice, and the figures that
 * come out. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { imageRecipe } from '../../src/core/data-kinds.ts';
import { ARMS, referenceStudents, trainingsOf, TUNING_ARMS } from '../../scripts/kd-study/plan.ts';
import type { Result } from '../../scripts/kd-study/results.ts';
import { gainOf, meanGain, pairedGains, summarise } from '../../scripts/kd-study/summary.ts';
import { readRecord, recorded } from '../../scripts/study/record.ts';

const folder = mkdtempSync(join(tmpdir(), 'kd-study-'));
afterAll(() => rmSync(folder, { recursive: true }));

const result = (arm: string, family: string, seed: number, testAccuracy: number): Result => {
  const id = `${arm}/${family}/${seed}`;
  return { id, arm, family, seed, params: 20_000, macs: 1, epochs: 6, validationAccuracy: 0, testAccuracy, seconds: 1 };
};

describe('the plan', () => {
  const recipe = imageRecipe({});
  const trainings = trainingsOf(ARMS, referenceStudents([28, 28, 1], 10), 5, recipe);

  it('gives every arm the same recipe but for what it is about', () => {
    const shared = trainings.map(({ recipe: { distillation: _, labelSmoothing: __, ...rest } }) =>
      JSON.stringify(rest),
    );
    expect(new Set(shared).size).toBe(1);
    expect(trainings.filter(({ recipe: { labelSmoothing } }) => labelSmoothing > 0).map(({ arm }) => arm)).toEqual(
      trainings.filter(({ arm }) => arm === 'smoothing').map(({ arm }) => arm),
    );
  });

  it('trains every seed of an arm beside the same seed without distillation, and nothing twice', () => {
    const ids = new Set(trainings.map(({ id }) => id));
    expect(ids.size).toBe(trainings.length);
    for (const { student, seed } of trainings) expect(ids).toContain(`none/${student.family}/${seed}/${recipe.epochs}`);
    for (const {
      teacher,
      recipe: { distillation },
    } of trainings)
      expect(teacher === undefined).toBe(distillation.loss === 'none');
    expect(new Set(TUNING_ARMS.map(({ name }) => name)).size).toBe(TUNING_ARMS.length);
  });
});

describe('the results', () => {
  it('are trained once, and again where a line was torn', async () => {
    const file = join(folder, 'results.jsonl');
    let trained = 0;
    const once = () => recorded(file, 'kd/a/1', async () => (trained++, result('kd', 'a', 1, 0.5)));
    await once();
    await once();
    expect(trained).toBe(1);
    appendFileSync(file, '\n{"id":"kd/a/2","ar');
    expect(readRecord<Result>(file).map(({ id }) => id)).toEqual(['kd/a/1']);
    await recorded(file, 'kd/a/2', async () => ({ ...result('kd', 'a', 2, 0.6), id: 'kd/a/2' }));
    expect(readRecord<Result>(file).map(({ testAccuracy }) => testAccuracy)).toEqual([0.5, 0.6]);
  });
});

describe('the summary', () => {
  const results = [
    ...[result('none', 'a', 1, 0.8), result('none', 'a', 2, 0.82), result('none', 'b', 1, 0.7)],
    ...[result('kd', 'a', 1, 0.81), result('kd', 'a', 2, 0.85), result('kd', 'b', 1, 0.69)],
    // Without its pair it says nothing.
    result('kd', 'b', 2, 0.99),
  ];

  it('pairs gains by student and seed, and counts each student once', () => {
    const gains = pairedGains(results, 'kd');
    expect(gains.get('b')).toHaveLength(1);
    // a: (0.01 + 0.03) / 2 = 0.02; b: -0.01; mean 0.005, deviation 0.03 / sqrt(2), s.e. 0.015.
    expect(meanGain(gains).mean).toBeCloseTo(0.005, 12);
    expect(meanGain(gains).standardError).toBeCloseTo(0.015, 12);
    expect(gainOf(gains.get('a') ?? []).standardError).toBeCloseTo(0.01, 12);
  });

  it('shows losses of accuracy as they are, and which students are out of bounds', () => {
    const text = summarise([...results, { ...result('none', 'c', 1, 0.5), params: 5000 }]);
    expect(text).toContain('| b | 20,000 | 0.7000 | -1.00 |');
    expect(text).toContain('5,000 (outside 10,000 to 100,000)');
    expect(text).toContain('| kd |  | 0.8350 | +0.50 ± 1.50 | 0.3 | 2 | 2 |');
    expect(summarise([])).toBe('There is nothing to summarise yet.');
  });
});

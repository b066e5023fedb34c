/**
 * Is a student better trained again from the weights that its search left it? Reference students of
 * five families, trained as a search does, then again with other seeds for a longer schedule: from
 * fresh weights, and from those.
 */
import { imageRecipe } from '../../src/core/data-kinds.ts';
import type { Recipe } from '../../src/core/records/recipe.ts';
import { referenceStudents } from '../kd-study/plan.ts';
import { meanInterval } from '../study/statistics.ts';
import { fraction, table } from '../study/markdown.ts';

export type AgainArm = 'fresh' | 'searched';

export interface AgainRow {
  readonly id: string;
  readonly kind: 'again';
  readonly arm: AgainArm;
  readonly family: string;
  readonly seed: number;
  readonly epochs: number;
  /** Of the test images. */
  readonly accuracy: number;
  readonly cpuSeconds: number;
}

const FAMILIES = ['resnet', 'mobilenet-v2', 'vit', 'mlp-mixer', 'shufflenet-v2'];
const SEEDS = [2, 3];

/** Of the search. */
export const SEARCHED: Recipe = imageRecipe({});
/** Twice as long as a search's schedule. */
export const AGAIN: Recipe = { ...SEARCHED, epochs: 2 * SEARCHED.epochs };

export const againStudents = (): ReturnType<typeof referenceStudents> =>
  referenceStudents([28, 28, 1], 10).filter(({ family }) => FAMILIES.includes(family));

export interface Again {
  readonly id: string;
  readonly student: ReturnType<typeof againStudents>[number];
  readonly seed: number;
  readonly arm: AgainArm;
}

/** Both arms of a student and seed beside each other. */
export const againPlan = (): readonly Again[] =>
  SEEDS.flatMap((seed) =>
    againStudents().flatMap((student) =>
      (['searched', 'fresh'] as const).map((arm) => {
        return { id: `again/${arm}/${student.family}/${seed}`, student, seed, arm };
      }),
    ),
  );

/** Points of test accuracy, over families: seeds of one are taken together first. */
export function summariseAgain(rows: readonly AgainRow[]): string {
  const of = (arm: AgainArm, family: string): readonly number[] => {
    const own = rows.filter((row) => row.arm === arm && row.family === family);
    return SEEDS.flatMap((seed) => own.find((row) => row.seed === seed)?.accuracy ?? []);
  };
  const known = FAMILIES.map((family) => ({ family, fresh: of('fresh', family), searched: of('searched', family) }));
  const whole = known.filter(
    ({ fresh, searched }) => fresh.length === SEEDS.length && searched.length === SEEDS.length,
  );
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const gains = whole.map(({ fresh, searched }) => 100 * (mean(searched) - mean(fresh)));
  const lines = whole.map(({ family, fresh, searched }, index) => [
    ...[family, fraction(mean(fresh)), fraction(mean(searched))],
    (gains[index] ?? NaN).toFixed(2),
  ]);
  const { mean: gain, lower, upper } = meanInterval(gains);
  const range = `95 % ${lower.toFixed(2)} to ${upper.toFixed(2)}`;
  const told = `From the search's weights: ${gain.toFixed(2)} points (${range}).`;
  return `${table(['student', 'fresh', "from the search's", 'points'], lines)}\n\n${told}`;
}

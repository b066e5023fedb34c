/** What the study trains: arms, students and seeds as one list, the most telling first. */
import { costOf } from '../../src/core/arch/cost.ts';
import { studentFamily } from '../../src/core/arch/families/registry.ts';
import type { ArchitectureGraph } from '../../src/core/arch/graph.ts';
import { DISTILLATION_DEFAULTS } from '../../src/core/records/distillation.ts';
import type { Recipe } from '../../src/core/records/recipe.ts';
import { TABLE_FAMILIES } from '../record-table/students.ts';

/** `bundled`: trained on images that no student sees; `own`: on the students' images alone. */
export type TeacherName = 'bundled' | 'own';

export interface Arm {
  readonly name: string;
  readonly teacher?: TeacherName;
  readonly seeds: number;
  readonly change: (recipe: Recipe) => Recipe;
}

export interface Student {
  readonly family: string;
  readonly graph: ArchitectureGraph;
  readonly params: number;
  readonly macs: number;
}

export interface Training {
  /** Unique in the study: what is in the results under it is not trained again. */
  readonly id: string;
  readonly arm: string;
  readonly student: Student;
  readonly seed: number;
  readonly teacher?: TeacherName;
  readonly recipe: Recipe;
}

const distilled = (distillation: Recipe['distillation']) => (recipe: Recipe) => ({ ...recipe, distillation });
const { none, kd, mse, dkd, dist, at, fitnet, crd } = DISTILLATION_DEFAULTS;

export const ARMS: readonly Arm[] = [
  { name: 'none', seeds: 5, change: distilled(none) },
  { name: 'smoothing', seeds: 5, change: (recipe) => ({ ...distilled(none)(recipe), labelSmoothing: 0.1 }) },
  { name: 'kd', teacher: 'bundled', seeds: 5, change: distilled(kd) },
  { name: 'kd-own', teacher: 'own', seeds: 5, change: distilled(kd) },
  ...[mse, dkd, dist, at, fitnet, crd].map((recipe): Arm => {
    return { name: recipe.loss, teacher: 'bundled', seeds: 3, change: distilled(recipe) };
  }),
];

const TEMPERATURES = [1, 2, 4, 8];
const WEIGHTS = [0.5, 0.9, 1];
const LEARNING_RATES = [0.005, 0.01, 0.015, 0.03, 0.06];

/** Of `--tune`: judged by validation accuracy alone, so that the test images stay unseen. */
export const TUNING_ARMS: readonly Arm[] = [
  ...TEMPERATURES.flatMap((temperature) =>
    WEIGHTS.map((weight): Arm => {
      const name = `tune kd T=${temperature} w=${weight}`;
      return { name, teacher: 'bundled', seeds: 2, change: distilled({ ...kd, temperature, weight }) };
    }),
  ),
  ...LEARNING_RATES.flatMap((learningRate): readonly Arm[] => [
    {
      name: `tune none rate=${learningRate}`,
      seeds: 2,
      change: (recipe) => ({ ...distilled(none)(recipe), learningRate }),
    },
    {
      name: `tune kd rate=${learningRate}`,
      teacher: 'bundled',
      seeds: 2,
      change: (recipe) => ({ ...distilled(kd)(recipe), learningRate }),
    },
  ]),
];

/** The reference student of each family. */
export function referenceStudents(inputShape: readonly number[], classes: number): readonly Student[] {
  return TABLE_FAMILIES.map((name) => {
    const family = studentFamily(name, { inputShape, classes });
    const graph = family.build(family.reference);
    const { params, macs } = costOf(graph);
    return { family: name, graph, params, macs };
  });
}

/** Seed by seed, and in a seed student by student: a study that was cut short still has pairs. */
export function trainingsOf(
  arms: readonly Arm[],
  students: readonly Student[],
  seeds: number,
  recipe: Recipe,
): readonly Training[] {
  const numbers = Array.from({ length: seeds }, (_, index) => index + 1);
  return numbers.flatMap((seed) =>
    students.flatMap((student) =>
      arms
        .filter((arm) => seed <= arm.seeds)
        .map(({ name, teacher, change }): Training => {
          const id = `${name}/${student.family}/${seed}/${recipe.epochs}`;
          return { id, arm: name, student, seed, recipe: change(recipe), ...(teacher && { teacher }) };
        }),
    ),
  );
}

/**
 * The second task: the same protocol on CIFAR-10, smaller. A pool of drawn and predefined students
 * of every family, distilled with two seeds and trained by labels alone with one, by the recipe of
 * the first table.
 *
 * stage    trainings
 * kd       every student, distilled, seed 1
 * second   every student, distilled, seed 2: what choices are scored by
 * none     every student, labels alone, seed 1
 */
import { studentFamily } from '../../../src/core/arch/families/registry.ts';
import type { Shape } from '../../../src/core/arch/graph.ts';
import { FULL_EPOCHS, trainingId } from '../../record-table/plan.ts';
import type { Signal, Stage, TableTraining } from '../../record-table/plan.ts';
import { drawStudents, scaledReferences } from '../../record-table/students.ts';
import type { FamilyOf, TableStudent } from '../../record-table/students.ts';

/** CIFAR-10's. */
const SHAPE: Shape = [32, 32, 3];
const CLASSES = 10;
/** Of the training images: enough that a validation accuracy tells students apart. */
export const VALIDATION_SHARE = 0.3;
const DRAWN_A_FAMILY = 6;
const SCALES = [1, 0.5, 2];

export const secondFamily: FamilyOf = (name) => studentFamily(name, { inputShape: SHAPE, classes: CLASSES });

/** Families take turns, so that every beginning holds about the same of each. */
export function secondStudents(): readonly TableStudent[] {
  const predefined = scaledReferences(SCALES, secondFamily);
  const drawn = drawStudents(DRAWN_A_FAMILY, new Set(predefined.map(({ id }) => id)), secondFamily);
  const families = [...Map.groupBy([...predefined, ...drawn], ({ family }) => family).values()];
  const longest = Math.max(...families.map((members) => members.length));
  return Array.from({ length: longest }, (_, turn) => families.flatMap((members) => members[turn] ?? [])).flat();
}

const STAGES: readonly (readonly [stage: Stage, signal: Signal, seed: number])[] = [
  ['kd', 'kd', 1],
  ['second', 'kd', 2],
  ['none', 'none', 1],
];

export function secondPlan(students: readonly TableStudent[]): readonly TableTraining[] {
  return STAGES.flatMap(([stage, signal, seed]) =>
    students.map((student) => ({
      id: trainingId(signal, seed, FULL_EPOCHS, student.id),
      ...{ stage, signal, student, seed, epochs: FULL_EPOCHS },
    })),
  );
}

/**
 * What is trained for the table, the most telling first, so that a table of the first so many is of
 * use already:
 *
 * stage     trainings
 * kd        every student, distilled, seed 1; sublattices, random and predefined students of each
 *           family in step
 * none      random and predefined students, labels alone, seed 1
 * seeds     seeds 2 and 3 of 40 students spread over families and params, distilled; the random
 *           ones of them by labels too
 * cheap     random students both ways, on a schedule of 2 epochs
 * second    seed 2 of all other students, distilled: to search on one seed and score on another
 * lattices  what is left of the sublattices, labels alone, seed 1
 * short     a schedule of 2 epochs of the students that `cheap` leaves out, distilled, seed 1: a
 *           search with short trainings needs one of every student
 * short2    the same of every student, seed 2: trainings of one seed share their luck, and a search
 *           scored by seed 1 must not be told any of it
 */
import type { Recipe } from '../../src/core/records/recipe.ts';
import { imageRecipe } from '../../src/core/data-kinds.ts';
import { createRng } from '../../src/core/math/rng.ts';
import { allStudents } from './students.ts';
import type { StudentSet, TableStudent } from './students.ts';

export const STAGES = ['kd', 'none', 'seeds', 'cheap', 'second', 'lattices', 'short', 'short2'] as const;
export type Stage = (typeof STAGES)[number];

/** What the student learns from: labels and the teacher, or labels alone. */
export type Signal = 'kd' | 'none';

export const FULL_EPOCHS = 8;
export const CHEAP_EPOCHS = 2;

export interface TableTraining {
  /** `kd/1/8/resnet{...}`: signal, seed, epochs, student. */
  readonly id: string;
  readonly stage: Stage;
  readonly signal: Signal;
  readonly student: TableStudent;
  readonly seed: number;
  readonly epochs: number;
}

/** Of each family and of each sublattice, so many get all three seeds. */
const SEEDED: Readonly<Record<StudentSet, number>> = { random: 3, lattice: 8, predefined: 0 };
const ORDER_SEED = 66;

/** The product's default recipe when the tables were begun, at 8 epochs; every student of every
 * stage has it but for epochs and teacher. */
export const TABLE_RECIPE: Recipe = imageRecipe({
  epochs: FULL_EPOCHS,
  learningRate: 0.015,
  distillation: { loss: 'kd' },
});

export function recipeOf({ signal, epochs }: Pick<TableTraining, 'signal' | 'epochs'>): Recipe {
  return { ...TABLE_RECIPE, epochs, ...(signal === 'none' && { distillation: { loss: 'none' } }) };
}

export const trainingId = (signal: Signal, seed: number, epochs: number, student: string): string =>
  `${signal}/${seed}/${epochs}/${student}`;

const groupOf = ({ family, set }: TableStudent): string => `${set} ${family}`;

/** Every student once, in the order of the first stage. */
export function tableStudents(): readonly TableStudent[] {
  const groups = Map.groupBy(allStudents(), groupOf);
  const rng = createRng(ORDER_SEED);
  // The k-th of n stands at the share (k + 1/2) / n of the way, so that every beginning holds about
  // its share of each group.
  return [...groups.values()]
    .flatMap((group) => rng.shuffle(group).map((student, k) => ({ student, place: (k + 0.5) / group.length })))
    .sort((left, right) => left.place - right.place)
    .map(({ student }) => student);
}

/** Of each group the members in the middle of so many equal parts of its order by params. */
export function seededStudents(students: readonly TableStudent[]): readonly TableStudent[] {
  const groups = Map.groupBy(students, groupOf);
  const chosen = new Set(
    [...groups.values()].flatMap((group) => {
      const count = SEEDED[group[0]?.set ?? 'predefined'];
      const ordered = [...group].sort((left, right) => left.params - right.params || (left.id < right.id ? -1 : 1));
      return Array.from({ length: count }, (_, part) => ordered[Math.floor(((part + 0.5) / count) * ordered.length)]);
    }),
  );
  return students.filter((student) => chosen.has(student));
}

export function tablePlan(): readonly TableTraining[] {
  const students = tableStudents();
  const random = students.filter(({ set }) => set === 'random');
  const compared = students.filter(({ set, scale }) => set === 'random' || scale !== undefined);
  const seeded = seededStudents(students);
  const others = students.filter((student) => !seeded.includes(student));
  const one = (stage: Stage, signal: Signal, student: TableStudent, seed = 1, epochs = FULL_EPOCHS): TableTraining => {
    return { id: trainingId(signal, seed, epochs, student.id), stage, signal, student, seed, epochs };
  };
  const signalsOf = ({ set }: TableStudent): readonly Signal[] => (set === 'random' ? ['kd', 'none'] : ['kd']);
  return [
    ...students.map((student) => one('kd', 'kd', student)),
    ...compared.map((student) => one('none', 'none', student)),
    ...[2, 3].flatMap((seed) =>
      seeded.flatMap((student) => signalsOf(student).map((signal) => one('seeds', signal, student, seed))),
    ),
    ...random.flatMap((student) => signalsOf(student).map((signal) => one('cheap', signal, student, 1, CHEAP_EPOCHS))),
    ...others.map((student) => one('second', 'kd', student, 2)),
    ...students.filter((student) => !compared.includes(student)).map((student) => one('lattices', 'none', student)),
    ...students
      .filter((student) => !random.includes(student))
      .map((student) => one('short', 'kd', student, 1, CHEAP_EPOCHS)),
    ...students.map((student) => one('short2', 'kd', student, 2, CHEAP_EPOCHS)),
  ];
}

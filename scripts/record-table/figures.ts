/**
 * What the rows say of their own noise, and of cheaper measurements.
 *
 * symbol   meaning
 * s        deviation between seeds of one student: root of the mean, over students, of their seeds'
 *          variances
 * gap      validation accuracy minus test accuracy of one training
 * tau      Kendall's tau-b between two columns, over the students that have both
 */
import { kendallTau } from './kendall-tau.ts';
import { FULL_EPOCHS, trainingId } from './plan.ts';
import type { Signal } from './plan.ts';
import type { Rows, TrainingRow } from './rows.ts';
import type { TableStudent } from './students.ts';

/** A number of a student; undefined where it was not recorded. */
export type Column = (student: TableStudent) => number | undefined;
export type Accuracy = 'validationAccuracy' | 'testAccuracy';

export function column(rows: Rows, signal: Signal, accuracy: Accuracy, seed = 1, epochs = FULL_EPOCHS): Column {
  return ({ id }) => rows.trainings.get(trainingId(signal, seed, epochs, id))?.[accuracy];
}

/** Validation accuracy after so many epochs of the full training. */
export function columnAtEpoch(rows: Rows, signal: Signal, epoch: number, seed = 1): Column {
  return ({ id }) => {
    const { curve } = rows.trainings.get(trainingId(signal, seed, FULL_EPOCHS, id)) ?? {};
    return curve?.validationAccuracy[epoch - 1];
  };
}

/** Pairs of the students that have both. */
export function pairsOf(students: readonly TableStudent[], left: Column, right: Column): readonly [number, number][] {
  return students.flatMap((student): [number, number][] => {
    const [a, b] = [left(student), right(student)];
    return a === undefined || b === undefined ? [] : [[a, b]];
  });
}

export interface Tau {
  readonly tau: number;
  readonly count: number;
}

export function tauOf(students: readonly TableStudent[], left: Column, right: Column): Tau {
  const pairs = pairsOf(students, left, right);
  const tau = kendallTau(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  );
  return { tau, count: pairs.length };
}

/** s and the number of students behind it: those with several seeds. */
export function seedDeviation(students: readonly TableStudent[], columns: readonly Column[]) {
  const variances = students.flatMap((student) => {
    const values = columns.map((one) => one(student)).filter((value) => value !== undefined);
    return values.length > 1 ? [variance(values)] : [];
  });
  return { deviation: Math.sqrt(mean(variances)), count: variances.length };
}

/** Mean and deviation over trainings. */
export function gapOf(rows: Iterable<TrainingRow>) {
  const gaps = [...rows].flatMap(({ validationAccuracy, testAccuracy }) =>
    validationAccuracy === undefined || testAccuracy === undefined ? [] : [validationAccuracy - testAccuracy],
  );
  return { mean: mean(gaps), deviation: Math.sqrt(variance(gaps)), count: gaps.length };
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample: over n - 1; NaN of fewer than two. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
}
